//! Texts: cutting, searching, replacing, laying out.
//! It never cuts a character in two without a replacement character in its place.
//! Next: `words` for case and words, `patterns` for regular expressions.

#![expect(clippy::unnecessary_wraps, reason = "functions of templates share one signature")]

use super::{Call, Function, Type, fixed, variadic};
use crate::error::Fault;
use crate::print;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("hello", &[], |_| Ok(Value::str("Hello!"))),
    fixed("trim", &[Type::Str], |call| Ok(Value::str(call.str(0).trim()))),
    fixed("trimAll", &[Type::Str, Type::Str], trim_all),
    fixed("trimall", &[Type::Str, Type::Str], trim_all),
    fixed("trimSuffix", &[Type::Str, Type::Str], |call| Ok(Value::str(call.str(1).strip_suffix(call.str(0)).unwrap_or(call.str(1))))),
    fixed("trimPrefix", &[Type::Str, Type::Str], |call| Ok(Value::str(call.str(1).strip_prefix(call.str(0)).unwrap_or(call.str(1))))),
    fixed("contains", &[Type::Str, Type::Str], |call| Ok(Value::Bool(call.str(1).contains(call.str(0))))),
    fixed("hasPrefix", &[Type::Str, Type::Str], |call| Ok(Value::Bool(call.str(1).starts_with(call.str(0))))),
    fixed("hasSuffix", &[Type::Str, Type::Str], |call| Ok(Value::Bool(call.str(1).ends_with(call.str(0))))),
    fixed("repeat", &[Type::Int, Type::Str], repeat),
    fixed("replace", &[Type::Str, Type::Str, Type::Str], |call| replaced(call, call.str(2), call.str(0), call.str(1))),
    fixed("nospace", &[Type::Str], |call| Ok(Value::str(call.str(0).split_whitespace().collect::<String>()))),
    fixed("trunc", &[Type::Int, Type::Str], trunc),
    fixed("substr", &[Type::Int, Type::Int, Type::Str], substr),
    fixed("abbrev", &[Type::Int, Type::Str], |call| Ok(Value::str(abbreviated(call.str(1), 0, call.int(0))))),
    fixed("abbrevboth", &[Type::Int, Type::Int, Type::Str], abbrev_both),
    fixed("indent", &[Type::Int, Type::Str], |call| indent(call, "")),
    fixed("nindent", &[Type::Int, Type::Str], |call| indent(call, "\n")),
    fixed("wrap", &[Type::Int, Type::Str], |call| wrap(call, "\n", false)),
    fixed("wrapWith", &[Type::Int, Type::Str, Type::Str], |call| wrap(call, call.str(1), true)),
    fixed("plural", &[Type::Str, Type::Str, Type::Int], |call| Ok(call.any(usize::from(call.int(2) != 1)).clone())),
    variadic("quote", &[], Type::Any, |call| enclosed(call, |text| print::quoted(text, '"', false))),
    variadic("squote", &[], Type::Any, |call| enclosed(call, |text| format!("'{text}'"))),
    variadic("cat", &[], Type::Any, |call| enclosed(call, str::to_owned)),
    fixed("split", &[Type::Str, Type::Str], |call| Value::map(numbered(pieces(call, call.str(1), None)?))),
    fixed("splitn", &[Type::Str, Type::Int, Type::Str], |call| {
        Value::map(numbered(pieces(call, call.str(2), usize::try_from(call.int(1)).ok())?))
    }),
    fixed("splitList", &[Type::Str, Type::Str], |call| Ok(Value::strings(pieces(call, call.str(1), None)?))),
];

fn trim_all(call: &Call<'_>) -> Result<Value, Fault> {
    Ok(Value::str(call.str(1).trim_matches(|character| call.str(0).contains(character))))
}

fn repeat(call: &Call<'_>) -> Result<Value, Fault> {
    let times = usize::try_from(call.int(0)).map_err(|_| Fault::new("negative Repeat count"))?;
    let mut text = call.budget.text();
    text.repeat(call.str(1), times)?;
    Ok(Value::str(text.into_string()))
}

/// `text` with all `old` replaced; an empty `old` is found before each character and at the end.
fn replaced(call: &Call<'_>, text: &str, old: &str, new: &str) -> Result<Value, Fault> {
    let mut result = call.budget.text();
    let mut rest = 0;
    for (start, found) in text.match_indices(old) {
        result.push(text.get(rest..start).unwrap_or_default())?;
        result.push(new)?;
        rest = start + found.len();
    }
    result.push(text.get(rest..).unwrap_or_default())?;
    Ok(Value::str(result.into_string()))
}

/// Bytes from `start` to `end` of a text.
fn cut(text: &str, start: usize, end: usize) -> Value {
    Value::str(String::from_utf8_lossy(text.as_bytes().get(start..end).unwrap_or_default()))
}

/// The first bytes, or with a negative number the last ones.
fn trunc(call: &Call<'_>) -> Result<Value, Fault> {
    let (text, count) = (call.str(1), call.int(0));
    let length = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    if length >= text.len() {
        return Ok(Value::str(text));
    }
    Ok(if count < 0 { cut(text, text.len() - length, text.len()) } else { cut(text, 0, length) })
}

