//! Go's own functions: logic, printing, escaping, length.
//! It never compares or indexes: `compare` and `index` do.
//! Next: `print` for texts of values.

use super::{Call, Function, Style, Type, count, fixed, variadic};
use crate::error::Fault;
use crate::exec::budget::Budget;
use crate::print;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function { style: Style::Until(false), ..variadic("and", &[Type::Any], Type::Any, |_| Ok(Value::Nil)) },
    Function { style: Style::Until(true), ..variadic("or", &[Type::Any], Type::Any, |_| Ok(Value::Nil)) },
    fixed("not", &[Type::Any], |call| Ok(Value::Bool(!call.any(0).truth()))),
    fixed("len", &[Type::Any], len),
    variadic("print", &[], Type::Any, |call| Ok(Value::str(print::sprint(&call.values, call.budget)?))),
    variadic("println", &[], Type::Any, |call| Ok(Value::str(print::sprintln(&call.values, call.budget)?))),
    variadic("printf", &[Type::Str], Type::Any, |call| Ok(Value::str(print::sprintf(call.str(0), call.from(1), call.budget)?))),
    variadic("html", &[], Type::Any, |call| Ok(Value::str(html_text(&evaluated(call)?, call.budget)?))),
    variadic("js", &[], Type::Any, js),
    variadic("urlquery", &[], Type::Any, |call| Ok(Value::str(super::urls::query_escaped(&evaluated(call)?, call.budget)?))),
    variadic("call", &[Type::Any], Type::Any, |call| Err(Fault::new(format!("a {} is no function", call.any(0).type_name())))),
];

fn len(call: &Call<'_>) -> Result<Value, Fault> {
    match call.any(0) {
        Value::Str(text) => Ok(count(text.len())),
        Value::List(list) => Ok(count(list.items().len())),
        Value::Map(map) => Ok(count(map.entries().len())),
        Value::Missing | Value::Nil => Err(Fault::new("len of nil pointer")),
        other => Err(Fault::new(format!("len of type {}", other.type_name()))),
    }
}

/// The arguments as one text, as escapers see them.
fn evaluated(call: &Call<'_>) -> Result<String, Fault> {
    let shown = |value: &Value| {
        if value.is_nil() { Value::str("<no value>") } else { value.clone() }
    };
    let values: Vec<_> = call.values.iter().map(shown).collect();
    print::sprint(&values, call.budget)
}

/// Escapes what has a meaning in HTML.
pub(crate) fn html_text(text: &str, budget: &Budget) -> Result<String, Fault> {
    let mut escaped = budget.text();
    for character in text.chars() {
        match character {
            '\0' => escaped.push("\u{fffd}")?,
            '"' => escaped.push("&#34;")?,
            '\'' => escaped.push("&#39;")?,
            '&' => escaped.push("&amp;")?,
            '<' => escaped.push("&lt;")?,
            '>' => escaped.push("&gt;")?,
            other => escaped.push_char(other)?,
        }
    }
    Ok(escaped.into_string())
}

/// Escapes for the inside of a JavaScript string.
fn js(call: &Call<'_>) -> Result<Value, Fault> {
    let mut escaped = call.budget.text();
    for character in evaluated(call)?.chars() {
        let code = u32::from(character);
        match character {
            '\\' | '\'' | '"' => {
                escaped.push("\\")?;
                escaped.push_char(character)?;
            }
            '<' | '>' | '&' | '=' => escaped.push(&format!("\\u{code:04X}"))?,
            _ if code < 0x20 || code >= 0x7f && !print::is_print(character) => {
                escaped.push(&format!("\\u{code:04X}"))?;
            }
            other => escaped.push_char(other)?,
        }
    }
    Ok(Value::str(escaped.into_string()))
}
