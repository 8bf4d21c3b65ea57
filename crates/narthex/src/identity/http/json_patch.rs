//! JSON Patch (RFC 6902) as the reference server has it: `add`, `replace` and `remove` only; `replace` adds what is not there,
//! both make the parents that are missing.

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// How far behind its end an array may be filled up.
const FARTHEST: usize = 1000;
/// How deep a path may reach.
const DEEPEST: usize = 64;

/// One change. Members that no operation has are not looked at.
#[derive(Debug, Deserialize)]
pub(super) struct Operation {
    op: String,
    pub(super) path: String,
    #[serde(default)]
    value: Value,
}

/// Makes the changes, one after the other.
///
/// # Errors
/// Why one cannot be made; `document` is then of no use any more.
pub(super) fn apply(document: &mut Value, operations: &[Operation]) -> Result<(), String> {
    operations.iter().try_for_each(|operation| operation.apply(document))
}

impl Operation {
    fn apply(&self, document: &mut Value) -> Result<(), String> {
        // What stands before the first slash does not count.
        let segments: Vec<String> = self.path.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect();
        let Some((last, parents)) = segments.split_last().filter(|_| segments.len() <= DEEPEST) else {
            return Err(format!("The path \"{}\" leads nowhere.", self.path));
        };
        let makes = matches!(self.op.as_str(), "add" | "replace");
        let mut place = document;
        for (parent, next) in parents.iter().zip(segments.iter().skip(1)) {
            place = step(place, parent, makes.then_some(next)).ok_or_else(|| format!("The path {} leads to nothing.", self.path))?;
        }
        let done = match self.op.as_str() {
            "add" => put(place, last, self.value.clone(), true),
            "replace" => put(place, last, self.value.clone(), false),
            "remove" => take(place, last),
            other => return Err(format!("The operation \"{other}\" is not supported: use add, replace or remove.")),
        };
        done.ok_or_else(|| format!("There is nothing at {} to {}.", self.path, self.op))
    }
}

/// What an object or array holds under this name; made, to hold `next`, where it is missing and that is given.
fn step<'a>(place: &'a mut Value, name: &str, next: Option<&String>) -> Option<&'a mut Value> {
    let container = |next: &String| if next == "-" || next.parse::<usize>().is_ok() { json!([]) } else { json!({}) };
    match place {
        Value::Object(members) => {
            if let Some(next) = next.filter(|_| members.get(name).is_none_or(Value::is_null)) {
                members.insert(name.to_owned(), container(next));
            }
            members.get_mut(name)
        }
        Value::Array(items) => {
            let index: usize = name.parse().ok()?;
            if let Some(next) = next.filter(|_| index >= items.len() && index < items.len() + FARTHEST) {
                items.resize(index, Value::Null);
                items.push(container(next));
            }
            items.get_mut(index)
        }
        _ => None,
    }
}

fn put(place: &mut Value, name: &str, value: Value, inserts: bool) -> Option<()> {
    match place {
        Value::Object(members) => {
            members.insert(name.to_owned(), value);
        }
        Value::Array(items) if inserts && name == "-" => items.push(value),
        Value::Array(items) => {
            let index: usize = name.parse().ok()?;
            if inserts && index <= items.len() {
                items.insert(index, value);
            } else {
                *items.get_mut(index).filter(|_| !inserts)? = value;
            }
        }
        Value::Null => *place = Value::Object(Map::from_iter([(name.to_owned(), value)])),
        _ => return None,
    }
    Some(())
}

fn take(place: &mut Value, name: &str) -> Option<()> {
    match place {
        Value::Object(members) => members.shift_remove(name).map(drop),
        Value::Array(items) => {
            let index: usize = name.parse().ok().filter(|index| *index < items.len())?;
            items.remove(index);
            Some(())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patched(mut document: Value, operations: Value) -> Result<Value, String> {
        let operations: Vec<Operation> = serde_json::from_value(operations).unwrap();
        apply(&mut document, &operations).map(|()| document)
    }

    #[test]
    fn members_are_added_replaced_and_removed() {
        let operations = json!([
            { "op": "add", "path": "/a", "value": 1 },
            { "op": "replace", "path": "/b", "value": 2 },
            { "op": "remove", "path": "/c" },
        ]);
        assert_eq!(patched(json!({ "b": 0, "c": 0 }), operations).unwrap(), json!({ "b": 2, "a": 1 }));
    }

    #[test]
    fn parents_that_are_missing_are_made() {
        let operations = json!([{ "op": "replace", "path": "/a/b/c", "value": 3 }]);
        assert_eq!(patched(json!({ "a": null }), operations).unwrap(), json!({ "a": { "b": { "c": 3 } } }));
    }

    #[test]
    fn arrays_grow_by_adding_and_keep_to_their_bounds() {
        let list = json!({ "a": [1, 2] });
        let add = |path: &str| json!([{ "op": "add", "path": path, "value": 9 }]);
        assert_eq!(patched(list.clone(), add("/a/-")).unwrap(), json!({ "a": [1, 2, 9] }));
        assert_eq!(patched(list.clone(), add("/a/0")).unwrap(), json!({ "a": [9, 1, 2] }));
        assert!(patched(list.clone(), add("/a/4")).is_err());
        assert!(patched(list.clone(), json!([{ "op": "replace", "path": "/a/2", "value": 9 }])).is_err());
        assert!(patched(list, json!([{ "op": "remove", "path": "/a/2" }])).is_err());
    }

    #[test]
    fn escaped_names_are_read() {
        let operations = json!([{ "op": "add", "path": "/a~1b~0c", "value": 1 }]);
        assert_eq!(patched(json!({}), operations).unwrap(), json!({ "a/b~c": 1 }));
    }

    #[test]
    fn other_operations_and_the_whole_document_are_refused() {
        for operation in ["test", "copy", "move", "explode"] {
            assert!(patched(json!({ "a": 1 }), json!([{ "op": operation, "path": "/a", "value": 1 }])).is_err(), "{operation}");
        }
        assert!(patched(json!({}), json!([{ "op": "replace", "path": "", "value": {} }])).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_path_can_be_tried(op in "add|replace|remove", path in "[/a-c0-9~-]{0,20}") {
            let _ = patched(json!({ "a": { "b": [1, { "c": 2 }] } }), json!([{ "op": op, "path": path, "value": 1 }]));
        }
    }
}
