//! Moves through the text of a template, from one HTML context to the next.
//! It never judges actions: `analyze` does.
//! Next: `css` for what stands in styles.

use super::context::{Attribute, Context, Delimiter, Element, Quote, State, UrlPart};
use super::css;

/// White space in HTML.
const SPACE: [char; 5] = [' ', '\t', '\n', '\u{c}', '\r'];

/// Moves from `context` over a first piece of `text`: where that leads, and how long the piece is.
/// The context changes if the piece is empty.
pub(super) fn step(context: Context, text: &str) -> Result<(Context, usize), String> {
    match context.delimiter {
        Delimiter::None => outside_value(context, text),
        Delimiter::Quote(quote) => {
            let ending = if quote == Quote::Double { '"' } else { '\'' };
            value(context, text, text.find(ending), 1)
        }
        Delimiter::SpaceOrTagEnd => {
            let end = text.find(|character| SPACE.contains(&character) || character == '>');
            let unquoted = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
            if let Some(bad) = unquoted.chars().find(|character| "\"'<=`".contains(*character)) {
                return Err(format!("{bad:?} in an attribute without quotes"));
            }
            value(context, text, end, 0)
        }
    }
}

fn outside_value(context: Context, text: &str) -> Result<(Context, usize), String> {
    let end = context.element.end_tag().and_then(|tag| find_tag(text, tag));
    if end == Some(0) {
        return Ok((Context::default(), 0));
    }
    let text = end.and_then(|end| text.get(..end)).unwrap_or(text);
    inside(context, text)
}

/// The position of an ending tag.
fn find_tag(text: &str, tag: &str) -> Option<usize> {
    let matches = |(at, _): &(usize, &str)| {
        let found = text.get(*at..*at + tag.len()).is_some_and(|found| found.eq_ignore_ascii_case(tag));
        let after = text.get(*at + tag.len()..).and_then(|after| after.chars().next());
        found && after.is_some_and(|after| SPACE.contains(&after) || matches!(after, '/' | '>'))
    };
    text.match_indices("</").find(matches).map(|(at, _)| at)
}

/// Moves over an attribute's value, which ends at `end`; a quote there is passed too.
fn value(context: Context, text: &str, end: Option<usize>, quote: usize) -> Result<(Context, usize), String> {
    if let Some(end) = end {
        let context = Context { state: State::Tag, element: context.element, ..Context::default() };
        return Ok((context, end + quote));
    }
    let decoded = unescaped(text);
    let (mut context, mut rest) = (context, decoded.as_str());
    while !rest.is_empty() {
        let (next, read) = inside(context, rest)?;
        (context, rest) = (next, rest.get(read.max(1)..).unwrap_or_default());
    }
    Ok((context, text.len()))
}

/// Moves within a state; what ends an attribute or element has been cut off.
fn inside(context: Context, text: &str) -> Result<(Context, usize), String> {
    let all = text.len();
    match context.state {
        State::Text => Ok(markup(context, text)),
        State::Tag => tag(context, text),
        State::AttributeName => {
            let name = name_length(text)?;
            let state = if name == all { State::AttributeName } else { State::AfterName };
            Ok((Context { state, ..context }, name))
        }
        State::AfterName => {
            let space = space_length(text);
            Ok(match text.get(space..).and_then(|rest| rest.chars().next()) {
                None => (context, all),
                Some('=') => (Context { state: State::BeforeValue, ..context }, space + 1),
                Some(_) => (Context { state: State::Tag, ..context }, space),
            })
        }
        State::BeforeValue => {
            let space = space_length(text);
            let (delimiter, quote) = match text.get(space..).and_then(|rest| rest.chars().next()) {
                None => return Ok((context, all)),
                Some('"') => (Delimiter::Quote(Quote::Double), 1),
                Some('\'') => (Delimiter::Quote(Quote::Single), 1),
                Some(_) => (Delimiter::SpaceOrTagEnd, 0),
            };
            let state = context.attribute.state();
            Ok((Context { state, delimiter, attribute: Attribute::Text, ..context }, space + quote))
        }
        State::Comment => Ok(match text.find("-->") {
            Some(end) => (Context::default(), end + 3),
            None => (context, all),
        }),
        State::Url => Ok((url(context, text), all)),
        State::Css | State::CssString(_) | State::CssUrl(_) | State::CssBlockComment | State::CssLineComment => css::step(context, text),
        State::Rcdata | State::Value | State::Script | State::Srcset | State::MetaContent | State::Dead => Ok((context, all)),
    }
}

