//! Environment variables as overrides: the name is the key in capitals with `_` between its parts, without a prefix.
//! It never reads the process's environment; the caller hands it over. Unknown variables are nobody's business.
//! Next: `keys/` for the keys that a name can mean, `load.rs` for the order of the sources.

use std::collections::BTreeMap;

use crate::keys::{Kind, Object, ROOT};
use crate::tree::{Names, Node, Origin, Source, Value};
use crate::value::parse_truth;

/// One step from an object or list to what it holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Member(&'static str),
    Item(usize),
}

/// The most items that a list can be given by number.
const MAX_ITEMS: usize = 1000;

/// Lays the variables that name a key over `root`.
pub(crate) fn overlay(root: &mut Node, variables: &[(String, String)], names: &mut Names) {
    let mut sorted: Vec<_> = variables.iter().collect();
    sorted.sort();
    let mut lists = BTreeMap::new();
    for (name, value) in sorted {
        let dotted = name.to_lowercase().replace('_', ".");
        let parts: Vec<&str> = dotted.split('.').collect();
        let Some((steps, kind)) = find_in(&ROOT, &parts) else {
            continue;
        };
        let at = Origin::of(Source::Variable(names.variables.len()));
        let Some(node) = cast(&kind, value, at) else {
            continue;
        };
        names.variables.push(name.clone());
        put(root, &steps, node, &mut lists, &mut Vec::new());
    }
    for (steps, length) in lists {
        shorten(root, &steps, length);
    }
}

/// The key that the parts of a name mean below an object.
fn find_in(object: &Object, parts: &[&str]) -> Option<(Vec<Step>, Kind)> {
    object.keys.iter().find_map(|key| {
        let count = key.name.split('_').count();
        let (mine, rest) = parts.split_at_checked(count)?;
        key.name.split('_').eq(mine.iter().copied()).then_some(())?;
        let (steps, kind) = find(&key.kind, rest)?;
        Some((std::iter::once(Step::Member(key.name)).chain(steps).collect(), kind))
    })
}

fn find(kind: &Kind, parts: &[&str]) -> Option<(Vec<Step>, Kind)> {
    let Some((first, rest)) = parts.split_first() else {
        return Some((Vec::new(), *kind));
    };
    match kind {
        Kind::Object(object) => find_in(object, parts),
        Kind::Variants { of, .. } => of.iter().find_map(|variant| find_in(variant.object, parts)),
        Kind::List { of, .. } => {
            let number = first.parse().ok().filter(|number| *number < MAX_ITEMS)?;
            let (steps, kind) = find(of, rest)?;
            Some((std::iter::once(Step::Item(number)).chain(steps).collect(), kind))
        }
        _ => None,
    }
}

/// A variable's value as a key's kind, or `None` when a variable of that name cannot be meant.
///
/// As in the reference server, what is no truth value is false. What is no number stays a text, which the checks refuse.
fn cast(kind: &Kind, value: &str, at: Origin) -> Option<Node> {
    let json = || serde_json::from_str::<serde_json::Value>(value).ok();
    let text = || Some(Node::text(at, value));
    match kind {
        Kind::Bool => Some(Node::new(at, Value::Bool(parse_truth(value)))),
        Kind::Int { .. } => value.trim().parse().map_or_else(|_| text(), |number| Some(Node::new(at, Value::Int(number)))),
        Kind::Number => value.trim().parse().map_or_else(|_| text(), |number| Some(Node::new(at, Value::Float(number)))),
        // Hooks as one document are refused, as in the reference server: they stay a text.
        Kind::Text(_) | Kind::List { of: Kind::Variants { .. }, .. } => text(),
        Kind::List { of, .. } => match json().filter(serde_json::Value::is_array) {
            Some(json) => Some(Node::from_json(&json, at)),
            None if matches!(of, Kind::Text(_)) => Some(Node::new(at, Value::List(words(value, at)))),
            None => text(),
        },
        Kind::Object(_) | Kind::Map { .. } | Kind::Variants { .. } => {
            json().filter(serde_json::Value::is_object).map(|json| Node::from_json(&json, at))
        }
        Kind::Any => Some(json().map_or_else(|| Node::text(at, value), |json| Node::from_json(&json, at))),
    }
}

fn words(value: &str, at: Origin) -> Vec<Node> {
    value.split(',').map(str::trim).filter(|word| !word.is_empty()).map(|word| Node::text(at, word)).collect()
}

/// Puts a value in its place. Lists on the way are noted: a list given by number ends with its highest number.
fn put(node: &mut Node, steps: &[Step], value: Node, lists: &mut BTreeMap<Vec<Step>, usize>, walked: &mut Vec<Step>) {
    let Some((step, rest)) = steps.split_first() else {
        node.merge(value);
        return;
    };
    let at = value.at;
    match step {
        Step::Member(name) => {
            let member = node
                .members()
                .entry((*name).to_owned())
                .or_insert_with(|| crate::tree::Member { name_at: at, node: Node::new(at, Value::Null) });
            walked.push(step.clone());
            put(&mut member.node, rest, value, lists, walked);
        }
        Step::Item(number) => {
            if !matches!(node.value, Value::List(_)) {
                *node = Node::new(at, Value::List(Vec::new()));
            }
            let longest = lists.entry(walked.clone()).or_insert(0);
            *longest = (*longest).max(number + 1);
            let Value::List(items) = &mut node.value else {
                return;
            };
            while items.len() <= *number {
                items.push(Node::new(at, Value::Null));
            }
            walked.push(step.clone());
            if let Some(item) = items.get_mut(*number) {
                put(item, rest, value, lists, walked);
            }
        }
    }
}

fn shorten(node: &mut Node, steps: &[Step], length: usize) {
    match (steps.split_first(), &mut node.value) {
        (None, Value::List(items)) => items.truncate(length),
        (Some((Step::Member(name), rest)), Value::Map(map)) => {
            if let Some(member) = map.get_mut(*name) {
                shorten(&mut member.node, rest, length);
            }
        }
        (Some((Step::Item(number), rest)), Value::List(items)) => {
            if let Some(item) = items.get_mut(*number) {
                shorten(item, rest, length);
            }
        }
        _ => {}
    }
}

/// The variable that sets a key.
pub(crate) fn variable_of(path: &str) -> String {
    path.replace('.', "_").to_uppercase()
}
