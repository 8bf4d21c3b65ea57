//! JSON Schema draft-07, compiled into an arena of small rule sets: what each subschema asks of a value.
//! Never here: identities; the extension keyword is only carried. Next: `compile.rs`, then `validate.rs`.

mod compile;
mod keywords;
mod loops;
mod number;
mod references;
mod rules;
mod validate;

use indexmap::IndexMap;
use regex::Regex;
use serde_json::{Number, Value};

pub(crate) use compile::{brief, compile};
pub use references::References;
pub(crate) use validate::{Hit, validate};

use crate::extension::Extension;
use crate::format::Format;

/// Nesting that a document or a value may have.
pub(crate) const MAX_DEPTH: usize = 128;

/// A subschema's place in its [`Arena`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(usize);

/// All subschemas of a document and of what it refers to. The first one is the document itself.
#[derive(Debug)]
pub(crate) struct Arena {
    nodes: Vec<Node>,
}

impl Arena {
    pub(crate) const ROOT: NodeId = NodeId(0);

    pub(crate) fn get(&self, id: NodeId) -> &Node {
        static ANYTHING: std::sync::LazyLock<Node> = std::sync::LazyLock::new(Node::default);
        self.nodes.get(id.0).unwrap_or(&ANYTHING)
    }
}

/// One subschema: every keyword it has, parsed.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// `true` or `false` in the place of a schema.
    pub(crate) always: Option<bool>,
    /// `$ref`; where it stands no other keyword counts.
    pub(crate) reference: Option<NodeId>,
    pub(crate) types: Vec<Type>,
    pub(crate) constant: Option<Value>,
    pub(crate) choices: Vec<Value>,
    pub(crate) format: Option<Format>,
    pub(crate) not: Option<NodeId>,
    pub(crate) all_of: Vec<NodeId>,
    pub(crate) any_of: Vec<NodeId>,
    pub(crate) one_of: Vec<NodeId>,
    pub(crate) condition: Option<Condition>,
    pub(crate) object: ObjectRules,
    pub(crate) array: ArrayRules,
    pub(crate) string: StringRules,
    pub(crate) number: NumberRules,
    pub(crate) annotations: Annotations,
    /// The keyword `ory.sh/kratos`.
    pub(crate) extension: Option<Extension>,
}

/// `if`, with at least one of `then` and `else`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Condition {
    pub(crate) test: NodeId,
    pub(crate) then: Option<NodeId>,
    pub(crate) otherwise: Option<NodeId>,
}

#[derive(Debug, Default)]
pub(crate) struct ObjectRules {
    pub(crate) min: Option<u64>,
    pub(crate) max: Option<u64>,
    pub(crate) required: Vec<String>,
    pub(crate) properties: IndexMap<String, NodeId>,
    pub(crate) names: Option<NodeId>,
    pub(crate) patterns: Vec<(Regex, NodeId)>,
    pub(crate) additional: Additional,
    pub(crate) dependencies: Vec<(String, Dependency)>,
}

/// What an object or a tuple may have beyond what is listed.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) enum Additional {
    #[default]
    Anything,
    Nothing,
    Matching(NodeId),
}

#[derive(Debug)]
pub(crate) enum Dependency {
    Properties(Vec<String>),
    Schema(NodeId),
}

#[derive(Debug, Default)]
pub(crate) struct ArrayRules {
    pub(crate) min: Option<u64>,
    pub(crate) max: Option<u64>,
    pub(crate) unique: bool,
    pub(crate) items: Items,
    pub(crate) additional: Additional,
    pub(crate) contains: Option<NodeId>,
}

#[derive(Debug, Default)]
pub(crate) enum Items {
    #[default]
    Anything,
    Each(NodeId),
    Tuple(Vec<NodeId>),
}

#[derive(Debug, Default)]
pub(crate) struct StringRules {
    pub(crate) min: Option<u64>,
    pub(crate) max: Option<u64>,
    /// The expression as written, and compiled.
    pub(crate) pattern: Option<(String, Regex)>,
    /// `contentEncoding` is `base64`; others ask for nothing.
    pub(crate) base64: bool,
    /// `contentMediaType` is `application/json`; others ask for nothing.
    pub(crate) json: bool,
}

#[derive(Debug, Default)]
pub(crate) struct NumberRules {
    pub(crate) minimum: Option<Number>,
    pub(crate) exclusive_minimum: Option<Number>,
    pub(crate) maximum: Option<Number>,
    pub(crate) exclusive_maximum: Option<Number>,
    pub(crate) multiple_of: Option<Number>,
}

/// Keywords that ask for nothing but say something to a form.
#[derive(Debug, Default)]
pub(crate) struct Annotations {
    pub(crate) title: String,
    /// The name in `format`, checked or not.
    pub(crate) format: String,
    pub(crate) has_default: bool,
    /// The keyword `disableFormField`.
    pub(crate) disabled: bool,
}

/// The types of JSON, and the integers among its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Array,
    Boolean,
    Integer,
    Null,
    Number,
    Object,
    String,
}

impl Type {
    pub(crate) const NAMES: &'static str = "array, boolean, integer, null, number, object, string";

    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "array" => Self::Array,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "null" => Self::Null,
            "number" => Self::Number,
            "object" => Self::Object,
            "string" => Self::String,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Array => "array",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Null => "null",
            Self::Number => "number",
            Self::Object => "object",
            Self::String => "string",
        }
    }

    /// The type of a value; integers count as numbers.
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Array(_) => Self::Array,
            Value::Bool(_) => Self::Boolean,
            Value::Null => Self::Null,
            Value::Number(_) => Self::Number,
            Value::Object(_) => Self::Object,
            Value::String(_) => Self::String,
        }
    }

    /// Whether a value is of this type. Numbers written with a fraction, even `1.0`, are no integers.
    pub(crate) fn admits(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Integer, Value::Number(number)) => {
                !number.is_f64() || number.as_f64().is_some_and(|n| n.abs() >= 2e18 && n.fract() == 0.0)
            }
            (kind, value) => kind == Self::of(value),
        }
    }
}
