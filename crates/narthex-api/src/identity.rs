//! Identities as clients see them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{Text, Time};

/// Whether an identity may sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It may.
    #[default]
    Active,
    /// It is shut out.
    Inactive,
}

/// A person or a machine that can sign in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// The identity's id.
    pub id: Uuid,
    /// What another system knows it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// The ways in, by their type; shown to administrators only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Map<String, Value>>,
    /// The schema that its traits follow.
    pub schema_id: String,
    /// Where that schema can be read.
    pub schema_url: String,
    /// Whether it may sign in.
    pub state: State,
    /// When that was decided.
    pub state_changed_at: Option<Time>,
    /// What is known of it, as its schema says.
    pub traits: Value,
    /// Addresses that are, or are to be, verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verifiable_addresses: Vec<VerifiableAddress>,
    /// Addresses by which access can be recovered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recovery_addresses: Vec<RecoveryAddress>,
    /// What applications keep with it and the person may see.
    pub metadata_public: Option<Value>,
    /// What applications keep with it and only administrators may see: absent where it is not to be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata_admin: Option<Value>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    /// The organization that it belongs to.
    pub organization_id: Option<Uuid>,
}

/// An address that is, or is to be, verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifiableAddress {
    /// The address' id.
    pub id: Uuid,
    /// The address itself, in its canonical form.
    pub value: String,
    /// Whether somebody has shown that it is theirs.
    pub verified: bool,
    /// How it is reached: `email` or `sms`.
    pub via: Text,
    /// `pending`, `sent` or `completed`.
    pub status: Text,
    /// When it was verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Time>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// An address by which access can be recovered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryAddress {
    /// The address' id.
    pub id: Uuid,
    /// The address itself, in its canonical form.
    pub value: String,
    /// How it is reached: `email` or `sms`.
    pub via: Text,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}
