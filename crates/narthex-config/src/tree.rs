//! A configuration document as a tree in which each value knows where it came from.
//! It knows no key and checks nothing. Merging happens here: objects are joined, everything else is replaced.
//! Next: `parse/` fills trees from text, `check/` walks them with the table of keys.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Which of the sources a value came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// The file of this number in [`Names::files`].
    File(usize),
    /// A command-line flag.
    Flag,
    /// The environment variable of this number in [`Names::variables`].
    Variable(usize),
    /// Values that the server itself decided on.
    #[default]
    Server,
}

/// Where a value came from: its source and, in a file, line and column counted from 1; 0 is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin {
    pub(crate) source: Source,
    pub(crate) line: u64,
    pub(crate) column: u64,
}

impl Origin {
    pub(crate) fn of(source: Source) -> Self {
        Self { source, line: 0, column: 0 }
    }
}

/// The names behind the numbers of [`Source`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) variables: Vec<String>,
}

impl Names {
    /// An origin as people read it: `kratos.yml:12:5`, `environment variable DSN`.
    pub(crate) fn describe(&self, at: Origin) -> String {
        match at.source {
            Source::File(number) => {
                let path = self.files.get(number).map_or(Path::new("file"), PathBuf::as_path).display();
                if at.line == 0 { path.to_string() } else { format!("{path}:{}:{}", at.line, at.column) }
            }
            Source::Flag => "command line".to_owned(),
            Source::Variable(number) => format!("environment variable {}", self.variables.get(number).map_or("?", String::as_str)),
            Source::Server => "configuration".to_owned(),
        }
    }
}

/// A value and where it came from.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) at: Origin,
    pub(crate) value: Value,
}

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Map),
}

/// An object's members by name.
pub(crate) type Map = BTreeMap<String, Member>;

/// A member of an object: where its name stands, and its value.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name_at: Origin,
    pub(crate) node: Node,
}

impl Node {
    pub(crate) fn new(at: Origin, value: Value) -> Self {
        Self { at, value }
    }

    pub(crate) fn text(at: Origin, text: impl Into<String>) -> Self {
        Self::new(at, Value::Text(text.into()))
    }

    pub(crate) fn object(at: Origin) -> Self {
        Self::new(at, Value::Map(Map::new()))
    }

    /// The value at a dotted path of object members.
    pub(crate) fn get(&self, path: &str) -> Option<&Node> {
        path.split('.').try_fold(self, |node, name| match &node.value {
            Value::Map(map) => map.get(name).map(|member| &member.node),
            _ => None,
        })
    }

    pub(crate) fn get_text(&self, path: &str) -> Option<&str> {
        self.get(path)?.as_text()
    }

    pub(crate) fn get_bool(&self, path: &str) -> Option<bool> {
        match self.get(path)?.value {
            Value::Bool(b) => Some(b),
            _ => None,
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Puts a value at a dotted path; objects on the way are made, anything else on the way gives way to one.
    pub(crate) fn set(&mut self, path: &str, node: Node) {
        match path.split_once('.') {
            None => {
                self.members().insert(path.to_owned(), Member { name_at: node.at, node });
            }
            Some((name, rest)) => {
                let at = node.at;
                let member = self.members().entry(name.to_owned()).or_insert_with(|| Member { name_at: at, node: Node::object(at) });
                member.node.set(rest, node);
            }
        }
    }

    /// Puts a value at a dotted path unless there is one.
    pub(crate) fn set_absent(&mut self, path: &str, node: Node) {
        if self.get(path).is_none() {
            self.set(path, node);
        }
    }

    /// Takes the value at a dotted path out.
    pub(crate) fn take(&mut self, path: &str) -> Option<Node> {
        let Value::Map(map) = &mut self.value else {
            return None;
        };
        match path.split_once('.') {
            None => map.remove(path).map(|member| member.node),
            Some((name, rest)) => map.get_mut(name)?.node.take(rest),
        }
    }

    /// This node's members; turns it into an object when it is none.
    pub(crate) fn members(&mut self) -> &mut Map {
        if !matches!(self.value, Value::Map(_)) {
            self.value = Value::Map(Map::new());
        }
        match &mut self.value {
            Value::Map(map) => map,
            _ => unreachable!("made an object above"),
        }
    }

    /// Lays `over` on top: objects are joined member by member, everything else is replaced.
    pub(crate) fn merge(&mut self, over: Node) {
        match (&mut self.value, over) {
            (Value::Map(mine), Node { value: Value::Map(theirs), at }) => {
                self.at = at;
                for (name, member) in theirs {
                    match mine.get_mut(&name) {
                        Some(old) => {
                            old.name_at = member.name_at;
                            old.node.merge(member.node);
                        }
                        None => {
                            mine.insert(name, member);
                        }
                    }
                }
            }
            (_, over) => *self = over,
        }
    }

    /// Marks the whole tree as coming from `source`.
    pub(crate) fn mark(&mut self, source: Source) {
        self.at.source = source;
        match &mut self.value {
            Value::List(items) => items.iter_mut().for_each(|item| item.mark(source)),
            Value::Map(map) => {
                for member in map.values_mut() {
                    member.name_at.source = source;
                    member.node.mark(source);
                }
            }
            _ => {}
        }
    }

    /// The tree without its origins.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(b) => Json::Bool(*b),
            Value::Int(i) => Json::from(*i),
            Value::Float(f) => serde_json::Number::from_f64(*f).map_or(Json::Null, Json::Number),
            Value::Text(text) => Json::String(text.clone()),
            Value::List(items) => Json::Array(items.iter().map(Node::to_json).collect()),
            Value::Map(map) => Json::Object(map.iter().map(|(name, member)| (name.clone(), member.node.to_json())).collect()),
        }
    }

    /// A tree from JSON, all of it from one origin.
    pub(crate) fn from_json(json: &serde_json::Value, at: Origin) -> Self {
        use serde_json::Value as Json;
        let value = match json {
            Json::Null => Value::Null,
            Json::Bool(b) => Value::Bool(*b),
            Json::Number(n) => n.as_i64().map_or_else(|| Value::Float(n.as_f64().unwrap_or(f64::MAX)), Value::Int),
            Json::String(text) => Value::Text(text.clone()),
            Json::Array(items) => Value::List(items.iter().map(|item| Node::from_json(item, at)).collect()),
            Json::Object(members) => Value::Map(
                members.iter().map(|(name, item)| (name.clone(), Member { name_at: at, node: Node::from_json(item, at) })).collect(),
            ),
        };
        Self { at, value }
    }
}

/// The merged document behind a `Config`. It holds secrets, so it does not print.
#[derive(Clone, Default)]
pub(crate) struct Merged(pub(crate) Option<Box<Node>>);

impl fmt::Debug for Merged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
