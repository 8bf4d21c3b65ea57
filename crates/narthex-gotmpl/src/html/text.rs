//! Moves over the text between actions, and cleans it.
//! It never changes tags or attributes.
//! Next: `scan` for single steps.

use super::context::{Context, Delimiter, State};
use super::scan;

/// Moves over a text. Comments are left out, and signs that open no tag are escaped.
pub(super) fn text_node(context: Context, text: &str) -> Result<(Context, String), String> {
    let mut context = context;
    let mut escaped = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let (next, read) = scan::step(context, rest)?;
        let piece = rest.get(..read).unwrap_or_default();
        let in_value = context.delimiter != Delimiter::None;
        let opens_comment = next.in_comment() && next.state != context.state && next.delimiter == Delimiter::None;
        let kept = match (opens_comment, next.state) {
            (true, State::Comment) => piece.strip_suffix("<!--").unwrap_or(piece),
            (true, _) => piece.get(..piece.len().saturating_sub(2)).unwrap_or_default(),
            (false, _) => piece,
        };
        match context.state {
            State::Text | State::Rcdata => push_text(kept, next.state != context.state && !opens_comment, &mut escaped),
            State::CssBlockComment if !in_value => escaped.push(' '),
            State::Comment | State::CssLineComment if !in_value => {}
            _ => escaped.push_str(kept),
        }
        if read == 0 && next == context {
            return Err("the document cannot be followed any further".to_owned());
        }
        (context, at) = (next, at + read);
    }
    Ok((context, escaped))
}

/// Text between tags; if it ends with the beginning of a tag, that `<` is the only one that opens anything.
fn push_text(piece: &str, opens_tag: bool, escaped: &mut String) {
    let tag = if opens_tag { piece.rfind('<').unwrap_or(piece.len()) } else { piece.len() };
    let (text, tag) = piece.split_at_checked(tag).unwrap_or((piece, ""));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        escaped.push_str(before);
        let doctype = after.get(..8).is_some_and(|word| word.eq_ignore_ascii_case("!DOCTYPE"));
        escaped.push_str(if doctype { "<" } else { "&lt;" });
        rest = after;
    }
    escaped.push_str(rest);
    escaped.push_str(tag);
}
