//! Access by position or key.
//! It never reaches beyond the end: that is a failure.
//! Next: `lists` and `dicts` for all else that is done with them.

use super::{Call, Function, Type, variadic};
use crate::error::Fault;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("index", &[Type::Any], Type::Any, index),
    variadic("slice", &[Type::Any], Type::Any, slice),
    variadic("mustSlice", &[Type::Any], Type::Any, slice),
];

/// `index x 1 "key"` is `x[1]["key"]`.
fn index(call: &Call<'_>) -> Result<Value, Fault> {
    if call.any(0).is_nil() {
        return Err(Fault::new("index of untyped nil"));
    }
    call.from(1).iter().try_fold(call.any(0).clone(), |item, key| match (&item, key) {
        (Value::Map(map), Value::Str(key)) => Ok(map.get(key).cloned().unwrap_or(Value::Nil)),
        (Value::List(list), _) => {
            let found = position(key, list.items().len())?.and_then(|at| list.items().get(at));
            found.cloned().ok_or_else(|| out_of_range(key))
        }
        (Value::Str(text), _) => {
            let byte = position(key, text.len())?.and_then(|at| text.as_bytes().get(at));
            byte.map(|byte| Value::Int(i64::from(*byte))).ok_or_else(|| out_of_range(key))
        }
        (Value::Map(_), _) => Err(Fault::new(format!("a {} is no key", key.type_name()))),
        (Value::Nil, _) => Err(Fault::new("index of nil pointer")),
        (other, _) => Err(Fault::new(format!("can't index item of type {}", other.type_name()))),
    })
}

fn out_of_range(key: &Value) -> Fault {
    Fault::new(format!("index out of range: {}", key.to_int()))
}

/// A position up to `length`, if it is one.
fn position(key: &Value, length: usize) -> Result<Option<usize>, Fault> {
    match key {
        Value::Int(at) => Ok(usize::try_from(*at).ok().filter(|at| *at <= length)),
        Value::Missing | Value::Nil => Err(Fault::new("cannot index slice/array with nil")),
        other => Err(Fault::new(format!("cannot index slice/array with type {}", other.type_name()))),
    }
}

/// `slice x 1 3` is `x[1:3]`, for lists and for texts; the end may be left out, and the beginning too.
fn slice(call: &Call<'_>) -> Result<Value, Fault> {
    let length = match call.any(0) {
        Value::List(list) => list.items().len(),
        Value::Str(text) => text.len(),
        other => {
            return Err(Fault::new(format!("can't slice item of type {}", other.type_name())));
        }
    };
    if length == 0 && matches!(call.any(0), Value::List(_)) {
        return Ok(Value::Nil);
    }
    if call.values.len() > 3 {
        return Err(Fault::new("too many slice indexes"));
    }
    let bound = |at: usize, default: usize| match call.values.get(at) {
        None => Ok(default),
        Some(key) => position(&Value::Int(key.to_int()), length)?.ok_or_else(|| out_of_range(key)),
    };
    let (start, end) = (bound(1, 0)?, bound(2, length)?);
    if start > end {
        return Err(Fault::new(format!("invalid slice index: {start} > {end}")));
    }
    match call.any(0) {
        Value::List(list) => Value::list(list.items().get(start..end).unwrap_or_default().to_vec()),
        Value::Str(text) => {
            let bytes = text.as_bytes().get(start..end).unwrap_or_default();
            Ok(Value::str(String::from_utf8_lossy(bytes)))
        }
        _ => Ok(Value::Nil),
    }
}
