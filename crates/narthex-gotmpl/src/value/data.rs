//! How callers say what templates see.
//! It never reads anything by itself.
//! Next: `TemplateSet::render` takes it.

use std::sync::Arc;

use super::{List, Map, Value};

/// What a template is rendered with: as a rule a structure of named fields. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Data(pub(crate) Value);

impl Data {
    /// A structure: templates may use these fields, and asking for any other is an error.
    pub fn structure<K: Into<Arc<str>>>(fields: impl IntoIterator<Item = (K, Data)>) -> Self {
        let entries = fields.into_iter().map(|(name, Data(value))| (name.into(), value)).collect();
        Self(Value::map(entries).map_or(Value::Missing, |map| match map {
            Value::Map(fields) => Value::Struct(fields),
            other => other,
        }))
    }

    /// The usual case: the fields of a JSON object become a structure, and whole numbers among them are Go's `int`.
    /// What lies deeper is JSON as Go decodes it: maps whose missing keys are no errors, and numbers that are all floating.
    pub fn fields(object: &serde_json::Map<String, serde_json::Value>) -> Self {
        Self::structure(object.iter().map(|(name, value)| {
            let field = value.as_i64().map_or_else(|| Self::from(value), Self::from);
            (name.as_str(), field)
        }))
    }
}

impl From<&str> for Data {
    fn from(text: &str) -> Self {
        Self(Value::str(text))
    }
}

impl From<String> for Data {
    fn from(text: String) -> Self {
        Self(Value::str(text))
    }
}

impl From<i64> for Data {
    fn from(number: i64) -> Self {
        Self(Value::Int(number))
    }
}

impl From<bool> for Data {
    fn from(value: bool) -> Self {
        Self(Value::Bool(value))
    }
}

/// JSON as Go decodes it without a type to decode into: all numbers are floating, objects are maps.
impl From<&serde_json::Value> for Data {
    fn from(json: &serde_json::Value) -> Self {
        Self(value(json, 1))
    }
}

/// Data below the deepest level that templates can handle are missing; the JSON parser lets none of them in.
fn value(json: &serde_json::Value, level: usize) -> Value {
    match json {
        serde_json::Value::Null => Value::Nil,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => Value::Float(number.as_f64().unwrap_or_default()),
        serde_json::Value::String(text) => Value::str(text.as_str()),
        _ if level >= super::MAX_DEPTH => Value::Missing,
        serde_json::Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| value(item, level + 1)).collect();
            let depth = items.iter().map(super::depth).max().unwrap_or_default() + 1;
            Value::List(Arc::new(List { items, depth }))
        }
        serde_json::Value::Object(fields) => {
            let entries: std::collections::BTreeMap<_, _> =
                fields.iter().map(|(name, field)| (Arc::from(name.as_str()), value(field, level + 1))).collect();
            let depth = entries.values().map(super::depth).max().unwrap_or_default() + 1;
            Value::Map(Arc::new(Map { entries, depth }))
        }
    }
}
