//! Makes data safe for the place where they are printed.
//! It never trusts data: no value is exempt from escaping.
//! Next: `analyze` chooses the escapers of each action.

use std::borrow::Cow;

use super::css;
use crate::error::Fault;
use crate::exec::budget::Budget;
use crate::funcs;
use crate::print;
use crate::value::Value;

/// What stands for data that cannot be made safe. Go uses this word, and people search for it.
const REFUSED: &str = "ZgotmplZ";

/// A step on the way of a value into a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escaper {
    /// For text and for attributes in quotes.
    Html,
    /// For attributes without quotes.
    Unquoted,
    /// Lets only web and mail addresses pass.
    UrlFilter,
    /// For the beginning of an address: what is escaped already stays so.
    UrlNormalize,
    /// For the query or fragment of an address.
    UrlComponent,
    CssValue,
    CssString,
    /// For comments, which are not printed.
    Nothing,
    /// The function `html`, which the template names itself.
    HtmlFunction,
    /// The function `urlquery`, which the template names itself.
    QueryFunction,
}

impl Escaper {
    pub(crate) fn apply(self, value: &Value, budget: &Budget) -> Result<String, Fault> {
        let text = match (value, self) {
            (Value::Str(text), _) => text.to_string(),
            (Value::Missing | Value::Nil, Self::HtmlFunction | Self::QueryFunction) => "<no value>".to_owned(),
            (Value::Missing | Value::Nil, _) => String::new(),
            (other, _) => print::sprint(std::slice::from_ref(other), budget)?,
        };
        budget.spend(text.len())?;
        match self {
            Self::Html => replaced(&text, budget, html_reference),
            Self::Unquoted if text.is_empty() => Ok(REFUSED.to_owned()),
            Self::Unquoted => replaced(&text, budget, unquoted_reference),
            Self::UrlFilter => Ok(if is_safe_url(&text) { text } else { format!("#{REFUSED}") }),
            Self::UrlNormalize => percent_encoded(&text, true, budget),
            Self::UrlComponent => percent_encoded(&text, false, budget),
            Self::CssValue => Ok(if css::is_value(&text) { css::value(&text) } else { REFUSED.to_owned() }),
            Self::CssString => Ok(css::escaped(&text)),
            Self::Nothing => Ok(String::new()),
            Self::HtmlFunction => funcs::html_text(&text, budget),
            Self::QueryFunction => funcs::query_escaped(&text, budget),
        }
    }
}

fn replaced(text: &str, budget: &Budget, reference: fn(char) -> Option<Cow<'static, str>>) -> Result<String, Fault> {
    let mut escaped = budget.text();
    let mut rest = text;
    while let Some((at, character)) = rest.char_indices().find(|(_, character)| reference(*character).is_some()) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        escaped.push(before)?;
        escaped.push(&reference(character).unwrap_or_default())?;
        rest = after.get(character.len_utf8()..).unwrap_or_default();
    }
    escaped.push(rest)?;
    Ok(escaped.into_string())
}

fn html_reference(character: char) -> Option<Cow<'static, str>> {
    Some(Cow::Borrowed(match character {
        '\0' => "\u{fffd}",
        '"' => "&#34;",
        '&' => "&amp;",
        '\'' => "&#39;",
        '+' => "&#43;",
        '<' => "&lt;",
        '>' => "&gt;",
        _ => return None,
    }))
}

fn unquoted_reference(character: char) -> Option<Cow<'static, str>> {
    Some(Cow::Borrowed(match character {
        '\0' => "&#xfffd;",
        '\t' => "&#9;",
        '\n' => "&#10;",
        '\u{b}' => "&#11;",
        '\u{c}' => "&#12;",
        '\r' => "&#13;",
        ' ' => "&#32;",
        '=' => "&#61;",
        '`' => "&#96;",
        // Old browsers take these for the end of a value.
        '\u{fdd0}'..='\u{fdef}' | '\u{fff0}'..='\u{ffff}' => {
            return Some(Cow::Owned(format!("&#x{:x};", u32::from(character))));
        }
        other => return html_reference(other),
    }))
}

/// Whether an address names no scheme, or one that runs no script.
fn is_safe_url(text: &str) -> bool {
    match text.split_once(':') {
        Some((scheme, _)) if !scheme.contains('/') => ["http", "https", "mailto"].iter().any(|safe| scheme.eq_ignore_ascii_case(safe)),
        _ => true,
    }
}

/// Percent-encodes; normalizing leaves the signs that part an address, and what is encoded already.
fn percent_encoded(text: &str, normalizes: bool, budget: &Budget) -> Result<String, Fault> {
    let mut encoded = budget.text();
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let digits = || [at + 1, at + 2].iter().all(|at| bytes.get(*at).is_some_and(u8::is_ascii_hexdigit));
        let stays = match byte {
            b'-' | b'.' | b'_' | b'~' => true,
            b'!' | b'#' | b'$' | b'&' | b'*' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'?' | b'@' | b'[' | b']' => normalizes,
            b'%' => normalizes && digits(),
            other => other.is_ascii_alphanumeric(),
        };
        if stays {
            encoded.push_char(char::from(*byte))?;
        } else {
            encoded.push(&format!("%{byte:02x}"))?;
        }
    }
    Ok(encoded.into_string())
}
