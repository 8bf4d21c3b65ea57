//! Lists: making, taking apart, searching, sorting.
//! It never changes a list: each result is another one.
//! Next: `index` for single items.

use super::compare::same;
use super::types::strings;
use super::{Call, Function, Type, fixed, variadic};
use crate::error::Fault;
use crate::value::Value;

type Run = fn(&Call<'_>) -> Result<Value, Fault>;

const FIRST: Run = |call| Ok(call.items(0)?.first().cloned().unwrap_or(Value::Nil));
const LAST: Run = |call| Ok(call.items(0)?.last().cloned().unwrap_or(Value::Nil));
const REST: Run = |call| Value::list(call.items(0)?.get(1..).unwrap_or_default().to_vec());
const INITIAL: Run = |call| Value::list(call.items(0)?.split_last().map(|(_, rest)| rest.to_vec()).unwrap_or_default());
const REVERSE: Run = |call| Value::list(call.items(0)?.iter().rev().cloned().collect());
const COMPACT: Run = |call| Value::list(call.items(0)?.iter().filter(|item| item.truth()).cloned().collect());
const APPEND: Run = |call| Value::list(call.items(0)?.iter().chain([call.any(1)]).cloned().collect());
const PREPEND: Run = |call| Value::list([call.any(1)].into_iter().chain(call.items(0)?).cloned().collect());

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("list", &[], Type::Any, |call| Value::list(call.values.clone())),
    variadic("tuple", &[], Type::Any, |call| Value::list(call.values.clone())),
    fixed("first", &[Type::Any], FIRST),
    fixed("mustFirst", &[Type::Any], FIRST),
    fixed("last", &[Type::Any], LAST),
    fixed("mustLast", &[Type::Any], LAST),
    fixed("rest", &[Type::Any], REST),
    fixed("mustRest", &[Type::Any], REST),
    fixed("initial", &[Type::Any], INITIAL),
    fixed("mustInitial", &[Type::Any], INITIAL),
    fixed("reverse", &[Type::Any], REVERSE),
    fixed("mustReverse", &[Type::Any], REVERSE),
    fixed("compact", &[Type::Any], COMPACT),
    fixed("mustCompact", &[Type::Any], COMPACT),
    fixed("append", &[Type::Any, Type::Any], APPEND),
    fixed("mustAppend", &[Type::Any, Type::Any], APPEND),
    fixed("push", &[Type::Any, Type::Any], APPEND),
    fixed("mustPush", &[Type::Any, Type::Any], APPEND),
    fixed("prepend", &[Type::Any, Type::Any], PREPEND),
    fixed("mustPrepend", &[Type::Any, Type::Any], PREPEND),
    variadic("concat", &[], Type::Any, concat),
    fixed("uniq", &[Type::Any], uniq),
    fixed("mustUniq", &[Type::Any], uniq),
    variadic("without", &[Type::Any], Type::Any, without),
    variadic("mustWithout", &[Type::Any], Type::Any, without),
    fixed("has", &[Type::Any, Type::Any], has),
    fixed("mustHas", &[Type::Any, Type::Any], has),
    fixed("chunk", &[Type::Int, Type::Any], chunk),
    fixed("mustChunk", &[Type::Int, Type::Any], chunk),
    fixed("join", &[Type::Str, Type::Any], join),
    fixed("sortAlpha", &[Type::Any], |call| {
        let mut texts = strings(call, call.any(0))?;
        texts.sort_unstable();
        Ok(Value::strings(texts))
    }),
    fixed("until", &[Type::Int], |call| steps(call, 0, call.int(0), call.int(0).signum())),
    fixed("untilStep", &[Type::Int, Type::Int, Type::Int], |call| steps(call, call.int(0), call.int(1), call.int(2))),
    variadic("seq", &[], Type::Int, seq),
];

fn concat(call: &Call<'_>) -> Result<Value, Fault> {
    let mut all = Vec::new();
    for position in 0..call.values.len() {
        all.extend_from_slice(call.items(position)?);
    }
    Value::list(all)
}

/// Pays for comparing every item with `others` values.
fn pay_for_search(call: &Call<'_>, others: usize) -> Result<(), Fault> {
    call.budget.spend(call.any(0).weight(call.budget.left()).saturating_mul(others))
}

fn uniq(call: &Call<'_>) -> Result<Value, Fault> {
    let items = call.items(0)?;
    pay_for_search(call, items.len())?;
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        if !kept.iter().any(|other| same(item, other)) {
            kept.push(item.clone());
        }
    }
    Value::list(kept)
}

fn without(call: &Call<'_>) -> Result<Value, Fault> {
    let items = call.items(0)?;
    pay_for_search(call, call.values.len())?;
    let keeps = |item: &&Value| !call.from(1).iter().any(|omitted| same(item, omitted));
    Value::list(items.iter().filter(keeps).cloned().collect())
}

fn has(call: &Call<'_>) -> Result<Value, Fault> {
    if call.any(1).is_nil() {
        return Ok(Value::Bool(false));
    }
    Ok(Value::Bool(call.items(1)?.iter().any(|item| same(item, call.any(0)))))
}

fn chunk(call: &Call<'_>) -> Result<Value, Fault> {
    let size = usize::try_from(call.int(0)).ok().filter(|size| *size > 0);
    let size = size.ok_or_else(|| Fault::new("a chunk needs at least one item"))?;
    let chunks: Result<Vec<_>, _> = call.items(1)?.chunks(size).map(|chunk| Value::list(chunk.to_vec())).collect();
    Value::list(chunks?)
}

fn join(call: &Call<'_>) -> Result<Value, Fault> {
    let mut text = call.budget.text();
    for (position, part) in strings(call, call.any(1))?.iter().enumerate() {
        text.push(if position > 0 { call.str(0) } else { "" })?;
        text.push(part)?;
    }
    Ok(Value::str(text.into_string()))
}

/// Whole numbers from `start` up to, or down to, but without `end`.
fn steps(call: &Call<'_>, start: i64, end: i64, step: i64) -> Result<Value, Fault> {
    let mut numbers = Vec::new();
    let mut next = start;
    while (step > 0 && next < end) || (step < 0 && next > end) {
        call.budget.spend(16)?;
        numbers.push(Value::Int(next));
        next = next.saturating_add(step);
    }
    Value::list(numbers)
}

/// Numbers as text, as the command `seq` prints them: with its end.
fn seq(call: &Call<'_>) -> Result<Value, Fault> {
    let (start, step, end) = match call.values.len() {
        1 => (1, None, call.int(0)),
        2 => (call.int(0), None, call.int(1)),
        3 => (call.int(0), Some(call.int(1)), call.int(2)),
        _ => return Ok(Value::str("")),
    };
    let direction = if end < start { -1 } else { 1 };
    let step = step.unwrap_or(direction);
    if step.signum() != direction {
        return Ok(Value::str(""));
    }
    let numbers = steps(call, start, end.saturating_add(direction), step)?;
    let text = crate::print::sprint(&[numbers], call.budget)?;
    Ok(Value::str(text.trim_matches(['[', ']'])))
}
