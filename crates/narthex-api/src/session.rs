//! Sessions as clients see them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::identity::Identity;
use crate::{Text, Time};

/// That somebody is signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The session's id.
    pub id: Uuid,
    /// Whether it counts: neither revoked nor over.
    pub active: bool,
    /// When it ends.
    pub expires_at: Time,
    /// When the person last proved who they are.
    pub authenticated_at: Time,
    /// How sure that proof is: `aal1` or `aal2`.
    pub authenticator_assurance_level: Text,
    /// How it was proved.
    pub authentication_methods: Vec<AuthenticationMethod>,
    /// When it was begun.
    pub issued_at: Time,
    /// Who is signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// Where the person signed in.
    pub devices: Vec<Device>,
    /// The session as a signed token, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokenized: Option<String>,
}

/// One proof of who somebody is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuthenticationMethod {
    /// The method's name.
    pub method: Text,
    /// The assurance that it gives.
    pub aal: Text,
    /// When it was given.
    pub completed_at: Time,
    /// The provider, for social sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The organization, for single sign-on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
}

/// Where somebody signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The entry's id.
    pub id: Uuid,
    /// The client's address, as far as it is known.
    pub ip_address: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// City and country, as far as a proxy tells.
    pub location: Option<String>,
}
