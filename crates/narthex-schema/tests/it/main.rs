//! Identity schemas as their users see them.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]
#![expect(clippy::needless_pass_by_value, reason = "a table's values are written where they are used")]

mod extension;
mod fields;
mod forms;
mod hostile;
mod oracle;
mod refused;
mod violations;

use narthex_schema::{IdentitySchema, References, Violation};
use serde_json::{Value, json};

/// A schema with these traits; `user` is a password's identifier, unless a trait has that name.
fn schema(traits: Value) -> IdentitySchema {
    with_traits(json!({ "type": "object", "properties": traits, "additionalProperties": false }))
}

/// A schema whose traits are described by this object.
fn with_traits(mut traits: Value) -> IdentitySchema {
    let properties = traits["properties"].as_object_mut().unwrap();
    properties.entry("user").or_insert_with(
        || json!({ "type": "string", "title": "User", "ory.sh/kratos": { "credentials": { "password": { "identifier": true } } } }),
    );
    compile(json!({ "type": "object", "title": "Test", "properties": { "traits": traits } }))
}

fn compile(document: Value) -> IdentitySchema {
    IdentitySchema::compile(&document.to_string(), &References::none()).unwrap_or_else(|e| panic!("{document}: {e}"))
}

/// What is wrong with these traits, as field name, message id and context.
fn wrong(schema: &IdentitySchema, traits: Value) -> Vec<(String, u64, Value)> {
    let violations = schema.validate(&traits).err().unwrap_or_default();
    violations.iter().map(told).collect()
}

fn told(violation: &Violation) -> (String, u64, Value) {
    let mut context = violation.message.context.clone().unwrap_or_default();
    if let Some(members) = context.as_object_mut() {
        members.remove("reason");
    }
    (violation.field_name(), violation.message.id, context)
}
