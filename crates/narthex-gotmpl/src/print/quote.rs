//! Quoted strings as Go's `strconv.Quote` writes them.
//! It never fails.
//! Next: `%q` and the function `quote` use it.

use std::fmt::Write;

/// `text` in double quotes, with escapes for all that does not print; `ascii` escapes all beyond ASCII too.
pub(crate) fn quoted(text: &str, quote: char, ascii: bool) -> String {
    let mut result = String::with_capacity(text.len() + 2);
    result.push(quote);
    for character in text.chars() {
        push(&mut result, character, quote, ascii);
    }
    result.push(quote);
    result
}

fn push(result: &mut String, character: char, quote: char, ascii: bool) {
    let code = u32::from(character);
    // Writing to a string cannot fail.
    let _ = match character {
        _ if character == quote || character == '\\' => write!(result, "\\{character}"),
        '\u{7}' => write!(result, "\\a"),
        '\u{8}' => write!(result, "\\b"),
        '\u{c}' => write!(result, "\\f"),
        '\n' => write!(result, "\\n"),
        '\r' => write!(result, "\\r"),
        '\t' => write!(result, "\\t"),
        '\u{b}' => write!(result, "\\v"),
        ' '..='~' => write!(result, "{character}"),
        _ if code < 0x80 => write!(result, "\\x{code:02x}"),
        _ if !ascii && is_print(character) => write!(result, "{character}"),
        _ if code < 0x1_0000 => write!(result, "\\u{code:04x}"),
        _ => write!(result, "\\U{code:08x}"),
    };
}

/// Whether the character shows: Rust escapes in its debug output just what does not.
pub(crate) fn is_print(character: char) -> bool {
    let extends = character.escape_debug().count() > 1;
    !extends && (character == ' ' || !character.is_whitespace()) && !character.is_control()
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn what_does_not_print_is_escaped() {
        assert_eq!(quoted("a\"\\\n\u{1}é\u{200b}\u{a0}😀", '"', false), "\"a\\\"\\\\\\n\\x01é\\u200b\\u00a0😀\"");
        assert_eq!(quoted("é😀", '"', true), "\"\\u00e9\\U0001f600\"");
        assert_eq!(quoted("'", '\'', false), r"'\''");
    }
}
