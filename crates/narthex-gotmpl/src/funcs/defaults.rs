//! Choices between values, and JSON.
//! It never mistakes zero for something: what is empty of its type counts as not given.
//! Next: `encoding` for other formats.

use super::{Call, Function, Type, fixed, variadic};
use crate::error::Fault;
use crate::exec::budget::Text;
use crate::value::{Data, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("default", &[Type::Any], Type::Any, |call| {
        Ok(call.from(1).first().filter(|value| value.truth()).unwrap_or(call.any(0)).clone())
    }),
    fixed("empty", &[Type::Any], |call| Ok(Value::Bool(!call.any(0).truth()))),
    variadic("coalesce", &[], Type::Any, |call| Ok(call.values.iter().find(|value| value.truth()).cloned().unwrap_or(Value::Nil))),
    variadic("all", &[], Type::Any, |call| Ok(Value::Bool(call.values.iter().all(Value::truth)))),
    variadic("any", &[], Type::Any, |call| Ok(Value::Bool(call.values.iter().any(Value::truth)))),
    fixed("ternary", &[Type::Any, Type::Any, Type::Bool], |call| Ok(call.any(usize::from(!call.any(2).truth())).clone())),
    fixed("deepCopy", &[Type::Any], |call| Ok(call.any(0).clone())),
    fixed("mustDeepCopy", &[Type::Any], |call| Ok(call.any(0).clone())),
    fixed("fail", &[Type::Str], |call| Err(Fault::new(call.str(0)))),
    fixed("fromJson", &[Type::Str], |call| Ok(from_json(call).unwrap_or(Value::Nil))),
    fixed("mustFromJson", &[Type::Str], from_json),
    fixed("toJson", &[Type::Any], |call| to_json(call, Layout::Escaped)),
    fixed("mustToJson", &[Type::Any], |call| to_json(call, Layout::Escaped)),
    fixed("toRawJson", &[Type::Any], |call| to_json(call, Layout::Raw)),
    fixed("mustToRawJson", &[Type::Any], |call| to_json(call, Layout::Raw)),
    fixed("toPrettyJson", &[Type::Any], |call| to_json(call, Layout::Pretty)),
    fixed("mustToPrettyJson", &[Type::Any], |call| to_json(call, Layout::Pretty)),
];

fn from_json(call: &Call<'_>) -> Result<Value, Fault> {
    let json: serde_json::Value = serde_json::from_str(call.str(0)).map_err(|error| Fault::new(error.to_string()))?;
    Ok(Data::from(&json).0)
}

#[derive(Clone, Copy, PartialEq)]
enum Layout {
    /// As Go's encoder does by default: safe within HTML.
    Escaped,
    Raw,
    /// Escaped, with line breaks and two spaces for each level.
    Pretty,
}

fn to_json(call: &Call<'_>, layout: Layout) -> Result<Value, Fault> {
    let mut text = call.budget.text();
    json(call.any(0), layout, 0, &mut text)?;
    Ok(Value::str(text.into_string()))
}

fn json(value: &Value, layout: Layout, level: usize, text: &mut Text<'_>) -> Result<(), Fault> {
    match value {
        Value::Missing | Value::Nil => text.push("null"),
        Value::Bool(value) => text.push(if *value { "true" } else { "false" }),
        Value::Int(value) => text.push(&value.to_string()),
        Value::Float(value) if !value.is_finite() => Err(Fault::new("the number has no JSON text")),
        Value::Float(value) => text.push(&number(*value)),
        Value::Str(value) => string(value, layout, text),
        Value::Time(time) => string(&time.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string().replace("+00:00", "Z"), layout, text),
        Value::List(list) => {
            let items = list.items().iter();
            series(['[', ']'], items, layout, level, text, |item, text| json(item, layout, level + 1, text))
        }
        Value::Map(map) | Value::Struct(map) => series(['{', '}'], map.entries().iter(), layout, level, text, |(key, value), text| {
            string(key, layout, text)?;
            text.push(if layout == Layout::Pretty { ": " } else { ":" })?;
            json(value, layout, level + 1, text)
        }),
    }
}

fn series<T>(
    brackets: [char; 2],
    items: impl ExactSizeIterator<Item = T>,
    layout: Layout,
    level: usize,
    text: &mut Text<'_>,
    write: impl Fn(T, &mut Text<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let [open, close] = brackets;
    let indents = layout == Layout::Pretty && items.len() > 0;
    text.push_char(open)?;
    for (position, item) in items.enumerate() {
        text.push(if position > 0 { "," } else { "" })?;
        line(indents, level + 1, text)?;
        write(item, text)?;
    }
    line(indents, level, text)?;
    text.push_char(close)
}

fn line(indents: bool, level: usize, text: &mut Text<'_>) -> Result<(), Fault> {
    if indents {
        text.push("\n")?;
        text.repeat("  ", level)?;
    }
    Ok(())
}

fn string(value: &str, layout: Layout, text: &mut Text<'_>) -> Result<(), Fault> {
    text.push("\"")?;
    for character in value.chars() {
        match character {
            '"' | '\\' => {
                text.push("\\")?;
                text.push_char(character)?;
            }
            '\n' => text.push("\\n")?,
            '\r' => text.push("\\r")?,
            '\t' => text.push("\\t")?,
            '\u{8}' => text.push("\\b")?,
            '\u{c}' => text.push("\\f")?,
            '<' | '>' | '&' if layout != Layout::Raw => {
                text.push(&format!("\\u{:04x}", u32::from(character)))?;
            }
            '\0'..='\u{1f}' | '\u{2028}' | '\u{2029}' => {
                text.push(&format!("\\u{:04x}", u32::from(character)))?;
            }
            other => text.push_char(other)?,
        }
    }
    text.push("\"")
}

/// Go's encoder takes exponents below 1e-6 and from 1e21 on.
fn number(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || (1e-6..1e21).contains(&size) {
        return format!("{value}");
    }
    let text = format!("{value:e}");
    match text.split_once("e-") {
        Some((mantissa, exponent)) => format!("{mantissa}e-{exponent:0>2}").replace("e-0", "e-"),
        None => text.replace('e', "e+"),
    }
}
