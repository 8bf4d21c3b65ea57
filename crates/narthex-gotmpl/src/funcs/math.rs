//! Calculations with whole and floating numbers.
//! It never overflows into nonsense: whole numbers wrap as Go's do, and division by zero is a failure.
//! Next: `types` for conversions.

#![expect(clippy::unnecessary_wraps, reason = "functions of templates share one signature")]

use super::{Call, Function, Type, fixed, variadic};
use crate::error::Fault;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("add1", &[Type::Any], |call| Ok(Value::Int(call.any(0).to_int().wrapping_add(1)))),
    variadic("add", &[], Type::Any, |call| Ok(Value::Int(integers(call).fold(0, i64::wrapping_add)))),
    fixed("sub", &[Type::Any, Type::Any], |call| Ok(Value::Int(call.any(0).to_int().wrapping_sub(call.any(1).to_int())))),
    variadic("mul", &[Type::Any], Type::Any, |call| Ok(Value::Int(integers(call).fold(1, i64::wrapping_mul)))),
    fixed("div", &[Type::Any, Type::Any], |call| divided(call, i64::wrapping_div)),
    fixed("mod", &[Type::Any, Type::Any], |call| divided(call, i64::wrapping_rem)),
    variadic("max", &[Type::Any], Type::Any, |call| Ok(Value::Int(integers(call).max().unwrap_or_default()))),
    variadic("biggest", &[Type::Any], Type::Any, |call| Ok(Value::Int(integers(call).max().unwrap_or_default()))),
    variadic("min", &[Type::Any], Type::Any, |call| Ok(Value::Int(integers(call).min().unwrap_or_default()))),
    fixed("add1f", &[Type::Any], |call| Ok(Value::Float(decimal(call.any(0).to_float() + 1.0)))),
    variadic("addf", &[], Type::Any, |call| Ok(Value::Float(floats(call).fold(0.0, |a, b| decimal(a + b))))),
    variadic("subf", &[Type::Any], Type::Any, |call| folded(call, |a, b| decimal(a - b))),
    variadic("mulf", &[Type::Any], Type::Any, |call| folded(call, |a, b| decimal(a * b))),
    variadic("divf", &[Type::Any], Type::Any, |call| {
        if call.from(1).iter().any(|value| value.to_float() == 0.0) {
            return Err(Fault::new("division by zero"));
        }
        folded(call, |a, b| a / b)
    }),
    variadic("maxf", &[Type::Any], Type::Any, |call| folded(call, f64::max)),
    variadic("minf", &[Type::Any], Type::Any, |call| folded(call, f64::min)),
    fixed("floor", &[Type::Any], |call| Ok(Value::Float(call.any(0).to_float().floor()))),
    fixed("ceil", &[Type::Any], |call| Ok(Value::Float(call.any(0).to_float().ceil()))),
    variadic("round", &[Type::Any, Type::Int], Type::Float, round),
];

fn integers(call: &Call<'_>) -> impl Iterator<Item = i64> {
    call.values.iter().map(Value::to_int)
}

fn floats(call: &Call<'_>) -> impl Iterator<Item = f64> {
    call.values.iter().map(Value::to_float)
}

fn folded(call: &Call<'_>, combine: fn(f64, f64) -> f64) -> Result<Value, Fault> {
    Ok(Value::Float(floats(call).reduce(combine).unwrap_or_default()))
}

/// Sprig calculates in decimals: 0.1 + 0.2 is 0.3. Fifteen digits give the same for numbers that people write.
fn decimal(value: f64) -> f64 {
    if value.fract() == 0.0 { value } else { format!("{value:.14e}").parse().unwrap_or(value) }
}

fn divided(call: &Call<'_>, divide: fn(i64, i64) -> i64) -> Result<Value, Fault> {
    match call.any(1).to_int() {
        0 => Err(Fault::new("division by zero")),
        divisor => Ok(Value::Int(divide(call.any(0).to_int(), divisor))),
    }
}

/// `round value places` and, last, from which fraction on it is rounded up (0.5).
fn round(call: &Call<'_>) -> Result<Value, Fault> {
    let places = i32::try_from(call.int(1).clamp(-400, 400)).unwrap_or_default();
    let up_from = call.from(2).first().map_or(0.5, Value::to_float);
    let power = 10_f64.powi(places);
    let digits = power * call.any(0).to_float();
    let rounded = if digits.fract() >= up_from { digits.ceil() } else { digits.floor() };
    Ok(Value::Float(rounded / power))
}
