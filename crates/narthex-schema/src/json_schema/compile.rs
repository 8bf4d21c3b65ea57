//! From a document to the arena: every keyword is read once, with its type checked, and all mistakes are told.
//! Never here: values that are validated. Next: `keywords.rs`, which reads the keywords of one subschema.

use std::collections::HashMap;

use serde_json::{Map, Value};
use url::Url;

use super::references::{Dead, Documents, References, base_at, rebased};
use super::{Arena, Node, NodeId, keywords, loops};
use crate::error::SchemaError;

/// How often a schema may say `$ref`.
const MAX_REFERENCES: usize = 1000;

/// Compiles a schema and everything it refers to.
///
/// # Errors
/// Every mistake found, in the order of the document.
pub(crate) fn compile(root: Value, references: &References) -> Result<Arena, SchemaError> {
    let mut error = SchemaError::default();
    let documents = match Documents::new(root, references) {
        Ok(documents) => documents,
        Err(Dead::Missing(url)) => {
            error.fault("#", format!("{url} is missing"), None);
            return Err(error);
        }
        Err(Dead::Wrong(why)) => {
            error.fault("#", why, None);
            return Err(error);
        }
    };
    let mut compiler = Compiler { documents, slots: Vec::new(), places: HashMap::new(), pending: Vec::new(), error, references: 0 };
    compiler.require(0, String::new());
    while let Some((document, pointer)) = compiler.pending.pop() {
        compiler.compile_at(document, pointer);
    }
    let Compiler { slots, error, .. } = compiler;
    let arena = error.or(Arena { nodes: slots.into_iter().map(|slot| slot.node).collect() })?;
    loops::check(&arena)?;
    Ok(arena)
}

/// A subschema's place, which exists as soon as something refers to it.
struct Slot {
    node: Node,
    started: bool,
}

pub(super) struct Compiler<'a> {
    documents: Documents<'a>,
    slots: Vec<Slot>,
    places: HashMap<(usize, String), NodeId>,
    pending: Vec<(usize, String)>,
    error: SchemaError,
    references: usize,
}

/// Where the compiler is.
pub(super) struct At<'v> {
    pub(super) document: usize,
    pub(super) base: Url,
    pub(super) pointer: String,
    pub(super) members: &'v Map<String, Value>,
}

impl At<'_> {
    /// Whether this is the document as a whole or the object of all traits: they may carry extensions of others.
    pub(super) fn is_frame(&self) -> bool {
        self.document == 0 && matches!(self.pointer.as_str(), "" | "/properties/traits")
    }
}

impl Compiler<'_> {
    /// The place of a subschema that is to be compiled sooner or later.
    fn require(&mut self, document: usize, pointer: String) -> NodeId {
        let id = self.place(document, &pointer);
        self.pending.push((document, pointer));
        id
    }

    fn place(&mut self, document: usize, pointer: &str) -> NodeId {
        if let Some(id) = self.places.get(&(document, pointer.to_owned())) {
            return *id;
        }
        let id = NodeId(self.slots.len());
        self.slots.push(Slot { node: Node::default(), started: false });
        self.places.insert((document, pointer.to_owned()), id);
        id
    }

    fn compile_at(&mut self, document: usize, pointer: String) {
        let Some(source) = self.documents.get(document) else {
            return;
        };
        let Some(value) = source.root.pointer(&pointer) else {
            return;
        };
        let base = base_at(&source, &pointer);
        self.schema(document, &base, pointer, value);
    }

    /// Compiles a value that stands in the place of a schema.
    pub(super) fn schema(&mut self, document: usize, base: &Url, pointer: String, value: &Value) -> NodeId {
        let id = self.place(document, &pointer);
        match self.slots.get_mut(id.0) {
            Some(slot) if !slot.started => slot.started = true,
            _ => return id,
        }
        let node = match value {
            Value::Bool(always) => Node { always: Some(*always), ..Node::default() },
            Value::Object(members) => {
                let base = rebased(base, value).unwrap_or_else(|| base.clone());
                keywords::read(self, &At { document, base, pointer, members })
            }
            other => {
                let at = self.location(document, &pointer);
                self.error.fault(at, format!("{} is no schema", brief(other)), Some("an object, true or false"));
                Node::default()
            }
        };
        if let Some(slot) = self.slots.get_mut(id.0) {
            slot.node = node;
        }
        id
    }

    /// What a `$ref` means.
    pub(super) fn reference(&mut self, at: &At<'_>, reference: &str) -> Option<NodeId> {
        self.references += 1;
        if self.references > MAX_REFERENCES {
            if self.references == MAX_REFERENCES + 1 {
                self.fault(at, "$ref", format!("there are more than {MAX_REFERENCES} references"), None);
            }
            return None;
        }
        match self.documents.resolve(at.document, &at.base, reference) {
            Ok((document, pointer)) => {
                if self.documents.get(document)?.root.pointer(&pointer).is_none() {
                    self.fault(at, "$ref", format!("{} points to nothing", brief(&reference.into())), None);
                    return None;
                }
                Some(self.require(document, pointer))
            }
            Err(Dead::Missing(url)) => {
                let problem = format!("{} is not available to this schema", brief(&url.as_str().into()));
                self.fault(at, "$ref", problem, Some("a place within the schema, or a document that the configuration names"));
                self.error.missing(url);
                None
            }
            Err(Dead::Wrong(why)) => {
                self.fault(at, "$ref", why, None);
                None
            }
        }
    }

    /// Notes a mistake at a keyword, or at the subschema itself if the keyword is empty.
    pub(super) fn fault(&mut self, at: &At<'_>, keyword: &str, problem: String, accepted: Option<&str>) {
        let pointer = if keyword.is_empty() { at.pointer.clone() } else { format!("{}/{}", at.pointer, token(keyword)) };
        let location = self.location(at.document, &pointer);
        self.error.fault(location, problem, accepted);
    }

    fn location(&self, document: usize, pointer: &str) -> String {
        match self.documents.get(document) {
            Some(source) if document > 0 => format!("{}#{pointer}", source.url),
            _ => format!("#{pointer}"),
        }
    }
}

/// A member's name as a step of a JSON pointer (RFC 6901 §3).
pub(super) fn token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A value on one short line.
pub(crate) fn brief(value: &Value) -> String {
    const MAX: usize = 60;
    match value {
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        other => {
            let text = other.to_string();
            if text.chars().count() > MAX { text.chars().take(MAX).chain("…".chars()).collect() } else { text }
        }
    }
}
