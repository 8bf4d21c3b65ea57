//! Regular expressions of schemas: RE2 syntax (the dialect identity schemas are written in), run by an engine
//! whose time is linear in the text. Never here: look-around and back-references, which neither has.
//! Next: `json_schema/validate.rs`, which runs them.

use regex::{Regex, RegexBuilder};

/// Bounds the memory of one compiled expression, in bytes.
const SIZE_LIMIT: usize = 4 << 20;

/// Compiles an RE2 expression.
///
/// # Errors
/// What is wrong with the expression, on one line.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(&translate(pattern)).size_limit(SIZE_LIMIT).dfa_size_limit(SIZE_LIMIT).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the expression needs too much memory".to_owned(),
        other => other.to_string().lines().last().unwrap_or_default().trim().to_owned(),
    })
}

/// Rewrites what RE2 reads otherwise than the `regex` crate does: Perl classes and `\b` mean ASCII, a bracket
/// or a doubled operator inside a class is literal, `\Q…\E` quotes, and `\<` is a plain character.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut chars = pattern.chars().peekable();
    let mut class = Class::Outside;
    while let Some(c) = chars.next() {
        if c == '\\' {
            escape(&mut out, &mut chars, class != Class::Outside);
            class = class.inside();
            continue;
        }
        match (class, c) {
            (Class::Outside, '[') => {
                out.push('[');
                if chars.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                class = Class::First;
                continue;
            }
            (Class::Outside, _) => out.push(c),
            (Class::First, ']') => out.push_str("\\]"),
            (Class::Inside, ']') => {
                out.push(']');
                class = Class::Outside;
                continue;
            }
            (_, '[') if chars.peek() == Some(&':') => posix_class(&mut out, &mut chars),
            (_, '[') => out.push_str("\\["),
            (_, '&' | '~') => out.extend(['\\', c]),
            (Class::First, '-') => out.push_str("\\-"),
            (_, '-') if chars.next_if_eq(&'-').is_some() => out.push_str("-\\-"),
            (_, _) => out.push(c),
        }
        class = class.inside();
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Outside,
    First,
    Inside,
}

impl Class {
    fn inside(self) -> Self {
        if self == Self::Outside { Self::Outside } else { Self::Inside }
    }
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn escape(out: &mut String, chars: &mut Chars<'_>, in_class: bool) {
    match chars.next() {
        Some('d') => out.push_str("[0-9]"),
        Some('D') => out.push_str("[^0-9]"),
        Some('w') => out.push_str("[0-9A-Za-z_]"),
        Some('W') => out.push_str("[^0-9A-Za-z_]"),
        Some('s') => out.push_str(r"[\t\n\f\r ]"),
        Some('S') => out.push_str(r"[^\t\n\f\r ]"),
        Some('b') if !in_class => out.push_str(r"(?-u:\b)"),
        Some('Q') if !in_class => quoted(out, chars),
        Some('<') => out.push('<'),
        Some('>') => out.push('>'),
        Some(digit @ '0'..='7') => octal(out, chars, digit),
        Some(c) => out.extend(['\\', c]),
        None => out.push('\\'),
    }
}

/// `\123`: up to three octal digits. `\1` to `\7` alone would be a back-reference: left as it is, and refused.
fn octal(out: &mut String, chars: &mut Chars<'_>, first: char) {
    let mut digits = String::from(first);
    while digits.len() < 3 {
        match chars.next_if(|c| ('0'..='7').contains(c)) {
            Some(c) => digits.push(c),
            None => break,
        }
    }
    match u32::from_str_radix(&digits, 8) {
        Ok(code) if first == '0' || digits.len() > 1 => {
            out.extend(char::from_u32(code).map(|c| regex::escape(&c.to_string())));
        }
        _ => {
            out.push('\\');
            out.push_str(&digits);
        }
    }
}

fn quoted(out: &mut String, chars: &mut Chars<'_>) {
    let mut text = String::new();
    while let Some(c) = chars.next() {
        if c == '\\' && chars.next_if_eq(&'E').is_some() {
            break;
        }
        text.push(c);
    }
    out.push_str(&regex::escape(&text));
}

/// `[:alpha:]` inside a class, copied as it stands.
fn posix_class(out: &mut String, chars: &mut Chars<'_>) {
    let rest: String = chars.clone().collect();
    match rest.find(":]") {
        Some(end) if rest.chars().take(end).all(|c| c.is_ascii_alphabetic() || c == ':' || c == '^') => {
            out.push('[');
            for c in chars.by_ref().take(end + 2) {
                out.push(c);
            }
        }
        _ => out.push_str("\\["),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn perl_classes_mean_ascii() {
        for (pattern, yes, no) in [
            (r"^\d+$", "42", "٤٢"),
            (r"^\w+$", "ab_1", "ü"),
            (r"^[\w-]+$", "a-b", "ü"),
            (r"^[^\d]+$", "ab", "a1"),
            (r"^\s$", "\t", "\u{a0}"),
            (r"^\S\S$", "ab", "a b"),
        ] {
            let regex = compile(pattern).unwrap();
            assert!(regex.is_match(yes), "{pattern} should match {yes:?}");
            assert!(!regex.is_match(no), "{pattern} should not match {no:?}");
        }
    }

    #[test]
    fn what_is_an_operator_only_here_is_taken_literally() {
        for (pattern, yes, no) in [
            (r"^[[]$", "[", "]"),
            (r"^[]]$", "]", "["),
            (r"^[^]]$", "[", "]"),
            (r"^[a&&b]+$", "a&b", "c"),
            (r"^[a~~b]+$", "a~b", "c"),
            (r"^[%--]+$", "%(-", "."),
            (r"^\<b\>$", "<b>", "b"),
            (r"^\Qa.b\E$", "a.b", "axb"),
            (r"^\101$", "A", "B"),
            (r"^[[:alpha:]]+$", "abc", "1"),
            (r"^[[:^alpha:]]+$", "12", "a"),
            (r"^[\]\-a]+$", "]-a", "b"),
        ] {
            let regex = compile(pattern).unwrap();
            assert!(regex.is_match(yes), "{pattern} should match {yes:?}");
            assert!(!regex.is_match(no), "{pattern} should not match {no:?}");
        }
    }

    #[test]
    fn look_around_back_references_and_monsters_are_refused() {
        for pattern in ["(?=a)", "(?!a)", "(?<=a)b", r"(a)\1", "(", "[z-a]", "((a{1000}){1000}){1000}"] {
            assert!(compile(pattern).is_err(), "{pattern} should be refused");
        }
    }

    #[test]
    fn nested_repetition_takes_linear_time() {
        let regex = compile("^(a+)+$").unwrap();
        let start = std::time::Instant::now();
        assert!(!regex.is_match(&format!("{}b", "a".repeat(100_000))));
        assert!(start.elapsed() < std::time::Duration::from_secs(2));
    }

    proptest! {
        #[test]
        fn any_text_compiles_or_is_refused(pattern in "\\PC{0,40}") {
            let _ = compile(&pattern);
        }

        #[test]
        fn escaped_text_matches_itself(text in "[a-zA-Z0-9 .@+-]{1,20}") {
            let regex = compile(&format!(r"^\Q{text}\E$")).unwrap();
            prop_assert!(regex.is_match(&text));
        }
    }
}
