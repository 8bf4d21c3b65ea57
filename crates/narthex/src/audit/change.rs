//! What is different about an identity, as events.

use narthex_api::identity::VerifiableAddress;
use narthex_db::Batch;
use serde_json::Value;

use super::{Change, Event, Field, Kind, Masked, event_into};
use crate::edge::Caller;
use crate::identity::{Credential, Identity, kind_name};

/// An identity before it is changed.
pub struct Before {
    identity: Identity,
    credentials: Vec<Credential>,
}

impl Before {
    /// The identity as it is now, with all its credentials.
    pub fn of(identity: &Identity, credentials: &[Credential]) -> Self {
        Self { identity: identity.clone(), credentials: credentials.to_vec() }
    }

    /// Whether its owner signs in by something else with these credentials.
    pub fn signs_in_otherwise(&self, credentials: &[Credential]) -> bool {
        !credential_changes(&self.credentials, credentials).is_empty()
    }

    /// Whether it has other addresses then.
    pub fn is_reached_otherwise(&self, after: &Identity) -> bool {
        addresses(&self.identity) != addresses(after)
    }
}

/// Adds to what is written together what has changed: which parts of the identity, which addresses, which credentials.
/// `about` says what else the events are about, such as the flow.
pub fn changes_into(
    mut batch: Batch,
    caller: &Caller,
    before: &Before,
    after: (&Identity, &[Credential]),
    about: impl Fn(Event) -> Event,
) -> Batch {
    let (identity, credentials) = after;
    let changed = fields(&before.identity, identity);
    let mut kinds = Vec::new();
    if !changed.is_empty() {
        kinds.push(Kind::IdentityUpdated { changed });
    }
    let (old, new) = (addresses(&before.identity), addresses(identity));
    let only = |these: &[&str], those: &[&str]| -> Vec<Masked> {
        these.iter().filter(|address| !those.contains(address)).map(|address| Masked::new(address)).collect()
    };
    let (added, removed) = (only(&new, &old), only(&old, &new));
    if !(added.is_empty() && removed.is_empty()) {
        kinds.push(Kind::AddressChanged { added, removed });
    }
    kinds.extend(credential_changes(&before.credentials, credentials));
    for kind in kinds {
        batch = event_into(batch, caller, about(Event::new(kind).of(identity.id)));
    }
    batch
}

fn fields(before: &Identity, after: &Identity) -> Vec<Field> {
    let known = |addresses: &[VerifiableAddress]| -> Vec<(String, bool)> {
        addresses.iter().map(|address| (address.value.clone(), address.verified)).collect()
    };
    let addresses = known(&before.verifiable_addresses) != known(&after.verifiable_addresses)
        || before.recovery_addresses.iter().map(|address| &address.value).ne(after.recovery_addresses.iter().map(|address| &address.value));
    let all = [
        (Field::SchemaId, before.schema_id != after.schema_id),
        (Field::Traits, before.traits != after.traits),
        (Field::State, before.state != after.state),
        (Field::ExternalId, before.external_id != after.external_id),
        (Field::OrganizationId, before.organization_id != after.organization_id),
        (Field::MetadataPublic, before.metadata_public != after.metadata_public),
        (Field::MetadataAdmin, before.metadata_admin != after.metadata_admin),
        (Field::Addresses, addresses),
    ];
    all.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}

/// All addresses of an identity, whatever they are for.
fn addresses(identity: &Identity) -> Vec<&str> {
    let verifiable = identity.verifiable_addresses.iter().map(|address| address.value.as_str());
    let mut all: Vec<&str> = verifiable.chain(identity.recovery_addresses.iter().map(|address| address.value.as_str())).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn credential_changes(before: &[Credential], after: &[Credential]) -> Vec<Kind> {
    let mut kinds: Vec<&str> = before.iter().chain(after).map(|credential| credential.kind.as_ref()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let change = |kind: &str| {
        let of = |all| held_of(all, kind);
        match (of(before), of(after)) {
            (None, Some(_)) => Some(Change::Added),
            (Some(_), None) => Some(Change::Removed),
            (Some(old), Some(new)) if old != new => Some(Change::Replaced),
            _ => None,
        }
    };
    kinds.into_iter().filter_map(|kind| Some(Kind::CredentialChanged { credential: kind_name(kind), change: change(kind)? })).collect()
}

fn held_of<'a>(all: &'a [Credential], kind: &str) -> Option<&'a Value> {
    all.iter().find(|credential| credential.kind == kind).and_then(held)
}

/// What somebody can sign in with, of all that a credential keeps; nothing where it only follows from the traits.
fn held(credential: &Credential) -> Option<&Value> {
    let member = |name: &str| credential.config.get(name).filter(|value| !is_empty(value));
    match credential.kind.as_ref() {
        "password" => member("hashed_password").or_else(|| member("use_password_migration_hook")),
        "webauthn" | "passkey" => member("credentials"),
        "oidc" | "saml" => member("providers"),
        "code" => None,
        _ => Some(&credential.config).filter(|config| !is_empty(config)),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// The methods that somebody can sign in with by these credentials.
pub(super) fn usable(credentials: &[Credential]) -> Vec<&'static str> {
    let usable = |credential: &&Credential| held(credential).is_some() || (credential.kind == "code" && !credential.identifiers.is_empty());
    credentials.iter().filter(usable).map(|credential| kind_name(&credential.kind)).collect()
}

impl Kind {
    /// That an identity was made with these credentials.
    pub fn created(credentials: &[Credential]) -> Self {
        Self::IdentityCreated { credentials: usable(credentials) }
    }
}
