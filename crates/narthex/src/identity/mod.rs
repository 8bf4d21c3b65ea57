//! Identities: who can sign in, what is known of them, and by which credentials they are recognised.
//! Never does I/O; `store.rs` keeps them, `http.rs` is the admin API. Next: `Identity`, as the server holds it.

pub mod document;
pub mod http;
pub mod import;
pub mod search;
pub mod store;

use narthex_api::identity::{self as wire, RecoveryAddress, State, VerifiableAddress};
use narthex_api::{Text, Time};
use narthex_schema::{Extracted, Via};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::config::Settings;

/// An identity as the server holds it.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The identity's id.
    pub id: Uuid,
    /// The schema that its traits follow.
    pub schema_id: String,
    /// What another system knows it by.
    pub external_id: Option<String>,
    /// The organization that it belongs to.
    pub organization_id: Option<Uuid>,
    /// Whether it may sign in.
    pub state: State,
    /// When that was decided.
    pub state_changed_at: Time,
    /// The highest assurance that its credentials allow; see `docs` of the session for what it is used for.
    pub available_aal: Text,
    /// What is known of it, as its schema says.
    pub traits: Value,
    /// What applications keep with it and the person may see.
    pub metadata_public: Option<Value>,
    /// What applications keep with it and only administrators may see.
    pub metadata_admin: Option<Value>,
    /// Addresses that are, or are to be, verified.
    pub verifiable_addresses: Vec<VerifiableAddress>,
    /// Addresses by which access can be recovered.
    pub recovery_addresses: Vec<RecoveryAddress>,
    /// Counts the changes; a change is made to the version that was read, or not at all.
    pub version: i64,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// The kinds of credentials that there are.
pub const KINDS: [&str; 11] =
    ["password", "oidc", "totp", "lookup_secret", "webauthn", "passkey", "code", "saml", "deviceauthn", "link_recovery", "code_recovery"];

/// The kind of credentials of this name, as the program knows it.
pub fn kind_name(name: &str) -> &'static str {
    KINDS.into_iter().find(|known| *known == name).unwrap_or("other")
}

/// One way in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Credential {
    /// The method that knows it, such as `password`.
    #[serde(rename = "type")]
    pub kind: Text,
    /// What the method keeps: a hash, keys, addresses.
    pub config: Value,
    /// What the person is found by.
    pub identifiers: Vec<String>,
    /// The version of the form of `config`.
    pub version: i64,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

impl Credential {
    /// A new credential.
    pub fn new(kind: &'static str, config: Value, identifiers: Vec<String>, now: Time) -> Self {
        Self { kind: Text::Borrowed(kind), config, identifiers, version: 1, created_at: now, updated_at: now }
    }
}

/// The channel's name in JSON.
pub fn via_name(via: Via) -> Text {
    Text::Borrowed(match via {
        Via::Email => "email",
        Via::Sms => "sms",
    })
}

