//! Styles: strings, addresses and comments within them, and the escaping of data that goes there.
//! It never lets data end a string, a declaration or the style.
//! Next: `scan` for the document around.

use std::fmt::Write;

use super::context::{Context, Quote, State};
use super::scan;

const SPACE: [char; 5] = [' ', '\t', '\n', '\u{c}', '\r'];

/// Moves over a first piece of a style.
pub(super) fn step(context: Context, text: &str) -> Result<(Context, usize), String> {
    let end = |mark: Option<usize>, length: usize| match mark {
        Some(at) => (Context { state: State::Css, ..context }, at + length),
        None => (context, text.len()),
    };
    match context.state {
        State::CssBlockComment => Ok(end(text.find("*/"), 2)),
        // The line break is not part of the comment.
        State::CssLineComment => Ok(end(text.find(['\n', '\u{c}', '\r']), 0)),
        State::CssString(Quote::Double) | State::CssUrl(Some(Quote::Double)) => string(context, text, &['"']),
        State::CssString(Quote::Single) | State::CssUrl(Some(Quote::Single)) => string(context, text, &['\'']),
        State::CssUrl(None) => string(context, text, &[' ', '\t', '\n', '\u{c}', '\r', ')']),
        _ => Ok(declarations(context, text)),
    }
}

fn declarations(context: Context, text: &str) -> (Context, usize) {
    for (at, sign) in text.match_indices(['(', '"', '\'', '/']) {
        let after = text.get(at + 1..).unwrap_or_default();
        let state = match sign {
            "\"" => State::CssString(Quote::Double),
            "'" => State::CssString(Quote::Single),
            "/" if after.starts_with('*') => {
                return (Context { state: State::CssBlockComment, ..context }, at + 2);
            }
            "/" if after.starts_with('/') => {
                return (Context { state: State::CssLineComment, ..context }, at + 2);
            }
            "(" if ends_with_url(text.get(..at).unwrap_or_default()) => {
                let address = after.trim_start_matches(SPACE);
                let (quote, length) = match address.chars().next() {
                    Some('"') => (Some(Quote::Double), 1),
                    Some('\'') => (Some(Quote::Single), 1),
                    _ => (None, 0),
                };
                let read = text.len() - address.len() + length;
                return (Context { state: State::CssUrl(quote), ..context }, read);
            }
            _ => continue,
        };
        return (Context { state, ..context }, at + 1);
    }
    (context, text.len())
}

fn ends_with_url(text: &str) -> bool {
    let text = text.trim_end_matches(SPACE);
    let Some(start) = text.len().checked_sub(3) else {
        return false;
    };
    let keyword = text.get(start..).is_some_and(|end| end.eq_ignore_ascii_case("url"));
    let before = text.get(..start).and_then(|before| before.chars().next_back());
    keyword && !before.is_some_and(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_') || !letter.is_ascii())
}

/// Moves over a string or address to one of its ends, and keeps track of the part of an address.
fn string(context: Context, text: &str, ends: &[char]) -> Result<(Context, usize), String> {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if character == '\\' {
            escaped = true;
        } else if ends.contains(&character) {
            let state = State::Css;
            return Ok((Context { state, url: super::context::UrlPart::default(), ..context }, at + character.len_utf8()));
        }
    }
    if escaped {
        return Err("an escape sequence of a style is not finished".to_owned());
    }
    Ok((scan::url(context, &decoded(text)), text.len()))
}

/// Decodes the escapes of a style.
fn decoded(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        decoded.push_str(before);
        let digits = escape.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        let (code, after) = escape.split_at_checked(digits).unwrap_or(("", escape));
        if let Ok(code) = u32::from_str_radix(code, 16) {
            decoded.push(char::from_u32(code).unwrap_or('\u{fffd}'));
            rest = after.strip_prefix("\r\n").or(after.strip_prefix(SPACE)).unwrap_or(after);
        } else {
            let mut characters = escape.chars();
            decoded.extend(characters.next());
            rest = characters.as_str();
        }
    }
    decoded.push_str(rest);
    decoded
}

/// Whether data can stand for a value of a style: a word, a number, a colour.
pub(super) fn is_value(text: &str) -> bool {
    let decoded = decoded(text);
    let harmless = |character: char| !"\0\"'()/;@[\\]`{}<>".contains(character);
    let letters: String =
        decoded.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect::<String>().to_ascii_lowercase();
    decoded.chars().all(harmless) && !decoded.contains("--") && !letters.contains("expression") && !letters.contains("mozbinding")
}

/// The value as it is written after its escapes are decoded.
pub(super) fn value(text: &str) -> String {
    decoded(text)
}

/// Escapes for the inside of a string, and of HTML around it.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if !"\0\t\n\u{c}\r\"&'()+/:;<>\\{}".contains(character) {
            escaped.push(character);
            continue;
        }
        if character == '\\' {
            escaped.push_str("\\\\");
            continue;
        }
        // Writing to a string cannot fail.
        let _ = write!(escaped, "\\{:x}", u32::from(character));
        // A digit or space that follows would belong to the escape.
        if characters.peek().is_none_or(|next| next.is_ascii_hexdigit() || SPACE.contains(next)) {
            escaped.push(' ');
        }
    }
    escaped
}
