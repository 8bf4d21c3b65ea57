//! Go's comparisons: only values of one kind can be compared.
//! It never converts: `eq 1 1.0` is a failure, as in Go.
//! Next: `same` is the deep comparison that sprig's functions use.

use std::cmp::Ordering;

use super::{Call, Function, Type, fixed, variadic};
use crate::error::Fault;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("eq", &[Type::Any], Type::Any, eq),
    fixed("ne", &[Type::Any, Type::Any], |call| Ok(Value::Bool(!equal(call.any(0), call.any(1))?))),
    fixed("lt", &[Type::Any, Type::Any], |call| Ok(Value::Bool(order(call)?.is_some_and(Ordering::is_lt)))),
    fixed("le", &[Type::Any, Type::Any], |call| Ok(Value::Bool(order(call)?.is_some_and(Ordering::is_le)))),
    fixed("gt", &[Type::Any, Type::Any], |call| Ok(Value::Bool(!order(call)?.is_some_and(Ordering::is_le)))),
    fixed("ge", &[Type::Any, Type::Any], |call| Ok(Value::Bool(!order(call)?.is_some_and(Ordering::is_lt)))),
    fixed("deepEqual", &[Type::Any, Type::Any], |call| Ok(Value::Bool(same(call.any(0), call.any(1))))),
];

/// Whether the first argument equals any of the others.
fn eq(call: &Call<'_>) -> Result<Value, Fault> {
    if call.values.len() < 2 {
        return Err(Fault::new("missing argument for comparison"));
    }
    for other in call.from(1) {
        if equal(call.any(0), other)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn equal(a: &Value, b: &Value) -> Result<bool, Fault> {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        (Value::Int(a), Value::Int(b)) => Ok(a == b),
        #[expect(clippy::float_cmp, reason = "Go compares exactly too")]
        (Value::Float(a), Value::Float(b)) => Ok(a == b),
        (Value::Str(a), Value::Str(b)) => Ok(a == b),
        (Value::Time(a), Value::Time(b)) => Ok(a == b),
        _ if a.is_nil() || b.is_nil() => Ok(a.is_nil() && b.is_nil()),
        _ => Err(incomparable(a, b)),
    }
}

fn incomparable(a: &Value, b: &Value) -> Fault {
    Fault::new(format!("incompatible types for comparison: {} and {}", a.type_name(), b.type_name()))
}

/// The order of the two arguments; numbers that are no numbers have none.
fn order(call: &Call<'_>) -> Result<Option<Ordering>, Fault> {
    match (call.any(0), call.any(1)) {
        (Value::Int(a), Value::Int(b)) => Ok(Some(a.cmp(b))),
        (Value::Float(a), Value::Float(b)) => Ok(a.partial_cmp(b)),
        (Value::Str(a), Value::Str(b)) => Ok(Some(a.cmp(b))),
        (a, b) if a.is_nil() || b.is_nil() || a.type_name() == b.type_name() => {
            Err(Fault::new(format!("invalid type for comparison: {}", a.type_name())))
        }
        (a, b) => Err(incomparable(a, b)),
    }
}

/// Whether two values are deeply equal; values of different types never are.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => a.items().len() == b.items().len() && a.items().iter().zip(b.items()).all(|(a, b)| same(a, b)),
        (Value::Map(a), Value::Map(b)) | (Value::Struct(a), Value::Struct(b)) => {
            a.entries().len() == b.entries().len() && a.entries().iter().zip(b.entries()).all(|((k, a), (l, b))| k == l && same(a, b))
        }
        _ => equal(a, b).unwrap_or(false),
    }
}
