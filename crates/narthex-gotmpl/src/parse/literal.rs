//! Reads the numbers, characters and strings of actions as Go does.
//! It never accepts what Go's syntax does not know, and of that it leaves out imaginary and hexadecimal floating numbers.
//! Next: `pipeline` asks for operands.

use super::tree::Number;
use crate::value::parse_int;

/// Reads a number token.
pub(super) fn number(text: &str) -> Result<Number, String> {
    let malformed = || format!("bad number syntax: {text:?}");
    let digits = text.trim_start_matches(['+', '-']);
    let prefixed = digits.len() > 1
        && digits.starts_with('0')
        && digits.as_bytes().get(1).is_some_and(|byte| matches!(byte, b'x' | b'X' | b'b' | b'B' | b'o' | b'O'));
    if text.ends_with('i') {
        return Err(format!("imaginary numbers are not supported: {text:?}"));
    }
    if prefixed || !text.contains(['.', 'e', 'E']) {
        return match parse_int(text) {
            Some(value) => Ok(Number::Int(value)),
            None if digits.bytes().all(|byte| byte.is_ascii_digit()) => Err(format!("integer overflow: {text:?}")),
            None => Err(malformed()),
        };
    }
    let plausible = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-' | b'_');
    if !text.bytes().all(plausible) || text.contains("__") || text.ends_with('_') {
        return Err(malformed());
    }
    let value: f64 = text.replace('_', "").parse().map_err(|_| malformed())?;
    if value.is_infinite() {
        return Err(malformed());
    }
    let whole = (value.fract() == 0.0 && value.abs() < 9e18).then(|| crate::value::float_to_int(value));
    Ok(Number::Float(value, whole))
}

/// Reads a character token, quotes included; its value is the code point.
pub(super) fn character(text: &str) -> Result<Number, String> {
    let inner = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or_default();
    let unquoted = unescape(inner, '\'').ok_or_else(|| format!("malformed character constant: {text}"))?;
    let mut characters = unquoted.chars();
    match (characters.next(), characters.next()) {
        (Some(only), None) => Ok(Number::Int(i64::from(u32::from(only)))),
        _ => Err(format!("malformed character constant: {text}")),
    }
}

/// Reads a string token in double quotes.
pub(super) fn string(text: &str) -> Result<String, String> {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default();
    unescape(inner, '"').ok_or_else(|| format!("malformed string: {text}"))
}

/// Reads a string token in back quotes: only carriage returns are dropped.
pub(super) fn raw_string(text: &str) -> String {
    text.trim_matches('`').replace('\r', "")
}

/// Bytes that are no UTF-8 together become replacement characters.
fn unescape(text: &str, quote: char) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let simple = match rest.next()? {
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 11,
            '\\' => b'\\',
            other if other == quote => u8::try_from(quote).ok()?,
            'x' => u8::try_from(digits(&mut rest, 2, 16)?).ok()?,
            first @ '0'..='7' => {
                let value = first.to_digit(8)? * 64 + digits(&mut rest, 2, 8)?;
                u8::try_from(value).ok()?
            }
            long @ ('u' | 'U') => {
                let value = digits(&mut rest, if long == 'u' { 4 } else { 8 }, 16)?;
                bytes.extend_from_slice(char::from_u32(value)?.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            _ => return None,
        };
        bytes.push(simple);
    }
    Some(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

fn digits(rest: &mut std::str::Chars<'_>, count: usize, base: u32) -> Option<u32> {
    (0..count).try_fold(0_u32, |value, _| value.checked_mul(base)?.checked_add(rest.next()?.to_digit(base)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_type_that_their_syntax_tells() {
        for (text, expected) in [
            ("1", Number::Int(1)),
            ("-0x10", Number::Int(-16)),
            ("1e3", Number::Float(1000.0, Some(1000))),
            ("1.5", Number::Float(1.5, None)),
            (".5", Number::Float(0.5, None)),
            ("1_000.5", Number::Float(1000.5, None)),
        ] {
            assert_eq!(number(text), Ok(expected), "{text}");
        }
        for text in ["1a", "1.2.3", "9223372036854775808", "1i", "0x", "1__0", "+-1", "1e999", "1e"] {
            assert!(number(text).is_err(), "{text}");
        }
    }

    #[test]
    fn escapes_are_read() {
        assert_eq!(string(r#""a\n\t\"\\\x41\101\u00e4\U0001F600""#).unwrap(), "a\n\t\"\\AAä😀");
        assert_eq!(string(r#""\xff""#).unwrap(), "\u{fffd}");
        assert_eq!(character(r"'\''"), Ok(Number::Int(39)));
        assert_eq!(character("'ä'"), Ok(Number::Int(0xe4)));
        for text in [r#""\q""#, r#""\'""#, r#""\x4""#, r#""\ud800""#, r#""\400""#] {
            assert!(string(text).is_err(), "{text}");
        }
        assert!(character("'ab'").is_err() && character("''").is_err());
        assert_eq!(raw_string("`a\\n\r`"), "a\\n");
    }
}
