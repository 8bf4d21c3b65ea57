//! An identity schema as the server uses it: compiled at load, borrowed by every request.
//! Never here: how each part works. Next: `json_schema/`, `field.rs`, `form.rs`, `extension.rs`.

use serde_json::{Map, Value};

use crate::error::SchemaError;
use crate::extension::{Extension, Extracted};
use crate::field::{self, Field, Leaf};
use crate::form::{self, FormError};
use crate::json_schema::{self, Arena, References, brief};
use crate::key_order::key_order;
use crate::message::Violation;

/// Bytes that a schema document may have.
const MAX_BYTES: usize = 1 << 20;
/// What a trait may be to be verified.
const VERIFIABLE: [&str; 6] = ["email", "tel", "date", "time", "date-time", "no-validate"];

/// A compiled identity schema.
#[derive(Debug)]
pub struct IdentitySchema {
    document: String,
    title: Option<String>,
    arena: Arena,
    leaves: Vec<Leaf>,
    fields: Vec<Field>,
    key_order: Vec<String>,
    label: Option<IdentifierLabel>,
    passkey_name_fields: Vec<String>,
}

/// The label of the field that asks who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifierLabel {
    /// The trait's title.
    pub title: String,
    /// The trait's name, `traits.email`.
    pub name: String,
}

impl IdentitySchema {
    /// Compiles a JSON Schema document (draft-07), whose property `traits` describes identities.
    ///
    /// # Errors
    /// Every mistake found in the document, with its place; documents that it refers to and that are not
    /// among the references; documents of more than 1 MiB, nested deeper than 128 levels or with more than
    /// 1000 references.
    pub fn compile(document: &str, references: &References) -> Result<Self, SchemaError> {
        let mut error = SchemaError::default();
        if document.len() > MAX_BYTES {
            error.fault("#", format!("the document has {} bytes", document.len()), Some("no more than 1 MiB"));
            return Err(error);
        }
        let root: Value = match serde_json::from_str(document) {
            Ok(root) => root,
            Err(why) => {
                error.fault("#", format!("this is no JSON: {why}"), None);
                return Err(error);
            }
        };
        check_frame(&root, &mut error);
        error.or(())?;
        let title = root.get("title").and_then(Value::as_str).map(str::to_owned);
        let key_order = key_order(&root);
        let arena = json_schema::compile(root, references)?;
        let leaves = field::leaves(&arena)?;
        Ok(Self {
            document: document.to_owned(),
            title,
            arena,
            fields: field::fields(&leaves),
            label: identifier_label(&leaves),
            passkey_name_fields: passkey_name_fields(&leaves),
            leaves,
            key_order,
        })
    }

    /// The document as it was given.
    pub fn document(&self) -> &str {
        &self.document
    }

    /// The document's title.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// The fields of a form, sorted by name. Those that are not traits can be shown but are never read.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The names of the properties in the order of the document, dots within a name escaped: a form is sorted by it.
    pub fn key_order(&self) -> &[String] {
        &self.key_order
    }

    /// What to call the field that asks who signs in: the one trait that tells, if it is one and has a title.
    pub fn identifier_label(&self) -> Option<&IdentifierLabel> {
        self.label.as_ref()
    }

    /// The fields whose first value that is not empty names a new passkey, sorted: those that the schema marks,
    /// or else the first one without a title.
    pub fn passkey_name_fields(&self) -> &[String] {
        &self.passkey_name_fields
    }

    /// Validates the traits of an identity and collects what they say of it.
    ///
    /// # Errors
    /// All rules that are broken; where none is, all addresses that nothing can be sent to.
    pub fn validate(&self, traits: &Value) -> Result<Extracted, Vec<Violation>> {
        let document = Value::Object(Map::from_iter([("traits".to_owned(), traits.clone())]));
        let outcome = json_schema::validate(&self.arena, &document);
        if outcome.violations.is_empty() { Extracted::collect(&outcome.hits) } else { Err(outcome.violations) }
    }

