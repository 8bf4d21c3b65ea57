//! What a web hook's answer wants to be otherwise about an identity that is about to be kept.

use narthex_api::Time;
use narthex_api::identity::State;
use narthex_api::message::Message;
use narthex_schema::{Extracted, Violation};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::config::Settings;
use crate::flow::{Failure, generic_message};
use crate::identity::Identity;

/// The changes. What is absent, null or empty stays as it is; `external_id` is taken whenever it is named.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct IdentityChange {
    traits: Option<Value>,
    schema_id: Option<String>,
    state: Option<String>,
    verifiable_addresses: Option<Vec<AddressChange>>,
    metadata_public: Option<Value>,
    metadata_admin: Option<Value>,
    external_id: ExternalId,
}

/// What is known of an address; the addresses themselves follow from the traits.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct AddressChange {
    value: String,
    via: String,
    verified: bool,
    status: String,
}

/// What another system is to know the identity by.
#[derive(Clone, Debug, Default)]
enum ExternalId {
    /// Not named: it stays.
    #[default]
    Kept,
    /// Named: taken, and taken away where it is null or empty.
    Set(Option<String>),
}

impl<'de> Deserialize<'de> for ExternalId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = Option::<String>::deserialize(deserializer)?;
        Ok(Self::Set(id.filter(|id| !id.is_empty())))
    }
}

impl IdentityChange {
    /// Makes the changes, and tells what the schema then finds in the traits.
    ///
    /// # Errors
    /// Where the traits do not follow the schema, there is no such schema, or no such state. The identity is then half
    /// changed and must not be kept.
    pub fn apply(self, settings: &Settings, identity: &mut Identity, now: Time) -> Result<Extracted, Failure> {
        if let Some(schema_id) = self.schema_id.filter(|id| !id.is_empty()) {
            identity.schema_id = schema_id;
        }
        if let Some(traits) = self.traits.filter(|traits| !traits.is_null()) {
            identity.traits = traits;
        }
        match self.state.as_deref() {
            None | Some("") => {}
            Some("active") => identity.state = State::Active,
            Some("inactive") => identity.state = State::Inactive,
            Some(_) => return Err(inactive().into()),
        }
        let given = |value: &Option<Value>| value.as_ref().is_some_and(|value| !value.is_null());
        if given(&self.metadata_public) {
            identity.metadata_public = self.metadata_public;
        }
        if given(&self.metadata_admin) {
            identity.metadata_admin = self.metadata_admin;
        }
        if let ExternalId::Set(external_id) = self.external_id {
            identity.external_id = external_id;
        }
        let schema = settings
            .schemas
            .get(&identity.schema_id)
            .ok_or_else(|| Failure::from(generic_message("A web hook asked for an identity schema that this server does not have.")))?;
        let extracted = schema.compiled.validate(&identity.traits).map_err(unusable)?;
        extracted.normalize_phones(&mut identity.traits);
        identity.readdress(&extracted, now);
        for change in self.verifiable_addresses.unwrap_or_default() {
            change.apply(identity, now);
        }
        Ok(extracted)
    }
}

impl AddressChange {
    fn apply(&self, identity: &mut Identity, now: Time) {
        let value = narthex_schema::normalize_identifier(&self.value);
        let Some(address) = identity.verifiable_addresses.iter_mut().find(|address| address.value == value && address.via == self.via)
        else {
            return;
        };
        address.verified = self.verified;
        address.verified_at = self.verified.then_some(now);
        if self.verified {
            address.status = "completed".into();
        } else if !self.status.is_empty() {
            address.status = self.status.clone().into();
        }
    }
}

/// What the traits violate. An address that is none is told twice, as clients know it: it breaks the format, and nothing can be
/// sent there.
fn unusable(violations: Vec<Violation>) -> Failure {
    let both = |violation: Violation| {
        let undeliverable = matches!(violation.message.id, 4_000_040 | 4_000_041)
            .then(|| Violation { message: generic_message("Nothing can be sent to this address."), ..violation.clone() });
        std::iter::once(violation).chain(undeliverable)
    };
    Failure::Invalid(violations.into_iter().flat_map(both).collect())
}

/// Somebody who may not sign in.
pub fn inactive() -> Message {
    Message::error(4_010_011, "This account has been deactivated. Please ask whoever runs this service.")
}
