//! Whether a document that the server refuses as taken is there because an interrupted try has stored it.

use serde_json::{Map, Value};

use super::documents::Document;
use crate::admin::AdminClient;
use crate::error::ClientError;

/// Members of an identity that are compared where the document has them.
const COMPARED: [&str; 6] = ["id", "schema_id", "external_id", "state", "metadata_public", "metadata_admin"];
/// The most values of traits that are tried as identifiers.
const TRIED: usize = 16;

/// Whether the server has an identity that says what the document says. Credentials are not compared: what was hashed cannot be.
pub(super) async fn is_there(client: &AdminClient, document: &Document) -> Result<bool, ClientError> {
    let Ok(Value::Object(wanted)) = serde_json::from_slice(&document.bytes) else { return Ok(false) };
    let named = |name: &str| wanted.get(name).and_then(Value::as_str);
    if let Some(id) = named("id") {
        return Ok(known(client.identity(id, &[]).await)?.is_some_and(|found| says(&wanted, &found)));
    }
    if let Some(id) = named("external_id") {
        return Ok(known(client.identity_by_external_id(id, &[]).await)?.is_some_and(|found| says(&wanted, &found)));
    }
    let mut identifiers = Vec::new();
    texts(wanted.get("traits").unwrap_or(&Value::Null), &mut identifiers);
    for identifier in identifiers.into_iter().take(TRIED) {
        let found = known(client.by_identifier(identifier).await)?.unwrap_or_default();
        if found.iter().any(|found| says(&wanted, found)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What the server has; nothing where it says that it cannot have it.
fn known<T>(found: Result<T, ClientError>) -> Result<Option<T>, ClientError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.status(), Some(400 | 404)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The texts in a value; addresses first, for most identifiers are some.
fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if text.contains('@') => found.insert(0, text),
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        _ => {}
    }
}

fn says(wanted: &Map<String, Value>, found: &Value) -> bool {
    let none = Value::Null;
    let same_member = |name: &&str| match wanted.get(*name) {
        None | Some(Value::Null) => true,
        Some(wanted) => found.get(*name) == Some(wanted),
    };
    COMPARED.iter().all(same_member) && same(wanted.get("traits").unwrap_or(&none), found.get("traits").unwrap_or(&none))
}

/// Whether traits are the same, but for the way in which phone numbers are written.
fn same(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::String(wanted), Value::String(found)) => wanted == found || (found.starts_with('+') && digits(wanted) == digits(found)),
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len() && wanted.iter().zip(found).all(|(wanted, found)| same(wanted, found))
        }
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.len() == found.len() && wanted.iter().all(|(name, wanted)| found.get(name).is_some_and(|found| same(wanted, found)))
        }
        _ => wanted == found,
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_is_told_from_what_only_has_the_same_identifier() {
        let stored = json!({
            "id": "1", "schema_id": "default", "state": "active", "metadata_public": { "a": 1 }, "metadata_admin": null,
            "traits": { "email": "ada@example.org", "phone": "+4915112345678", "tags": ["x"] },
        });
        let wanted = |traits: Value, public: Value| match json!({ "traits": traits, "metadata_public": public }) {
            Value::Object(wanted) => says(&wanted, &stored),
            _ => false,
        };
        let ada = json!({ "email": "ada@example.org", "phone": "+49 151 1234-5678", "tags": ["x"] });
        assert!(wanted(ada.clone(), json!({ "a": 1 })) && wanted(ada.clone(), Value::Null));
        assert!(!wanted(ada, json!({ "a": 2 })));
        assert!(!wanted(json!({ "email": "ada@example.org" }), Value::Null));
        assert!(!wanted(json!({ "email": "ada@example.org", "phone": "+49 151 1234-5679", "tags": ["x"] }), Value::Null));
    }
}
