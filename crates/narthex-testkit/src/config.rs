//! The configuration that tests begin with: every flow has its page somewhere else, passwords hash quickly, mail stays in the database.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// Where the pages of the tests' flows are. Nobody ever asks there.
pub const UI: &str = "http://ui.test:4455";

/// An identity schema: an e-mail address as identifier, first and last name.
pub const PERSON: &str = r#"{
  "$id": "https://schemas.test/person.json", "$schema": "http://json-schema.org/draft-07/schema#", "title": "Person", "type": "object",
  "properties": { "traits": { "type": "object", "required": ["email"], "additionalProperties": false, "properties": {
    "email": { "type": "string", "format": "email", "title": "E-mail address", "ory.sh/kratos": {
      "credentials": { "password": { "identifier": true }, "code": { "identifier": true, "via": "email" } },
      "verification": { "via": "email" }, "recovery": { "via": "email" } } },
    "name": { "type": "object", "properties": { "first": { "type": "string", "title": "First name" }, "last": { "type": "string", "title": "Last name" } } }
  } } } }"#;

/// A document as the address of an identity schema.
pub fn as_url(document: &str) -> String {
    format!("base64://{}", STANDARD.encode(document))
}

/// The configuration of a server on these ports, with this database.
pub fn base_config(public_port: u16, admin_port: u16, dsn: &str) -> Value {
    let page = |name: &str| json!({ "ui_url": format!("{UI}/{name}") });
    let mut config = json!({
        "dsn": dsn,
        "log": { "level": "error" },
        "serve": {
            "public": { "host": "127.0.0.1", "port": public_port, "base_url": format!("http://127.0.0.1:{public_port}") },
            "admin": { "host": "127.0.0.1", "port": admin_port, "base_url": format!("http://127.0.0.1:{admin_port}") },
        },
        "identity": { "default_schema_id": "default", "schemas": [{ "id": "default", "url": as_url(PERSON) }] },
        "secrets": { "cookie": ["a-cookie-secret-for-tests-only"], "cipher": ["a-cipher-secret-for-tests-only!!"] },
        "ciphers": { "algorithm": "xchacha20-poly1305" },
        "hashers": { "algorithm": "bcrypt", "bcrypt": { "cost": 4 } },
        "courier": { "smtp": { "from_address": "no-reply@issuer.test", "connection_uri": "smtp://127.0.0.1:9/?disable_starttls=true" } },
        "narthex": { "mailbox": { "enabled": true } },
    });
    for kind in ["login", "registration", "settings", "recovery", "verification", "error"] {
        set(&mut config, &format!("selfservice.flows.{kind}"), page(kind));
    }
    for (key, value) in [
        ("selfservice.default_browser_return_url", json!(format!("{UI}/welcome"))),
        ("selfservice.allowed_return_urls", json!([UI, "https://*.allowed.test"])),
        ("selfservice.methods.password", json!({ "enabled": true, "config": { "haveibeenpwned_enabled": false } })),
        ("selfservice.flows.registration.after.password.hooks", json!([{ "hook": "session" }])),
        ("selfservice.flows.recovery.enabled", json!(true)),
        ("selfservice.flows.verification.enabled", json!(true)),
    ] {
        set(&mut config, key, value);
    }
    config
}

/// Sets the key of this dotted path; `null` removes it.
///
/// # Panics
/// Where the path leads through a value that is no object.
pub fn set(document: &mut Value, path: &str, value: Value) {
    let mut place = document;
    let (parents, last) = path.rsplit_once('.').unwrap_or(("", path));
    for name in parents.split('.').filter(|name| !name.is_empty()) {
        let map = place.as_object_mut().unwrap_or_else(|| panic!("{path} leads through a value that is no object"));
        place = map.entry(name).or_insert_with(|| Value::Object(Map::new()));
    }
    let map = place.as_object_mut().unwrap_or_else(|| panic!("{path} leads through a value that is no object"));
    if value.is_null() {
        map.remove(last);
    } else {
        map.insert(last.to_owned(), value);
    }
}
