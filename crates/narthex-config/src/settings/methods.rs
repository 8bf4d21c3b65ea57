//! `selfservice.methods`: all but social sign-in and keys.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::hooks::HttpAuth;
use super::oidc::{B2bMethod, OidcMethod};
use super::passkeys::{PasskeyMethod, WebAuthnMethod};
use crate::value::{Secret, UrlRef, duration};

/// `selfservice.methods`.
#[derive(Clone, Debug, Deserialize)]
pub struct Methods {
    /// Editing traits.
    pub profile: Toggle,
    /// Passwords.
    pub password: PasswordMethod,
    /// One-time codes.
    pub code: CodeMethod,
    /// One-time links.
    pub link: LinkMethod,
    /// Time-based one-time passwords (RFC 6238).
    pub totp: TotpMethod,
    /// Backup codes.
    pub lookup_secret: Toggle,
    /// WebAuthn keys.
    pub webauthn: WebAuthnMethod,
    /// Passkeys.
    pub passkey: PasskeyMethod,
    /// Social sign-in.
    pub oidc: OidcMethod,
    /// Organisations.
    pub b2b: B2bMethod,
}

/// A method that can only be switched.
#[derive(Clone, Debug, Deserialize)]
pub struct Toggle {
    /// Whether it is offered.
    pub enabled: bool,
}

/// `selfservice.methods.password`.
#[derive(Clone, Debug, Deserialize)]
pub struct PasswordMethod {
    /// Whether it is offered.
    pub enabled: bool,
    /// Its settings.
    pub config: PasswordSettings,
}

/// `selfservice.methods.password.config`.
#[derive(Clone, Debug, Deserialize)]
pub struct PasswordSettings {
    /// The fewest bytes a password may have.
    pub min_password_length: usize,
    /// Whether known breaches are asked about.
    pub haveibeenpwned_enabled: bool,
    /// The host that is asked.
    pub haveibeenpwned_host: String,
    /// In how many breaches a password may have been seen.
    pub max_breaches: u32,
    /// Whether a password passes when nobody could be asked.
    pub ignore_network_errors: bool,
    /// Refuses a password that resembles the identifier.
    pub identifier_similarity_check_enabled: bool,
    /// Asks elsewhere when no hash is known.
    pub migrate_hook: MigrateHook,
}

/// `selfservice.methods.password.config.migrate_hook`.
#[derive(Clone, Debug, Deserialize)]
pub struct MigrateHook {
    /// Whether it is asked.
    pub enabled: bool,
    /// Whom.
    pub config: MigrateHookSettings,
}

/// `selfservice.methods.password.config.migrate_hook.config`.
#[derive(Clone, Debug, Deserialize)]
pub struct MigrateHookSettings {
    /// Where it goes.
    pub url: Option<UrlRef>,
    /// The HTTP method.
    pub method: String,
    /// The Jsonnet that makes the body.
    pub body: Option<String>,
    /// Further headers.
    #[serde(default)]
    pub headers: BTreeMap<String, Secret>,
    /// Whether it shows as an event in traces.
    pub emit_analytics_event: bool,
    /// How it shows who calls.
    pub auth: Option<HttpAuth>,
}

/// `selfservice.methods.code`.
#[derive(Clone, Debug, Deserialize)]
pub struct CodeMethod {
    /// Whether it is offered for recovery and verification; also on when it is a first factor.
    pub enabled: bool,
    /// Whether it signs people in and up by itself.
    pub passwordless_enabled: bool,
    /// Whether it is a second factor.
    pub mfa_enabled: bool,
    /// Its settings.
    pub config: CodeSettings,
}

/// `selfservice.methods.code.config`.
#[derive(Clone, Debug, Deserialize)]
pub struct CodeSettings {
    /// How long a code lasts.
    #[serde(deserialize_with = "duration")]
    pub lifespan: Duration,
    /// How often a code may be tried in one flow.
    pub max_submissions: u8,
    /// Lets people in by a verified address for which no code credential exists.
    pub missing_credential_fallback_enabled: bool,
}

/// `selfservice.methods.link`.
#[derive(Clone, Debug, Deserialize)]
pub struct LinkMethod {
    /// Whether it is offered.
    pub enabled: bool,
    /// Its settings.
    pub config: LinkSettings,
}

/// `selfservice.methods.link.config`.
#[derive(Clone, Debug, Deserialize)]
pub struct LinkSettings {
    /// How long a link lasts.
    #[serde(deserialize_with = "duration")]
    pub lifespan: Duration,
    /// What links are built on, where the request does not say.
    pub base_url: Option<String>,
}

/// `selfservice.methods.totp`.
#[derive(Clone, Debug, Deserialize)]
pub struct TotpMethod {
    /// Whether it is offered.
    pub enabled: bool,
    /// Its settings.
    pub config: TotpSettings,
}

/// `selfservice.methods.totp.config`.
#[derive(Clone, Debug, Deserialize)]
pub struct TotpSettings {
    /// The name that apps show; the public base URL's host unless configured.
    pub issuer: String,
}