impl Identity {
    /// A new, active identity with these traits, and the addresses that its schema finds in them.
    pub fn new(schema_id: &str, traits: Value, extracted: &Extracted, now: Time) -> Self {
        Self {
            id: Uuid::new_v4(),
            schema_id: schema_id.to_owned(),
            external_id: None,
            organization_id: None,
            state: State::Active,
            state_changed_at: now,
            available_aal: Text::Borrowed("aal0"),
            traits,
            metadata_public: None,
            metadata_admin: None,
            verifiable_addresses: extracted.verifiable.iter().map(|(value, via)| verifiable(value, *via, now)).collect(),
            recovery_addresses: extracted.recovery.iter().map(|(value, via)| recovery(value, *via, now)).collect(),
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// The addresses of an identity whose traits have changed: those that stay keep what is known of them.
    pub fn readdress(&mut self, extracted: &Extracted, now: Time) {
        let known = std::mem::take(&mut self.verifiable_addresses);
        self.verifiable_addresses = extracted
            .verifiable
            .iter()
            .map(|(value, via)| {
                known
                    .iter()
                    .find(|address| address.value == *value && address.via == via_name(*via))
                    .cloned()
                    .unwrap_or_else(|| verifiable(value, *via, now))
            })
            .collect();
        let known = std::mem::take(&mut self.recovery_addresses);
        self.recovery_addresses = extracted
            .recovery
            .iter()
            .map(|(value, via)| {
                known
                    .iter()
                    .find(|address| address.value == *value && address.via == via_name(*via))
                    .cloned()
                    .unwrap_or_else(|| recovery(value, *via, now))
            })
            .collect();
    }

    /// Whether this address is the identity's, and nobody has shown yet that it is theirs.
    pub fn is_unverified(&self, value: &str, via: &str) -> bool {
        self.verifiable_addresses.iter().any(|address| address.value == value && address.via == via && !address.verified)
    }

    /// Marks an address as its owner's; false where there is no such address.
    pub fn verify(&mut self, value: &str, via: &str, now: Time) -> bool {
        let Some(address) = self.verifiable_addresses.iter_mut().find(|address| address.value == value && address.via == via) else {
            return false;
        };
        address.verified = true;
        address.verified_at = Some(now);
        address.status = "completed".into();
        address.updated_at = now;
        true
    }

    /// The identity as the person and applications see it.
    pub fn public(&self, settings: &Settings) -> wire::Identity {
        wire::Identity {
            id: self.id,
            external_id: self.external_id.clone(),
            credentials: None,
            schema_id: self.schema_id.clone(),
            schema_url: settings.schemas.url(&settings.public_url, &self.schema_id),
            state: self.state,
            state_changed_at: Some(self.state_changed_at),
            traits: self.traits.clone(),
            verifiable_addresses: self.verifiable_addresses.clone(),
            recovery_addresses: self.recovery_addresses.clone(),
            metadata_public: self.metadata_public.clone(),
            metadata_admin: None,
            created_at: self.created_at,
            updated_at: self.updated_at,
            organization_id: self.organization_id,
        }
    }

    /// The identity as administrators see it; of the credentials named in `with_config` they also see what is kept.
    pub fn for_admin(&self, settings: &Settings, credentials: &[Credential], with_config: &[String]) -> wire::Identity {
        let mut shown = Map::new();
        for credential in credentials {
            let mut entry = json!({
                "type": credential.kind,
                "identifiers": credential.identifiers,
                "version": credential.version,
                "created_at": credential.created_at,
                "updated_at": credential.updated_at,
            });
            if with_config.iter().any(|name| *name == credential.kind)
                && let Some(entry) = entry.as_object_mut()
            {
                entry.insert("config".to_owned(), credential.config.clone());
            }
            shown.insert(credential.kind.to_string(), entry);
        }
        wire::Identity {
            credentials: (!shown.is_empty()).then_some(shown),
            metadata_admin: Some(self.metadata_admin.clone().unwrap_or(Value::Null)),
            ..self.public(settings)
        }
    }
}

/// The credentials that follow from the traits alone, whatever the person signs up with: those of methods that find people by
/// a trait. `own` are the ones that the sign-up has made; they take the identifiers of the traits.
pub fn credentials_of(extracted: &Extracted, own: Vec<Credential>, now: Time) -> Vec<Credential> {
    let code: Vec<String> = extracted.code_addresses.iter().map(|(address, _)| address.clone()).collect();
    let derived =
        [("password", extracted.password_identifiers.clone()), ("code", code), ("webauthn", extracted.webauthn_identifiers.clone())];
    let mut all = own;
    for (kind, identifiers) in derived {
        if identifiers.is_empty() {
            continue;
        }
        match all.iter_mut().find(|credential| credential.kind == kind) {
            Some(credential) => credential.identifiers = identifiers,
            None => all.push(Credential::new(kind, json!({}), identifiers, now)),
        }
    }
    for credential in &mut all {
        if credential.kind == "code" && credential.config.get("addresses").is_none() {
            let addresses: Vec<Value> =
                extracted.code_addresses.iter().map(|(address, via)| json!({ "channel": via_name(*via), "address": address })).collect();
            credential.config = json!({ "addresses": addresses });
        }
    }
    all.sort_by(|a, b| a.kind.cmp(&b.kind));
    all
}

/// The credentials that traits make, with a handle for the security keys that may come.
pub fn derive(extracted: &Extracted, mut own: Vec<Credential>, identity: &Identity) -> Vec<Credential> {
    let codes = own.iter_mut().find(|credential| credential.kind == "code").filter(|_| !extracted.code_addresses.is_empty());
    if let Some(config) = codes.and_then(|code| code.config.as_object_mut()) {
        config.remove("addresses");
    }
    let mut all = credentials_of(extracted, own, identity.updated_at);
    for webauthn in all.iter_mut().filter(|credential| credential.kind == "webauthn") {
        if let Some(config) = webauthn.config.as_object_mut() {
            config.entry("user_handle").or_insert_with(|| Value::String(import::user_handle(identity.id)));
        }
    }
    all
}

fn verifiable(value: &str, via: Via, now: Time) -> VerifiableAddress {
    VerifiableAddress {
        id: Uuid::new_v4(),
        value: value.to_owned(),
        verified: false,
        via: via_name(via),
        status: Text::Borrowed("pending"),
        verified_at: None,
        created_at: now,
        updated_at: now,
    }
}

fn recovery(value: &str, via: Via, now: Time) -> RecoveryAddress {
    RecoveryAddress { id: Uuid::new_v4(), value: value.to_owned(), via: via_name(via), created_at: now, updated_at: now }
}
