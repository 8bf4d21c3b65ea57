//! The fields that a schema makes of a form: one for each leaf under `properties`, wherever references and
//! combinators put it. Never here: values, labels' message numbers, the order of a form (see `key_order.rs`).
//! Next: `form.rs`, which reads what the fields send.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::SchemaError;
use crate::extension::Extension;
use crate::identity_schema::IdentifierLabel;
use crate::json_schema::{Arena, Items, MAX_DEPTH, Node, NodeId, Type};

/// Choices that one field offers at most; what is beyond can still be sent.
const MAX_OPTIONS: usize = 500;
/// Subschemas looked at while the fields are listed.
const MAX_VISITS: usize = 100_000;

/// The `type` of an HTML input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are HTML's")]
pub enum InputType {
    Checkbox,
    Date,
    DateTimeLocal,
    Email,
    Hidden,
    Number,
    Password,
    Tel,
    Text,
    Url,
}

impl InputType {
    /// The name in HTML and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Checkbox => "checkbox",
            Self::Date => "date",
            Self::DateTimeLocal => "datetime-local",
            Self::Email => "email",
            Self::Hidden => "hidden",
            Self::Number => "number",
            Self::Password => "password",
            Self::Tel => "tel",
            Self::Text => "text",
            Self::Url => "url",
        }
    }
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The name on the wire: the steps joined by dots, `traits.name.first`.
    pub name: String,
    /// The way to the value, `["traits", "name", "first"]`.
    pub path: Vec<String>,
    /// What kind of input it is.
    pub input_type: InputType,
    /// What a browser may fill in.
    pub autocomplete: Option<&'static str>,
    /// Whether the object that the value is in requires it.
    pub required: bool,
    /// The expression that the value has to match, as the schema writes it.
    pub pattern: Option<String>,
    /// The values to choose from, 500 at most; empty if anything can be entered.
    pub options: Vec<Value>,
    /// Whether the schema says `disableFormField`.
    pub disabled: bool,
    /// The label; nothing if the schema gives none.
    pub title: Option<String>,
}

/// A leaf or an object under `properties`, and how text from a form becomes its value.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    pub(crate) path: Vec<String>,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    pub(crate) extension: Option<Extension>,
    has_default: bool,
    field: Field,
}

impl Leaf {
    /// The leaf's name, its steps joined by dots.
    pub(crate) fn name(&self) -> String {
        self.field.name.clone()
    }

    /// The leaf's title and name, if it has a title.
    pub(crate) fn label(&self) -> Option<IdentifierLabel> {
        Some(IdentifierLabel { title: self.field.title.clone()?, name: self.field.name.clone() })
    }
}

/// What text from a form is turned into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Boolean,
    Texts,
    Numbers,
    Booleans,
    Object,
    /// Lists of something else, and fixed values that are no plain ones: only JSON can express them.
    Structured,
    /// Nothing is said of the type, or too much.
    Undecided,
}

/// All leaves, sorted by name; of several with one name the last one that has a say.
///
/// # Errors
/// If combinators multiply so often that listing them does not end in reasonable time.
pub(crate) fn leaves(arena: &Arena) -> Result<Vec<Leaf>, SchemaError> {
    let mut lister = Lister { arena, leaves: Vec::new(), path: Vec::new(), trail: Vec::new(), visits: 0 };
    lister.list(Arena::ROOT, None);
    if lister.visits > MAX_VISITS {
        let mut error = SchemaError::default();
        error.fault("#", "references and combinators multiply to too many properties", None);
        return Err(error);
    }
    let mut by_name: BTreeMap<String, Leaf> = BTreeMap::new();
    for leaf in lister.leaves {
        match by_name.get(&leaf.field.name) {
            Some(earlier) if earlier.has_default => {}
            _ => {
                by_name.insert(leaf.field.name.clone(), leaf);
            }
        }
    }
    Ok(by_name.into_values().collect())
}

/// The leaves that have a field.
pub(crate) fn fields(leaves: &[Leaf]) -> Vec<Field> {
    let has_field = |leaf: &&Leaf| !matches!(leaf.kind, Kind::Object | Kind::Structured);
    leaves.iter().filter(has_field).map(|leaf| leaf.field.clone()).collect()
}

