//! Texts of values as Go's `fmt` writes them.
//! It never escapes: that is the business of `html` and of functions.
//! Next: `printf` for verbs, `float` for numbers, `quote` for quoted strings.

mod float;
mod printf;
mod quote;
mod verb;

use crate::error::Fault;
use crate::exec::budget::{Budget, Text};
use crate::value::Value;

pub(crate) use printf::sprintf;
pub(crate) use quote::{is_print, quoted};

/// Go's `fmt.Sprint`: a space stands between two values if neither is a string.
pub(crate) fn sprint(values: &[Value], budget: &Budget) -> Result<String, Fault> {
    let mut text = budget.text();
    let mut after_string = true;
    for value in values {
        let is_string = matches!(value, Value::Str(_));
        if !after_string && !is_string {
            text.push(" ")?;
        }
        after_string = is_string;
        write(value, &mut text)?;
    }
    Ok(text.into_string())
}

/// Go's `fmt.Sprintln`: always a space between, and a line break at the end.
pub(crate) fn sprintln(values: &[Value], budget: &Budget) -> Result<String, Fault> {
    let mut text = budget.text();
    for (position, value) in values.iter().enumerate() {
        if position > 0 {
            text.push(" ")?;
        }
        write(value, &mut text)?;
    }
    text.push("\n")?;
    Ok(text.into_string())
}

/// The verb `%v`.
fn write(value: &Value, text: &mut Text<'_>) -> Result<(), Fault> {
    match value {
        Value::Missing | Value::Nil => text.push("<nil>"),
        Value::Bool(value) => text.push(if *value { "true" } else { "false" }),
        Value::Int(value) => text.push(&value.to_string()),
        Value::Float(value) => text.push(&float::shortest(*value)),
        Value::Str(value) => text.push(value),
        Value::Time(time) => text.push(&crate::funcs::time_text(time)),
        Value::List(list) => {
            text.push("[")?;
            for (position, item) in list.items().iter().enumerate() {
                text.push(if position > 0 { " " } else { "" })?;
                write(item, text)?;
            }
            text.push("]")
        }
        Value::Map(map) => {
            text.push("map[")?;
            for (position, (key, value)) in map.entries().iter().enumerate() {
                text.push(if position > 0 { " " } else { "" })?;
                text.push(key)?;
                text.push(":")?;
                write(value, text)?;
            }
            text.push("]")
        }
        Value::Struct(map) => {
            text.push("{")?;
            for (position, value) in map.entries().values().enumerate() {
                text.push(if position > 0 { " " } else { "" })?;
                write(value, text)?;
            }
            text.push("}")
        }
    }
}