    /// The document `{"traits": …}` that the fields of an HTML form stand for, typed by the schema. Fields that
    /// the schema does not know are dropped; objects that it knows are there, if empty.
    ///
    /// # Errors
    /// If a number is not finite.
    pub fn coerce_form(&self, fields: &[(String, String)]) -> Result<Value, FormError> {
        form::from_fields(&self.leaves, fields)
    }

    /// The document `{"traits": …}` that a JSON body stands for: its member `traits`, and members with the names
    /// of form fields, `traits.email`, whose text is typed as in [`Self::coerce_form`].
    ///
    /// # Errors
    /// If a number is not finite.
    pub fn coerce_json(&self, body: &Map<String, Value>) -> Result<Value, FormError> {
        form::from_json(&self.leaves, body)
    }
}

/// What makes a JSON Schema one of identities: the object `traits` with at least one property.
fn check_frame(root: &Value, error: &mut SchemaError) {
    let Some(properties) = member(root, "#", "properties", error) else {
        return;
    };
    let Some(traits) = member(properties, "#/properties", "traits", error) else {
        return;
    };
    if let Some(kind) = traits.get("type").filter(|kind| *kind != "object") {
        error.fault("#/properties/traits/type", format!("{} is no type for traits", brief(kind)), Some("\"object\""));
    }
    let Some(properties) = member(traits, "#/properties/traits", "properties", error) else {
        return;
    };
    let at = "#/properties/traits/properties";
    let properties = properties.as_object().into_iter().flatten();
    let mut count = 0;
    for (name, property) in properties {
        count += 1;
        let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        if !property.is_object() {
            error.fault(at, format!("{} is no schema of a trait", brief(property)), Some("an object"));
        } else if property.pointer("/ory.sh~1kratos/verification").is_some()
            && let Some(format) = property.get("format").filter(|f| !f.as_str().is_some_and(|f| VERIFIABLE.contains(&f)))
        {
            error.fault(format!("{at}/format"), format!("{} cannot be verified", brief(format)), Some(&VERIFIABLE.join(", ")));
        }
    }
    if count == 0 {
        error.fault(at, "there is no trait", Some("an object whose members are schemas"));
    }
}

/// The object that a member is; a mistake if it is not there or something else.
fn member<'v>(value: &'v Value, at: &str, name: &str, error: &mut SchemaError) -> Option<&'v Value> {
    match value.as_object().map(|members| members.get(name)) {
        Some(Some(inner)) if inner.is_object() => return Some(inner),
        Some(Some(inner)) => error.fault(format!("{at}/{name}"), format!("{} is no value for {name}", brief(inner)), Some("an object")),
        Some(None) => error.fault(at, format!("\"{name}\" is missing"), Some("an object with the properties of an identity's traits")),
        None => error.fault(at, format!("{} is no schema of identities", brief(value)), Some("an object")),
    }
    None
}

fn identifier_label(leaves: &[Leaf]) -> Option<IdentifierLabel> {
    let mut naming = leaves.iter().filter(|leaf| leaf.extension.as_ref().is_some_and(Extension::names_an_account));
    match (naming.next(), naming.next()) {
        (Some(leaf), None) => leaf.label(),
        _ => None,
    }
}

fn passkey_name_fields(leaves: &[Leaf]) -> Vec<String> {
    let names_a_passkey = |leaf: &&Leaf| leaf.extension.as_ref().is_some_and(|e| e.webauthn || e.passkey);
    let marked: Vec<_> = leaves.iter().filter(names_a_passkey).map(Leaf::name).collect();
    if !marked.is_empty() {
        return marked;
    }
    let is_untitled_trait = |leaf: &&Leaf| leaf.path.len() > 1 && leaf.path.starts_with(&["traits".to_owned()]) && leaf.label().is_none();
    leaves.iter().find(is_untitled_trait).map(Leaf::name).into_iter().collect()
}
