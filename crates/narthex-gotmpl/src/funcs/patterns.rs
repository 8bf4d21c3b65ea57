//! Regular expressions, in time linear in the text.
//! It never backtracks, and patterns are bounded in size.
//! Next: `strings` for plain search and replacement.

use regex::{Regex, RegexBuilder};

use super::{Call, Function, Type, fixed};
use crate::error::Fault;
use crate::value::Value;

/// Largest compiled pattern in bytes.
const MAX_PATTERN: usize = 512 * 1024;

type Run = fn(&Call<'_>) -> Result<Value, Fault>;

const FIND: Run = |call| Ok(Value::str(pattern(call)?.find(call.str(1)).map_or("", |found| found.as_str())));
const FIND_ALL: Run = |call| {
    let found = pattern(call)?;
    Ok(Value::strings(found.find_iter(call.str(1)).take(limit(call)).map(|found| found.as_str())))
};
const REPLACE: Run = |call| replaced(call, false);
const REPLACE_LITERAL: Run = |call| replaced(call, true);

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("regexMatch", &[Type::Str, Type::Str], |call| Ok(Value::Bool(pattern(call).is_ok_and(|pattern| pattern.is_match(call.str(1)))))),
    fixed("mustRegexMatch", &[Type::Str, Type::Str], |call| Ok(Value::Bool(pattern(call)?.is_match(call.str(1))))),
    fixed("regexFind", &[Type::Str, Type::Str], FIND),
    fixed("mustRegexFind", &[Type::Str, Type::Str], FIND),
    fixed("regexFindAll", &[Type::Str, Type::Str, Type::Int], FIND_ALL),
    fixed("mustRegexFindAll", &[Type::Str, Type::Str, Type::Int], FIND_ALL),
    fixed("regexReplaceAll", &[Type::Str, Type::Str, Type::Str], REPLACE),
    fixed("mustRegexReplaceAll", &[Type::Str, Type::Str, Type::Str], REPLACE),
    fixed("regexReplaceAllLiteral", &[Type::Str, Type::Str, Type::Str], REPLACE_LITERAL),
    fixed("mustRegexReplaceAllLiteral", &[Type::Str, Type::Str, Type::Str], REPLACE_LITERAL),
    fixed("regexSplit", &[Type::Str, Type::Str, Type::Int], split),
    fixed("mustRegexSplit", &[Type::Str, Type::Str, Type::Int], split),
    fixed("regexQuoteMeta", &[Type::Str], |call| Ok(Value::str(quoted(call.str(0))))),
];

/// The pattern that is the first argument. Its price stands for compiling it and running it over the text.
fn pattern(call: &Call<'_>) -> Result<Regex, Fault> {
    call.budget.spend(2_000 + call.str(0).len().saturating_mul(100) + call.str(1).len().saturating_mul(4))?;
    RegexBuilder::new(call.str(0))
        .size_limit(MAX_PATTERN)
        .dfa_size_limit(MAX_PATTERN)
        .build()
        .map_err(|error| Fault::new(error.to_string()))
}

/// A negative number stands for all.
fn limit(call: &Call<'_>) -> usize {
    usize::try_from(call.int(2)).unwrap_or(usize::MAX)
}

fn replaced(call: &Call<'_>, literal: bool) -> Result<Value, Fault> {
    let (pattern, text) = (pattern(call)?, call.str(1));
    let mut result = call.budget.text();
    let mut rest = 0;
    for captures in pattern.captures_iter(text) {
        let Some(found) = captures.get(0) else {
            continue;
        };
        result.push(text.get(rest..found.start()).unwrap_or_default())?;
        if literal {
            result.push(call.str(2))?;
        } else {
            // Each reference may stand for the whole match.
            let references = call.str(2).matches('$').count();
            call.budget.spend(references.saturating_mul(found.len()))?;
            let mut expanded = String::new();
            captures.expand(call.str(2), &mut expanded);
            result.push(&expanded)?;
        }
        rest = found.end();
    }
    result.push(text.get(rest..).unwrap_or_default())?;
    Ok(Value::str(result.into_string()))
}

/// The pieces between matches, as many as the last argument says at most. A match of nothing at either end parts nothing.
fn split(call: &Call<'_>) -> Result<Value, Fault> {
    let (pattern, text) = (pattern(call)?, call.str(1));
    let limit = limit(call);
    if limit == 0 {
        return Value::list(Vec::new());
    }
    if !call.str(0).is_empty() && text.is_empty() {
        return Ok(Value::strings([""]));
    }
    let mut pieces = Vec::new();
    let (mut begin, mut end) = (0, 0);
    for found in pattern.find_iter(text) {
        if pieces.len() + 1 == limit {
            break;
        }
        end = found.start();
        if found.end() != 0 {
            pieces.push(text.get(begin..end).unwrap_or_default());
        }
        begin = found.end();
    }
    if end != text.len() {
        pieces.push(text.get(begin..).unwrap_or_default());
    }
    Ok(Value::strings(pieces))
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for character in text.chars() {
        if r"\.+*?()|[]{}^$".contains(character) {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted
}
