//! The values that templates work with, as Go would see them.
//! It never changes a value in place: what modifies a map makes another.
//! Next: `data` for how callers make values, `convert` for the conversions of functions.

mod convert;
mod data;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Zoned;

pub(crate) use convert::{float_to_int, int_to_float, parse_int};
pub use data::Data;

use crate::error::Fault;

/// Deepest value: keeps every walk over values within the stack.
const MAX_DEPTH: usize = 150;

/// A value. Cloning is cheap.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Nothing at all: a key that a map does not have. Its fields are missing too.
    Missing,
    /// A nil that is there: `null` in JSON. It has no fields.
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Arc<str>),
    List(Arc<List>),
    Map(Arc<Map>),
    /// Known fields; asking for another one is a failure.
    Struct(Arc<Map>),
    Time(Arc<Zoned>),
}

#[derive(Debug, Default)]
pub(crate) struct List {
    items: Vec<Value>,
    depth: usize,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Map {
    entries: BTreeMap<Arc<str>, Value>,
    depth: usize,
}

/// Rust's own nesting of a value: 0 for all that holds no other.
fn depth(value: &Value) -> usize {
    match value {
        Value::List(list) => list.depth,
        Value::Map(map) | Value::Struct(map) => map.depth,
        _ => 0,
    }
}

fn deepest<'a>(values: impl Iterator<Item = &'a Value>) -> Result<usize, Fault> {
    let depth = values.map(depth).max().unwrap_or_default() + 1;
    if depth > MAX_DEPTH { Err(Fault::new("a value nests too deeply")) } else { Ok(depth) }
}

impl Value {
    pub(crate) fn str(text: impl Into<Arc<str>>) -> Self {
        Self::Str(text.into())
    }

    pub(crate) fn list(items: Vec<Self>) -> Result<Self, Fault> {
        let depth = deepest(items.iter())?;
        Ok(Self::List(Arc::new(List { items, depth })))
    }

    pub(crate) fn strings<S: Into<Arc<str>>>(items: impl IntoIterator<Item = S>) -> Self {
        let items = items.into_iter().map(Self::str).collect();
        Self::List(Arc::new(List { items, depth: 1 }))
    }

    pub(crate) fn map(entries: BTreeMap<Arc<str>, Self>) -> Result<Self, Fault> {
        let depth = deepest(entries.values())?;
        Ok(Self::Map(Arc::new(Map { entries, depth })))
    }

    /// Go's notion of truth: everything but the empty value of its type.
    pub(crate) fn truth(&self) -> bool {
        match self {
            Self::Missing | Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::List(list) => !list.items.is_empty(),
            Self::Map(map) => !map.entries.is_empty(),
            Self::Struct(_) | Self::Time(_) => true,
        }
    }

    pub(crate) fn is_nil(&self) -> bool {
        matches!(self, Self::Missing | Self::Nil)
    }

    /// What becomes of a value on its way out of a pipeline, where Go unwraps interfaces.
    pub(crate) fn unwrapped(self) -> Self {
        if matches!(self, Self::Nil) { Self::Missing } else { self }
    }

    /// The name of the type for messages and for `typeOf`.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Missing | Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::Str(_) => "string",
            Self::List(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
            Self::Struct(_) => "struct",
            Self::Time(_) => "time.Time",
        }
    }

    /// The name of the kind for `kindOf`.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self {
            Self::Missing | Self::Nil => "invalid",
            Self::List(_) => "slice",
            Self::Map(_) => "map",
            Self::Struct(_) | Self::Time(_) => "struct",
            other => other.type_name(),
        }
    }

    /// A measure of the work that walking over the whole value takes. Stops counting at `limit`.
    pub(crate) fn weight(&self, limit: usize) -> usize {
        let mut weight = 1_usize;
        let mut add = |part: usize| {
            weight = weight.saturating_add(part);
            weight <= limit
        };
        match self {
            Self::Str(text) => {
                add(text.len());
            }
            Self::List(list) => {
                let _ = list.items.iter().all(|item| add(item.weight(limit)));
            }
            Self::Map(map) | Self::Struct(map) => {
                let _ = map.entries.iter().all(|(key, value)| add(key.len().saturating_add(value.weight(limit))));
            }
            _ => {}
        }
        weight
    }
}

impl List {
    pub(crate) fn items(&self) -> &[Value] {
        &self.items
    }
}

impl Map {
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.entries.get(key)
    }

    pub(crate) fn entries(&self) -> &BTreeMap<Arc<str>, Value> {
        &self.entries
    }
}
