//! Messages to the person at the form: told apart by their number, worded by the server.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Text;

/// Whether a message informs, reports success, or says what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A label or a hint.
    Info,
    /// Something went wrong; the form wants another try.
    Error,
    /// Something was done.
    Success,
}

/// One message of a form or of a field. Clients translate it by `id` and `context`; `text` is English.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The number that stands for this message in every language.
    pub id: u64,
    /// The message in English.
    pub text: Text,
    /// What kind of message it is.
    #[serde(rename = "type")]
    pub severity: Severity,
    /// The values in the text, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Value>,
}

impl Message {
    /// Information without values.
    pub const fn info(id: u64, text: &'static str) -> Self {
        Self { id, text: Text::Borrowed(text), severity: Severity::Info, context: None }
    }

    /// Success without values.
    pub const fn success(id: u64, text: &'static str) -> Self {
        Self { id, text: Text::Borrowed(text), severity: Severity::Success, context: None }
    }

    /// A mistake without values.
    pub const fn error(id: u64, text: &'static str) -> Self {
        Self { id, text: Text::Borrowed(text), severity: Severity::Error, context: None }
    }

    /// The same message with the values of its text.
    #[must_use]
    pub fn with_context(mut self, context: Value) -> Self {
        self.context = Some(context);
        self
    }

    /// The same message with a text that names its values.
    #[must_use]
    pub fn with_text(mut self, text: impl Into<Text>) -> Self {
        self.text = text.into();
        self
    }
}
