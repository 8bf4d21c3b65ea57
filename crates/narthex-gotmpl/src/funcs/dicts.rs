//! Maps: making, asking, combining.
//! It never changes a map that something else holds; `set` and its kin replace the variable that they are given.
//! Next: `index` for keys that are computed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Call, Function, Type, fixed, updating, variadic};
use crate::error::Fault;
use crate::value::{Map, Value};

type Entries = BTreeMap<Arc<str>, Value>;
type Run = fn(&Call<'_>) -> Result<Value, Fault>;

const MERGE: Run = |call| merged(call, false);
const MERGE_OVERWRITE: Run = |call| merged(call, true);

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("dict", &[], Type::Any, dict),
    fixed("get", &[Type::Map, Type::Str], |call| Ok(call.map(0).get(call.str(1)).cloned().unwrap_or(Value::str("")))),
    fixed("hasKey", &[Type::Map, Type::Str], |call| Ok(Value::Bool(call.map(0).get(call.str(1)).is_some()))),
    updating(fixed("set", &[Type::Map, Type::Str, Type::Any], |call| {
        let mut entries = call.map(0).entries().clone();
        entries.insert(call.str(1).into(), call.any(2).clone());
        Value::map(entries)
    })),
    updating(fixed("unset", &[Type::Map, Type::Str], |call| {
        let mut entries = call.map(0).entries().clone();
        entries.remove(call.str(1));
        Value::map(entries)
    })),
    updating(variadic("merge", &[Type::Map], Type::Map, MERGE)),
    updating(variadic("mustMerge", &[Type::Map], Type::Map, MERGE)),
    updating(variadic("mergeOverwrite", &[Type::Map], Type::Map, MERGE_OVERWRITE)),
    updating(variadic("mustMergeOverwrite", &[Type::Map], Type::Map, MERGE_OVERWRITE)),
    variadic("pluck", &[Type::Str], Type::Map, pluck),
    variadic("keys", &[], Type::Map, |call| {
        let maps: Vec<_> = (0..call.values.len()).map(|position| call.map(position)).collect();
        Ok(Value::strings(maps.iter().flat_map(|map| map.entries().keys().cloned())))
    }),
    fixed("values", &[Type::Map], |call| Value::list(call.map(0).entries().values().cloned().collect())),
    variadic("pick", &[Type::Map], Type::Str, |call| filtered(call, true)),
    variadic("omit", &[Type::Map], Type::Str, |call| filtered(call, false)),
    variadic("dig", &[Type::Any, Type::Any], Type::Any, dig),
];

/// Keys and values in turn; a key without a value has the empty text.
fn dict(call: &Call<'_>) -> Result<Value, Fault> {
    let mut entries = Entries::new();
    for pair in call.values.chunks(2) {
        if let Some((key, value)) = pair.split_first() {
            entries.insert(call.text_of(key)?.into(), value.first().cloned().unwrap_or(Value::str("")));
        }
    }
    Value::map(entries)
}

/// Merges from left to right; what is there and not empty stays, unless it is overwritten. Maps within are merged too.
fn merged(call: &Call<'_>, overwrites: bool) -> Result<Value, Fault> {
    let mut entries = call.map(0).entries().clone();
    for position in 1..call.values.len() {
        merge(&mut entries, &call.map(position), overwrites)?;
    }
    Value::map(entries)
}

fn merge(entries: &mut Entries, source: &Map, overwrites: bool) -> Result<(), Fault> {
    for (key, new) in source.entries() {
        let value = match (entries.get(key), new) {
            (Some(Value::Map(old)), Value::Map(new)) => {
                let mut inner = old.entries().clone();
                merge(&mut inner, new, overwrites)?;
                Value::map(inner)?
            }
            (Some(old), _) if old.truth() && !overwrites => old.clone(),
            (_, new) => new.clone(),
        };
        entries.insert(Arc::clone(key), value);
    }
    Ok(())
}

fn pluck(call: &Call<'_>) -> Result<Value, Fault> {
    let maps = (1..call.values.len()).map(|position| call.map(position));
    Value::list(maps.filter_map(|map| map.get(call.str(0)).cloned()).collect())
}

fn filtered(call: &Call<'_>, keeps: bool) -> Result<Value, Fault> {
    let named = |key: &str| call.from(1).iter().any(|name| matches!(name, Value::Str(name) if **name == *key));
    let entries =
        call.map(0).entries().iter().filter(|(key, _)| named(key) == keeps).map(|(key, value)| (Arc::clone(key), value.clone())).collect();
    Value::map(entries)
}

/// `dig "a" "b" default map`: follows the keys; the default stands for what is missing on the way.
fn dig(call: &Call<'_>) -> Result<Value, Fault> {
    let (Some((map, rest)), true) = (call.values.split_last(), call.values.len() > 2) else {
        return Err(Fault::new("dig needs at least three arguments"));
    };
    let Some((default, path)) = rest.split_last() else {
        return Ok(Value::Nil);
    };
    let mut value = map.clone();
    for key in path {
        let (Value::Map(map), Value::Str(key)) = (&value, key) else {
            return Err(Fault::new("dig follows texts through maps"));
        };
        match map.get(key) {
            Some(inner) => value = inner.clone(),
            None => return Ok(default.clone()),
        }
    }
    Ok(value)
}