struct Lister<'a> {
    arena: &'a Arena,
    leaves: Vec<Leaf>,
    path: Vec<String>,
    trail: Vec<NodeId>,
    visits: usize,
}

impl Lister<'_> {
    fn list(&mut self, id: NodeId, parent: Option<NodeId>) {
        self.visits += 1;
        if self.visits > MAX_VISITS {
            return;
        }
        let node = self.arena.get(id);
        self.add(node, parent);
        if self.trail.contains(&id) || self.trail.len() >= MAX_DEPTH {
            return;
        }
        self.trail.push(id);
        let condition = node.condition.into_iter().flat_map(|c| [Some(c.test), c.then, c.otherwise]).flatten();
        let in_place = node.reference.into_iter().chain(node.not).chain(condition);
        for child in in_place.chain(node.all_of.iter().chain(&node.any_of).chain(&node.one_of).copied()) {
            self.list(child, Some(id));
        }
        for (name, child) in &node.object.properties {
            self.path.push(name.clone());
            self.list(*child, Some(id));
            self.path.pop();
        }
        self.trail.pop();
    }

    fn add(&mut self, node: &Node, parent: Option<NodeId>) {
        let Some(last) = self.path.last() else { return };
        let kind = self.kind(node);
        let has_default = node.annotations.has_default;
        if kind == Kind::Undecided && !has_default {
            return;
        }
        let required = parent.is_some_and(|parent| self.arena.get(parent).object.required.contains(last));
        let field = field(node, &self.path, kind, required);
        self.leaves.push(Leaf { path: self.path.clone(), kind, required, extension: node.extension.clone(), has_default, field });
    }

    fn kind(&self, node: &Node) -> Kind {
        match (&node.constant, node.types.as_slice()) {
            (Some(Value::Number(_)), _) | (None, [Type::Number | Type::Integer]) => Kind::Number,
            (Some(Value::String(_)), _) | (None, [Type::String]) => Kind::Text,
            (Some(Value::Bool(_)), _) | (None, [Type::Boolean]) => Kind::Boolean,
            (Some(Value::Null), _) => Kind::Undecided,
            (Some(_), _) => Kind::Structured,
            (None, [Type::Array]) => self.list_kind(&node.array.items),
            (None, [Type::Object]) => Kind::Object,
            (None, _) => Kind::Undecided,
        }
    }

    fn list_kind(&self, items: &Items) -> Kind {
        let ids = match items {
            Items::Anything => return Kind::Texts,
            Items::Each(id) => std::slice::from_ref(id),
            Items::Tuple(ids) => ids.as_slice(),
        };
        let mut types = Vec::new();
        for node in ids.iter().map(|id| self.arena.get(*id)) {
            types.extend(&node.types);
            types.extend(node.reference.iter().flat_map(|id| &self.arena.get(*id).types));
        }
        types.dedup();
        match types.as_slice() {
            [Type::Boolean] => Kind::Booleans,
            [Type::Number | Type::Integer] => Kind::Numbers,
            [Type::Array | Type::Object | Type::Null] => Kind::Structured,
            _ => Kind::Texts,
        }
    }
}

fn field(node: &Node, path: &[String], kind: Kind, required: bool) -> Field {
    let name = path.join(".");
    let by_kind = match (name.as_str(), kind) {
        ("csrf_token", _) => InputType::Hidden,
        ("password", _) => InputType::Password,
        (_, Kind::Number) => InputType::Number,
        (_, Kind::Boolean) => InputType::Checkbox,
        _ => InputType::Text,
    };
    let (input_type, autocomplete) = match node.annotations.format.as_str() {
        "date" => (InputType::Date, None),
        "date-time" => (InputType::DateTimeLocal, None),
        "email" => (InputType::Email, Some("email")),
        "tel" => (InputType::Tel, Some("tel")),
        "uri" => (InputType::Url, Some("url")),
        "regex" => (InputType::Text, None),
        _ => (by_kind, None),
    };
    let title = &node.annotations.title;
    Field {
        name,
        path: path.to_vec(),
        input_type,
        autocomplete,
        required,
        pattern: node.string.pattern.as_ref().map(|(expression, _)| expression.clone()),
        options: node.choices.iter().take(MAX_OPTIONS).cloned().collect(),
        disabled: node.annotations.disabled,
        title: (!title.is_empty()).then(|| title.clone()),
    }
}
