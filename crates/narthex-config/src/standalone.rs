//! A start without any configuration: the values the server decides on for itself, beneath everything else.
//! It writes nothing; data directory and secrets are made by the server.
//! Next: `load.rs`, which decides when this applies.

use base64::Engine as _;
use serde_json::json;

use crate::tree::{Node, Origin, Source};

/// E-mail as identifier, first and last name.
const PERSON: &str = include_str!("person.schema.json");

/// The page a browser ends at, a path on the public base URL.
pub(crate) const WELCOME: &str = "/ui/welcome";

/// Lays the own decisions beneath a document: loopback, the built-in schema, an own database, the own mailbox.
pub(crate) fn beneath(root: &mut Node) {
    let at = Origin::of(Source::Server);
    let schema = format!("base64://{}", base64::engine::general_purpose::STANDARD.encode(PERSON));
    let after = json!({ "hooks": [{ "hook": "session" }, { "hook": "show_verification_ui" }] });
    let mut base = Node::from_json(
        &json!({
            "serve": { "public": { "host": "127.0.0.1" }, "admin": { "host": "127.0.0.1" } },
            // The listeners are on loopback without TLS, where a browser would not send a secure cookie back.
            "cookies": { "secure": "false" },
            "session": { "cookie": { "secure": "false" } },
            "identity": { "default_schema_id": "person", "schemas": [{ "id": "person", "url": schema }] },
            "ciphers": { "algorithm": "xchacha20-poly1305" },
            "hashers": { "algorithm": "argon2", "argon2": { "memory": "19MB", "iterations": 2, "parallelism": 1 } },
            // Made absolute once the public base URL is known.
            "selfservice": { "default_browser_return_url": WELCOME, "flows": {
                "registration": { "after": { "password": after, "code": after } },
                "verification": { "enabled": true },
                "recovery": { "enabled": true },
            } },
            "narthex": { "mailbox": { "enabled": true } },
        }),
        at,
    );
    let given = std::mem::replace(root, Node::object(at));
    base.merge(given);
    *root = base;
}
