//! `selfservice.methods.webauthn`, `selfservice.methods.passkey`.

use std::time::Duration;

use serde::Deserialize;

use crate::value::some_duration;

/// `selfservice.methods.webauthn`.
#[derive(Clone, Debug, Deserialize)]
pub struct WebAuthnMethod {
    /// Whether it is offered.
    pub enabled: bool,
    /// Its settings.
    pub config: WebAuthnSettings,
}

/// `selfservice.methods.webauthn.config`.
#[derive(Clone, Debug, Deserialize)]
pub struct WebAuthnSettings {
    /// First factor instead of second.
    pub passwordless: bool,
    /// Who asks; present whenever the method is enabled.
    pub rp: Option<RelyingParty>,
}

/// The relying party of WebAuthn.
#[derive(Clone, Debug, Deserialize)]
pub struct RelyingParty {
    /// The domain.
    pub id: String,
    /// The name that people see.
    pub display_name: String,
    /// Where pages may ask from; the public base URL's scheme and the domain unless configured.
    pub origins: Vec<String>,
}

/// `selfservice.methods.passkey`.
#[derive(Clone, Debug, Deserialize)]
pub struct PasskeyMethod {
    /// Whether it is offered.
    pub enabled: bool,
    /// Its settings.
    pub config: PasskeySettings,
}

/// `selfservice.methods.passkey.config`.
#[derive(Clone, Debug, Deserialize)]
pub struct PasskeySettings {
    /// Who asks.
    pub rp: Option<RelyingParty>,
    /// Which authenticators are welcome.
    pub authenticator_selection: AuthenticatorSelection,
    /// Whether they prove what they are.
    pub attestation: Attestation,
    /// How long a ceremony may take.
    pub timeouts: PasskeyTimeouts,
}

/// `selfservice.methods.passkey.config.authenticator_selection`.
#[derive(Clone, Debug, Deserialize)]
pub struct AuthenticatorSelection {
    /// Built in or roaming; absent is any.
    pub attachment: Option<Attachment>,
    /// Whether the key lives on the authenticator.
    pub resident_key: Requirement,
    /// Whether the authenticator checks the person.
    pub user_verification: Requirement,
}

/// Built in or roaming.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attachment {
    /// Built into the device.
    Platform,
    /// Carried around.
    CrossPlatform,
}

/// How much something matters (WebAuthn Level 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the standard's own values")]
pub enum Requirement {
    Required,
    Preferred,
    Discouraged,
}

/// `selfservice.methods.passkey.config.attestation`.
#[derive(Clone, Debug, Deserialize)]
pub struct Attestation {
    /// What is asked for.
    pub preference: AttestationPreference,
}

/// How an authenticator proves what it is (WebAuthn Level 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the standard's own values")]
pub enum AttestationPreference {
    None,
    Indirect,
    Direct,
    Enterprise,
}

/// `selfservice.methods.passkey.config.timeouts`.
#[derive(Clone, Debug, Deserialize)]
pub struct PasskeyTimeouts {
    /// At registration.
    #[serde(default, deserialize_with = "some_duration")]
    pub registration: Option<Duration>,
    /// At login.
    #[serde(default, deserialize_with = "some_duration")]
    pub login: Option<Duration>,
}