/// To the next tag or comment.
fn markup(context: Context, text: &str) -> (Context, usize) {
    for (open, _) in text.match_indices('<') {
        let after = text.get(open + 1..).unwrap_or_default();
        if after.starts_with("!--") {
            return (Context { state: State::Comment, ..Context::default() }, open + 4);
        }
        let (closes, name) = after.strip_prefix('/').map_or((0, after), |name| (1, name));
        let length = tag_name_length(name);
        if length > 0 {
            let name = name.get(..length).unwrap_or_default();
            let element = if closes == 1 { Element::Other } else { Element::of(name) };
            let context = Context { state: State::Tag, element, ..Context::default() };
            return (context, open + 1 + closes + length);
        }
    }
    (context, text.len())
}

/// Letters and digits, with single colons and dashes between.
fn tag_name_length(text: &str) -> usize {
    if !text.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return 0;
    }
    let bytes = text.as_bytes();
    let alphanumeric = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let joins = |at: usize| matches!(bytes.get(at), Some(b':' | b'-')) && alphanumeric(at + 1);
    (0..bytes.len()).find(|at| !alphanumeric(*at) && !joins(*at)).unwrap_or(bytes.len())
}

/// The end of a tag, or the name of an attribute.
fn tag(context: Context, text: &str) -> Result<(Context, usize), String> {
    let space = space_length(text);
    let rest = text.get(space..).unwrap_or_default();
    if rest.is_empty() {
        return Ok((context, text.len()));
    }
    if rest.starts_with('>') {
        let element = context.element;
        return Ok((Context { state: element.content(), element, ..Context::default() }, space + 1));
    }
    let length = name_length(rest)?;
    if length == 0 {
        return Err("an attribute's name or the end of the tag is expected".to_owned());
    }
    let attribute = Attribute::of(context.element, rest.get(..length).unwrap_or_default());
    let state = if length == rest.len() { State::AttributeName } else { State::AfterName };
    Ok((Context { state, attribute, element: context.element, ..Context::default() }, space + length))
}

fn name_length(text: &str) -> Result<usize, String> {
    let end = text.find(|character| SPACE.contains(&character) || matches!(character, '=' | '>' | '\'' | '"' | '<'));
    let end = end.unwrap_or(text.len());
    match text.get(end..).and_then(|rest| rest.chars().next()) {
        Some(bad @ ('\'' | '"' | '<')) => Err(format!("{bad:?} in the name of an attribute")),
        _ => Ok(end),
    }
}

fn space_length(text: &str) -> usize {
    text.len() - text.trim_start_matches(SPACE).len()
}

/// Which part of an address is reached after `text`.
pub(super) fn url(context: Context, text: &str) -> Context {
    if text.contains(['#', '?']) {
        return Context { url: UrlPart::QueryOrFragment, ..context };
    }
    if context.url == UrlPart::Start && space_length(text) != text.len() {
        return Context { url: UrlPart::BeforeQuery, ..context };
    }
    context
}

/// Decodes the character references that could hide a sign that matters here.
fn unescaped(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, reference)) = rest.split_once('&') {
        decoded.push_str(before);
        let length = reference.find(|character: char| !character.is_ascii_alphanumeric() && character != '#');
        let (name, after) = reference.split_at_checked(length.unwrap_or(reference.len())).unwrap_or((reference, ""));
        if let Some(character) = named(name) {
            decoded.push(character);
            rest = after.strip_prefix(';').unwrap_or(after);
        } else {
            decoded.push('&');
            rest = reference;
        }
    }
    decoded.push_str(rest);
    decoded
}

fn named(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hexadecimal = number.strip_prefix(['x', 'X']);
        let code = hexadecimal.map_or_else(|| number.parse(), |digits| u32::from_str_radix(digits, 16));
        return char::from_u32(code.ok()?);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "num" => '#',
        "quest" => '?',
        "colon" => ':',
        "sol" => '/',
        "lpar" => '(',
        "rpar" => ')',
        "bsol" => '\\',
        "ast" => '*',
        "NewLine" => '\n',
        "Tab" => '\t',
        _ => return None,
    })
}
