//! What was sent to a flow, whether as JSON or as a form.

use narthex_schema::IdentitySchema;
use serde_json::{Map, Value};

use crate::edge::Caller;
use crate::edge::body::{Body, Unreadable};
use crate::edge::query::Query;

/// The values that were sent.
pub struct Input {
    body: Body,
}

impl Input {
    /// Reads the body of the request.
    ///
    /// # Errors
    /// Where it can't be read, or what is sent along for hooks and mails is no JSON object.
    pub fn read(caller: &Caller) -> Result<Self, Unreadable> {
        let input = Self { body: Body::decode(caller.headers(), &caller.body)? };
        match input.sent_along() {
            Ok(None | Some(Value::Null | Value::Object(_))) => Ok(input),
            _ => Err(Unreadable("transient_payload has to be a JSON object, in a form written as text.".into())),
        }
    }

    /// What the query sends, as the fields of a form.
    pub fn from_query(query: &Query) -> Self {
        Self { body: Body::Form(query.pairs().to_vec()) }
    }

    /// The values as text, to be read again by [`Input::from_json`].
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.body).unwrap_or_default()
    }

    /// The values of a text that [`Input::to_json`] made.
    pub fn from_json(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok().map(|body| Self { body })
    }

    /// The text of a field: JSON numbers and truth values give their digits and words; an absent field gives nothing.
    pub fn text(&self, name: &str) -> Option<String> {
        match &self.body {
            Body::Form(fields) => fields.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone()),
            Body::Json(map) => match map.get(name)? {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                Value::Bool(truth) => Some(truth.to_string()),
                Value::Null | Value::Array(_) | Value::Object(_) => None,
            },
        }
    }

    /// The text of a field that is not empty.
    pub fn filled(&self, name: &str) -> Option<String> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// The method that was chosen; empty where none was, or where it is no text.
    pub fn method(&self) -> String {
        match &self.body {
            Body::Json(map) => map.get("method").and_then(Value::as_str).unwrap_or_default().to_owned(),
            Body::Form(_) => self.text("method").unwrap_or_default(),
        }
    }

    /// The anti-forgery token.
    pub fn csrf_token(&self) -> Option<String> {
        self.text("csrf_token")
    }

    /// The fields of a form; nothing for JSON.
    pub fn form(&self) -> Option<&[(String, String)]> {
        match &self.body {
            Body::Form(fields) => Some(fields),
            Body::Json(_) => None,
        }
    }

    /// The members of a JSON object; nothing for a form.
    pub fn json(&self) -> Option<&Map<String, Value>> {
        match &self.body {
            Body::Json(map) => Some(map),
            Body::Form(_) => None,
        }
    }

    /// What the client sent along for hooks and mails; in a form it is JSON in a field.
    pub fn transient_payload(&self) -> Option<Value> {
        self.sent_along().ok().flatten().filter(Value::is_object)
    }

    fn sent_along(&self) -> serde_json::Result<Option<Value>> {
        match &self.body {
            Body::Json(map) => Ok(map.get("transient_payload").cloned()),
            Body::Form(_) => self.filled("transient_payload").map(|text| serde_json::from_str(&text)).transpose(),
        }
    }

    /// The traits, as the schema says they are: a form knows but text, and JSON may use the names of a form's fields.
    ///
    /// # Errors
    /// Where a number has no end.
    pub fn traits(&self, schema: &IdentitySchema) -> Result<Value, Unreadable> {
        let document = match &self.body {
            Body::Form(fields) => schema.coerce_form(fields),
            Body::Json(map) => schema.coerce_json(map),
        };
        let mut document = document.map_err(|error| Unreadable(error.to_string()))?;
        let traits = document.get_mut("traits").map(Value::take).unwrap_or_default();
        Ok(if traits.is_null() { Value::Object(Map::new()) } else { traits })
    }
}
