//! What the queue holds: a message, its state, and the tries to deliver it, in the JSON of the admin API.
//! Never touches the database and never decides how something is sent.
//! Next: `store.rs` keeps them, `dispatcher` moves them on.

use narthex_api::Time;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::Value;
use uuid::Uuid;

/// What stands in place of subject and body where they are not to be read.
pub const REDACTED: &str = "<redacted-unless-dev-mode>";

/// How far a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It waits for its first or next try.
    Queued,
    /// A worker has it.
    Processing,
    /// It was handed over.
    Sent,
    /// It was tried too often, or can never be delivered.
    Abandoned,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Processing, Self::Sent, Self::Abandoned];

    /// As the database and the admin API name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Sent => "sent",
            Self::Abandoned => "abandoned",
        }
    }

    /// The status of this exact name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The way a person is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    /// Mail.
    Email,
    /// A text message to a phone.
    Sms,
}

impl Via {
    /// Every way.
    pub const ALL: [Self; 2] = [Self::Email, Self::Sms];

    /// As the database, schemas (`via`) and the admin API name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    /// The way of this exact name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|via| via.as_str() == name)
    }
}

impl Serialize for Via {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A message that is ready to be queued: written, not yet stored.
#[derive(Clone, PartialEq)]
pub struct NewMessage {
    /// How it reaches the person.
    pub via: Via,
    /// The address or phone number.
    pub recipient: String,
    /// Its `template_type`.
    pub template_type: &'static str,
    /// One line; empty for text messages.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// The same as HTML; mail only.
    pub html_body: Option<String>,
    /// What its text was made from, by the names of the reference.
    pub template_data: Value,
    /// Headers of the request that caused it, name to list of values, for the body of an HTTP delivery;
    /// an empty object where there are none to pass on.
    pub request_headers: Value,
}

impl std::fmt::Debug for NewMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewMessage").field("via", &self.via).field("template_type", &self.template_type).finish_non_exhaustive()
    }
}

/// A message of the queue as the admin API shows it. It serializes to exactly that JSON.
#[derive(Clone, PartialEq, Serialize)]
pub struct Message {
    /// Its id; ids grow with time.
    pub id: Uuid,
    /// How far it is.
    pub status: Status,
    /// What kind it is: the channel is named by the same word.
    #[serde(rename = "type")]
    pub via: Via,
    /// The address or phone number.
    pub recipient: String,
    /// Plain text.
    pub body: String,
    /// One line; empty for text messages.
    pub subject: String,
    /// What it says: `recovery_code_valid` and so on.
    pub template_type: String,
    /// The channel that carries it.
    pub channel: String,
    /// Tries that have ended.
    pub send_count: u32,
    /// The tries, newest first; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispatches: Option<Vec<Dispatch>>,
    /// The body as HTML; not part of the admin API.
    #[serde(skip)]
    pub html_body: Option<String>,
    /// When it was queued.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

impl Message {
    /// Takes out what only a development server may show.
    #[must_use]
    pub fn redacted(mut self) -> Self {
        REDACTED.clone_into(&mut self.subject);
        REDACTED.clone_into(&mut self.body);
        self.html_body = None;
        self
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("via", &self.via)
            .field("template_type", &self.template_type)
            .field("send_count", &self.send_count)
            .finish_non_exhaustive()
    }
}

/// One try to deliver a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispatch {
    /// Its id.
    pub id: Uuid,
    /// The message.
    pub message_id: Uuid,
    /// Why it failed, in words for an administrator; nothing if it went well.
    pub error: Option<String>,
    /// When it ended.
    pub created_at: Time,
}

impl Serialize for Dispatch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let error = self.error.as_ref().map(|reason| {
            serde_json::json!({
                "code": 500,
                "status": "Internal Server Error",
                "reason": reason,
                "message": "The message could not be delivered.",
            })
        });
        let mut json = serializer.serialize_struct("Dispatch", 6)?;
        json.serialize_field("id", &self.id)?;
        json.serialize_field("message_id", &self.message_id)?;
        json.serialize_field("status", if self.error.is_some() { "failed" } else { "success" })?;
        json.serialize_field("error", &error)?;
        json.serialize_field("created_at", &self.created_at)?;
        json.serialize_field("updated_at", &self.created_at)?;
        json.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        let at = Time::new("2026-01-02T03:04:05Z".parse().unwrap());
        Message {
            id: Uuid::from_u128(7),
            status: Status::Sent,
            via: Via::Email,
            recipient: "ada@example.org".into(),
            body: "the body".into(),
            subject: "the subject".into(),
            template_type: "recovery_code_valid".into(),
            channel: "email".into(),
            send_count: 1,
            dispatches: None,
            html_body: Some("<p>the body</p>".into()),
            created_at: at,
            updated_at: at,
        }
    }

    #[test]
    fn a_redacted_message_keeps_neither_subject_nor_body() {
        let json = serde_json::to_string(&message().redacted()).unwrap();
        assert!(!json.contains("the body") && !json.contains("the subject"), "{json}");
        assert_eq!(json.matches(REDACTED).count(), 2);
    }

    #[test]
    fn lists_show_no_dispatches_and_no_html() {
        let json = serde_json::to_value(message()).unwrap();
        assert!(json.get("dispatches").is_none() && json.get("html_body").is_none());
        assert_eq!(json["type"], "email");
        assert_eq!(json["status"], "sent");
    }

    #[test]
    fn a_failed_dispatch_carries_an_error_and_a_good_one_null() {
        let at = Time::new("2026-01-02T03:04:05Z".parse().unwrap());
        let mut dispatch = Dispatch { id: Uuid::nil(), message_id: Uuid::nil(), error: None, created_at: at };
        let json = serde_json::to_value(&dispatch).unwrap();
        assert_eq!((&json["status"], &json["error"]), (&"success".into(), &Value::Null));
        dispatch.error = Some("refused".into());
        let json = serde_json::to_value(&dispatch).unwrap();
        assert_eq!(json["status"], "failed");
        assert_eq!((&json["error"]["code"], &json["error"]["reason"]), (&500.into(), &"refused".into()));
    }

    #[test]
    fn only_exact_names_of_statuses_are_known() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        assert_eq!(Status::parse("SENT"), None);
        assert_eq!(Status::parse(""), None);
    }

    #[test]
    fn debug_output_shows_neither_text_nor_recipient() {
        let shown = format!("{:?}", message());
        assert!(!shown.contains("body") && !shown.contains("ada@"), "{shown}");
    }
}
