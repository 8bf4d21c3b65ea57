//! What the server answered, and how its errors read.

use std::fmt;

use serde_json::Value;

/// An answer, whatever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The header `Link`.
    pub link: Option<String>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether an earlier try of the same request may have reached the server.
    pub repeated: bool,
}

/// The most characters of a body that no error is found in.
const SHOWN: usize = 400;

impl Answer {
    /// The body as JSON, if it is that.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// What is wrong, in the server's words: the reason, or else the message.
    pub fn reason(&self) -> Option<String> {
        let json = self.json()?;
        let text = |name: &str| json.pointer(&format!("/error/{name}")).and_then(Value::as_str).filter(|text| !text.is_empty());
        text("reason").or_else(|| text("message")).map(str::to_owned)
    }

    /// Whether it is no error.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl fmt::Display for Answer {
    /// The error's message and reason on a line each, or the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = self.json();
        let text = |name: &str| json.as_ref()?.pointer(&format!("/error/{name}")).and_then(Value::as_str);
        let told: Vec<&str> = [text("message"), text("reason")].into_iter().flatten().filter(|text| !text.is_empty()).collect();
        if !told.is_empty() {
            return f.write_str(&told.join("\n"));
        }
        let body: String = String::from_utf8_lossy(&self.body).chars().take(SHOWN).collect();
        write!(f, "the server answered {}: {}", self.status, body.trim())
    }
}
