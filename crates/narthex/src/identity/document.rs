//! What administrators send of an identity: read as the reference server reads it, whose encoder minds neither the case of
//! names nor what follows the document.

use narthex_api::Time;
use narthex_api::identity::State;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::import::Imports;
use crate::edge::Problem;

/// Regions that clients of the hosted reference service may name; here there is only one place.
const REGIONS: [&str; 8] = ["eu-central", "asia-northeast", "us-east", "us-west", "eu", "asia", "us", "global"];

/// The members of a document.
const MEMBERS: [&str; 12] = [
    "id",
    "schema_id",
    "traits",
    "credentials",
    "verifiable_addresses",
    "recovery_addresses",
    "metadata_public",
    "metadata_admin",
    "state",
    "external_id",
    "organization_id",
    "region",
];

/// An identity as it is sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Document {
    /// The id that a new identity is to have.
    pub id: Option<Uuid>,
    /// The schema that the traits follow.
    pub schema_id: Option<String>,
    /// What is known of it.
    pub traits: Value,
    /// Ways in.
    pub credentials: Imports,
    /// What is known of its addresses.
    pub verifiable_addresses: Vec<SentAddress>,
    /// Taken for compatibility: recovery addresses always follow the traits.
    pub recovery_addresses: Vec<SentAddress>,
    /// What applications keep with it and the person may see.
    #[serde(deserialize_with = "present")]
    pub metadata_public: Option<Value>,
    /// What applications keep with it and only administrators may see; `Some(null)` where that is sent.
    #[serde(deserialize_with = "present")]
    pub metadata_admin: Option<Value>,
    /// Whether it may sign in.
    pub state: Option<String>,
    /// What another system knows it by.
    pub external_id: Option<String>,
    /// The organization that it belongs to.
    pub organization_id: Option<Uuid>,
    /// Where it lives, which means nothing here.
    pub region: Option<String>,
}

/// An address as it is sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SentAddress {
    /// The address.
    pub value: String,
    /// Whether somebody has shown that it is theirs.
    pub verified: bool,
    /// `pending`, `sent` or `completed`.
    pub status: Option<String>,
    /// When it was verified.
    pub verified_at: Option<Time>,
    /// How it is reached.
    pub via: Option<String>,
}

/// What is done with members that no identity has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// The document is refused.
    Refuse,
    /// They are passed over.
    Ignore,
}

impl Document {
    /// The document in a body.
    ///
    /// # Errors
    /// 400 with what is wrong.
    pub fn read(bytes: &[u8], unknown: Unknown) -> Result<Self, Problem> {
        Self::of(json(bytes)?, unknown)
    }

    /// The document that this value is.
    ///
    /// # Errors
    /// 400 with what is wrong.
    pub fn of(value: Value, unknown: Unknown) -> Result<Self, Problem> {
        let Value::Object(members) = value else { return Err(Problem::bad_request("The body is not a JSON object.")) };
        let mut known = Map::new();
        for (name, value) in members {
            let member = MEMBERS.iter().find(|member| member.eq_ignore_ascii_case(&name));
            match member {
                Some(member) if value.is_null() && !member.starts_with("metadata_") => {
                    known.remove(*member);
                }
                Some(member) => {
                    known.insert((*member).to_owned(), value);
                }
                None if unknown == Unknown::Refuse => {
                    return Err(Problem::bad_request(format!("An identity has no member \"{name}\". It has: {}.", MEMBERS.join(", "))));
                }
                None => {}
            }
        }
        if let Some(credentials) = known.get("credentials") {
            Imports::check_shape(credentials)?;
        }
        let document: Self = serde_json::from_value(Value::Object(known)).map_err(unreadable)?;
        document.check()
    }

    /// The name of a member that no identity has, if a document has one.
    pub fn stranger(document: &Value) -> Option<&str> {
        let mut names = document.as_object()?.keys();
        names.find(|name| !MEMBERS.iter().any(|member| member.eq_ignore_ascii_case(name))).map(String::as_str)
    }

    fn check(mut self) -> Result<Self, Problem> {
        for text in [&mut self.schema_id, &mut self.external_id, &mut self.state, &mut self.region] {
            *text = text.take().filter(|text| !text.is_empty());
        }
        self.organization_id = self.organization_id.filter(|id| !id.is_nil());
        if let Some(region) = &self.region {
            check_region(region)?;
        }
        self.state()?;
        Ok(self)
    }

    /// Whether it may sign in, if that is said.
    ///
    /// # Errors
    /// 400 where there is no such state.
    pub fn state(&self) -> Result<Option<State>, Problem> {
        self.state.as_deref().map(state).transpose()
    }
}

/// The state of this name.
///
/// # Errors
/// 400 where there is none.
pub fn state(name: &str) -> Result<State, Problem> {
    match name {
        "active" => Ok(State::Active),
        "inactive" => Ok(State::Inactive),
        other => Err(Problem::bad_request(format!("There is no state \"{other}\": it is active or inactive."))),
    }
}

/// Refuses what is no region.
///
/// # Errors
/// 400 with those that there are.
pub fn check_region(name: &str) -> Result<(), Problem> {
    if REGIONS.contains(&name) {
        Ok(())
    } else {
        Err(Problem::bad_request(format!("There is no region \"{name}\". There are: {}.", REGIONS.join(", "))))
    }
}

/// The first JSON value of a body; what follows is not looked at.
///
/// # Errors
/// 400 where there is none.
pub fn json(bytes: &[u8]) -> Result<Value, Problem> {
    match serde_json::Deserializer::from_slice(bytes).into_iter::<Value>().next() {
        Some(Ok(value)) => Ok(value),
        Some(Err(error)) => Err(unreadable(error)),
        None => Err(Problem::bad_request("The request has no body.")),
    }
}

/// What a body that is none of what is expected is answered with.
pub fn unreadable(error: impl std::fmt::Display) -> Problem {
    Problem::bad_request(format!("The body cannot be read: {error}."))
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Document, Problem> {
        Document::read(text.as_bytes(), Unknown::Refuse)
    }

    #[test]
    fn the_last_of_equal_members_counts_whatever_its_case() {
        let document = read(r#"{"schema_id":"a","SCHEMA_ID":"b"} and more"#).unwrap();
        assert_eq!(document.schema_id.as_deref(), Some("b"));
    }

    #[test]
    fn null_and_empty_members_are_none() {
        let document = read(r#"{"state":"","external_id":"","credentials":null,"organization_id":null,"metadata_admin":null}"#).unwrap();
        assert_eq!((document.state.as_deref(), document.external_id.as_deref()), (None, None));
        assert_eq!((document.metadata_admin, document.metadata_public), (Some(Value::Null), None));
    }

    #[test]
    fn what_no_identity_has_is_refused_or_passed_over() {
        assert!(read(r#"{"colour":"red"}"#).is_err());
        assert!(Document::read(br#"{"colour":"red"}"#, Unknown::Ignore).is_ok());
        for bad in ["", "{", "[]", "null", "\"text\"", r#"{"state":"asleep"}"#, r#"{"region":"moon"}"#, r#"{"organization_id":"acme"}"#] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_can_be_read(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = Document::read(&bytes, Unknown::Ignore);
        }
    }
}