fn substr(call: &Call<'_>) -> Result<Value, Fault> {
    let text = call.str(2);
    let outside = || Fault::new("slice bounds out of range");
    let end = usize::try_from(call.int(1)).ok().filter(|end| *end <= text.len());
    match usize::try_from(call.int(0)) {
        Err(_) => end.map(|end| cut(text, 0, end)).ok_or_else(outside),
        Ok(start) if start > end.unwrap_or(text.len()) => Err(outside()),
        Ok(start) => Ok(cut(text, start, end.unwrap_or(text.len()))),
    }
}

/// `text` from `offset` on, cut to `width` bytes with three dots for what is left out.
fn abbreviated(text: &str, offset: i64, width: i64) -> String {
    let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
    if width < 4 || length <= width {
        return text.to_owned();
    }
    let part = |start: i64, end: i64| {
        let (start, end) = (usize::try_from(start).unwrap_or_default(), usize::try_from(end).unwrap_or_default());
        String::from_utf8_lossy(text.as_bytes().get(start..end).unwrap_or_default()).into_owned()
    };
    let offset = if length - offset.min(length) < width - 3 { length - (width - 3) } else { offset.min(length) };
    if offset <= 4 {
        return format!("{}...", part(0, width - 3));
    }
    if offset + width - 3 < length {
        return format!("...{}...", part(offset, offset + width - 6));
    }
    format!("...{}", part(length - (width - 3), length))
}

fn abbrev_both(call: &Call<'_>) -> Result<Value, Fault> {
    let (left, right, text) = (call.int(0), call.int(1), call.str(2));
    let unchanged = right < 4 || (left > 0 && right < 7);
    Ok(Value::str(if unchanged { text.to_owned() } else { abbreviated(text, left.max(0), right) }))
}

fn indent(call: &Call<'_>, before: &str) -> Result<Value, Fault> {
    let spaces = usize::try_from(call.int(0)).map_err(|_| Fault::new("negative Repeat count"))?;
    let mut text = call.budget.text();
    text.push(before)?;
    for (position, line) in call.str(1).split('\n').enumerate() {
        text.push(if position > 0 { "\n" } else { "" })?;
        text.repeat(" ", spaces)?;
        text.push(line)?;
    }
    Ok(Value::str(text.into_string()))
}

/// Breaks the lines of the last argument at spaces, after as many bytes as the first one says; longer words only if asked to.
fn wrap(call: &Call<'_>, line_break: &str, breaks_words: bool) -> Result<Value, Fault> {
    let line_break = if line_break.is_empty() { "\n" } else { line_break };
    let width = usize::try_from(call.int(0)).unwrap_or_default().max(1);
    let mut wrapped = call.budget.text();
    let mut rest = call.str(call.values.len().saturating_sub(1));
    while rest.len() > width {
        if let Some(after) = rest.strip_prefix(' ') {
            rest = after;
            continue;
        }
        let fitting = rest.as_bytes().get(..=width).unwrap_or_default();
        let space = fitting.iter().rposition(|byte| *byte == b' ').or_else(|| {
            let beyond = if breaks_words { None } else { rest.as_bytes().get(width..) };
            beyond.and_then(|beyond| Some(width + beyond.iter().position(|byte| *byte == b' ')?))
        });
        let end = match space {
            Some(space) => space,
            None if breaks_words => boundary(rest, width),
            None => break,
        };
        wrapped.push(rest.get(..end).unwrap_or_default())?;
        wrapped.push(line_break)?;
        rest = rest.get(end + usize::from(space.is_some())..).unwrap_or_default();
    }
    wrapped.push(rest)?;
    Ok(Value::str(wrapped.into_string()))
}

/// The end of the character that `at` falls into.
fn boundary(text: &str, at: usize) -> usize {
    (at..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len())
}

/// The texts of all arguments but nil ones, each treated alike, with spaces between.
fn enclosed(call: &Call<'_>, treat: impl Fn(&str) -> String) -> Result<Value, Fault> {
    let mut text = call.budget.text();
    for value in call.values.iter().filter(|value| !value.is_nil()) {
        text.push(if text.as_str().is_empty() { "" } else { " " })?;
        text.push(&treat(&call.text_of(value)?))?;
    }
    Ok(Value::str(text.into_string()))
}

/// The pieces between separators, `limit` at most; an empty separator parts all characters.
fn pieces(call: &Call<'_>, text: &str, limit: Option<usize>) -> Result<Vec<String>, Fault> {
    let separator = call.str(0);
    call.budget.spend(text.len().saturating_mul(32))?;
    let limit = limit.unwrap_or(usize::MAX);
    if !separator.is_empty() {
        return Ok(text.splitn(limit, separator).map(str::to_owned).collect());
    }
    let mut characters = text.chars();
    let mut pieces: Vec<_> = characters.by_ref().take(limit.saturating_sub(1)).map(String::from).collect();
    let rest: String = characters.collect();
    if !rest.is_empty() && limit > 0 {
        pieces.push(rest);
    }
    Ok(pieces)
}

/// Pieces under the keys `_0`, `_1` and so on.
fn numbered(pieces: Vec<String>) -> std::collections::BTreeMap<std::sync::Arc<str>, Value> {
    pieces.into_iter().enumerate().map(|(position, piece)| (format!("_{position}").into(), Value::str(piece))).collect()
}
