//! Names of types and kinds, and conversions.
//! It never tells Go's integer types apart: all are `int`.
//! Next: `math` for calculations.

use super::{Call, Function, Type, fixed};
use crate::error::Fault;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("typeOf", &[Type::Any], |call| Ok(Value::str(call.any(0).type_name()))),
    fixed("typeIs", &[Type::Str, Type::Any], |call| Ok(Value::Bool(call.str(0) == call.any(1).type_name()))),
    fixed("typeIsLike", &[Type::Str, Type::Any], |call| Ok(Value::Bool(call.str(0) == call.any(1).type_name()))),
    fixed("kindOf", &[Type::Any], |call| Ok(Value::str(call.any(0).kind_name()))),
    fixed("kindIs", &[Type::Str, Type::Any], |call| Ok(Value::Bool(call.str(0) == call.any(1).kind_name()))),
    fixed("toString", &[Type::Any], |call| Ok(Value::str(call.text_of(call.any(0))?))),
    fixed("toStrings", &[Type::Any], |call| Ok(Value::strings(strings(call, call.any(0))?))),
    fixed("int", &[Type::Any], |call| Ok(Value::Int(call.any(0).to_int()))),
    fixed("int64", &[Type::Any], |call| Ok(Value::Int(call.any(0).to_int()))),
    fixed("float64", &[Type::Any], |call| Ok(Value::Float(call.any(0).to_float()))),
    fixed("atoi", &[Type::Str], |call| Ok(Value::Int(call.str(0).parse().unwrap_or_default()))),
    fixed("toDecimal", &[Type::Any], |call| Ok(Value::Int(i64::from_str_radix(&call.text_of(call.any(0))?, 8).unwrap_or_default()))),
];

/// The texts of the items of a list, nil left out; of anything else, its own text.
pub(super) fn strings(call: &Call<'_>, value: &Value) -> Result<Vec<String>, Fault> {
    match value {
        Value::Missing | Value::Nil => Ok(Vec::new()),
        Value::List(list) => list.items().iter().filter(|item| !item.is_nil()).map(|item| call.text_of(item)).collect(),
        other => Ok(vec![call.text_of(other)?]),
    }
}
