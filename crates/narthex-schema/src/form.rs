//! What a form sends, typed by the schema: a form knows but text. What cannot be converted stays text, so that
//! validation tells what is wrong with it. Never here: validation, and names beside the traits.
//! Next: `identity_schema.rs`, which offers this.

use serde_json::{Map, Number, Value};

use crate::field::{Kind, Leaf};

/// The root of all traits, in a form's names and in the document.
const TRAITS: &str = "traits";

/// A form that cannot be turned into traits at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// A number without an end, or something called a number that is none. JSON has neither.
    #[error("{name} is not a finite number.")]
    NotFinite {
        /// The field's name.
        name: String,
    },
}

/// `{"traits": …}` from the fields of a form, in the order in which it sent them.
pub(crate) fn from_fields(leaves: &[Leaf], fields: &[(String, String)]) -> Result<Value, FormError> {
    let mut document = Map::new();
    for leaf in traits(leaves) {
        let name = leaf.path.join(".");
        let sent: Vec<&str> = fields.iter().filter(|(n, _)| *n == name).map(|(_, v)| v.as_str()).collect();
        if let (Some(first), Some(last)) = (sent.first(), sent.last())
            && let Some(value) = convert(leaf, &name, &sent, first, last)?
        {
            insert(&mut document, &leaf.path, value);
        }
    }
    Ok(complete(leaves, document))
}

/// `{"traits": …}` from the members of a JSON body, which may use the names of a form's fields.
pub(crate) fn from_json(leaves: &[Leaf], body: &Map<String, Value>) -> Result<Value, FormError> {
    let mut document = Map::new();
    // Inner names first: what is sent as an object replaces them.
    for leaf in traits(leaves).rev() {
        let name = leaf.path.join(".");
        let value = match body.get(&name) {
            None => continue,
            Some(Value::Null) => convert(leaf, &name, &[""], "", "")?,
            Some(Value::String(text)) => convert(leaf, &name, &[text], text, text)?,
            Some(value) => Some(value.clone()),
        };
        if let Some(value) = value {
            insert(&mut document, &leaf.path, value);
        }
    }
    Ok(complete(leaves, document))
}

fn traits(leaves: &[Leaf]) -> impl DoubleEndedIterator<Item = &Leaf> {
    leaves.iter().filter(|leaf| leaf.path.first().is_some_and(|step| step == TRAITS))
}

/// Adds the objects that the schema has and the form has not, so that what is required in them is told.
fn complete(leaves: &[Leaf], mut document: Map<String, Value>) -> Value {
    document.entry(TRAITS).or_insert_with(|| Value::Object(Map::new()));
    for leaf in traits(leaves).filter(|leaf| leaf.kind == Kind::Object) {
        let mut at = Some(&mut document);
        for step in &leaf.path {
            at = at.and_then(|members| members.entry(step).or_insert_with(|| Value::Object(Map::new())).as_object_mut());
        }
    }
    Value::Object(document)
}

fn convert(leaf: &Leaf, name: &str, all: &[&str], first: &str, last: &str) -> Result<Option<Value>, FormError> {
    Ok(match leaf.kind {
        Kind::Texts => Some(all.iter().copied().collect()),
        Kind::Numbers => Some(all.iter().map(|text| number(text, name)).collect::<Result<_, _>>()?),
        Kind::Booleans => Some(all.iter().map(|text| boolean(text)).collect()),
        Kind::Boolean if last.is_empty() => leaf.required.then_some(Value::Bool(false)),
        Kind::Boolean => Some(boolean(last)),
        Kind::Number if first.is_empty() => leaf.required.then(|| Value::from(0)),
        Kind::Number => Some(number(first, name)?),
        Kind::Text => (!first.is_empty()).then(|| Value::from(first)),
        Kind::Object | Kind::Structured if first.is_empty() => None,
        Kind::Object | Kind::Structured => Some(serde_json::from_str(first).unwrap_or_else(|_| Value::from(first))),
        Kind::Undecided => None,
    })
}

fn boolean(text: &str) -> Value {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Value::Bool(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Value::Bool(false),
        other => Value::from(other),
    }
}

/// A number as a double holds it, written without a fraction if it has none.
#[expect(clippy::cast_possible_truncation, reason = "only whole numbers within the range are cast")]
fn number(text: &str, name: &str) -> Result<Value, FormError> {
    /// Two to the 63rd power.
    const INTEGERS: f64 = 9_223_372_036_854_775_808.0;
    let Ok(float) = text.parse::<f64>() else {
        return Ok(Value::from(text));
    };
    if !float.is_finite() {
        let overflows = text.contains(|c: char| c.is_ascii_digit());
        return if overflows { Ok(Value::from(text)) } else { Err(FormError::NotFinite { name: name.to_owned() }) };
    }
    if float.fract() == 0.0 && float.abs() < INTEGERS {
        return Ok(Value::from(float as i64));
    }
    Ok(Number::from_f64(float).map_or_else(|| Value::from(text), Value::Number))
}

/// Puts a value at a path, making objects on the way; a value that is in the way and no object gives way.
fn insert(document: &mut Map<String, Value>, path: &[String], value: Value) {
    let Some((last, parents)) = path.split_last() else {
        return;
    };
    let mut at = document;
    for step in parents {
        let next = at.entry(step).or_insert(Value::Null);
        if !next.is_object() {
            *next = Value::Object(Map::new());
        }
        let Some(members) = next.as_object_mut() else {
            return;
        };
        at = members;
    }
    at.insert(last.clone(), value);
}
