//! `selfservice.methods`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::hooks::HttpAuth;
use crate::value::{Secret, UrlRef, duration, some_duration};

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

/// `selfservice.methods.oidc`.
#[derive(Clone, Debug, Deserialize)]
pub struct OidcMethod {
    /// Whether it is offered.
    pub enabled: bool,
    /// Its settings.
    pub config: OidcSettings,
}

/// `selfservice.methods.oidc.config`.
#[derive(Clone, Debug, Deserialize)]
pub struct OidcSettings {
    /// What redirect addresses are built on; the public base URL unless configured.
    pub base_redirect_uri: UrlRef,
    /// The providers, in order.
    #[serde(default)]
    pub providers: Vec<OidcProvider>,
}

/// One item of `selfservice.methods.oidc.config.providers`.
#[derive(Clone, Debug, Deserialize)]
pub struct OidcProvider {
    /// Its name in addresses and credentials.
    pub id: String,
    /// The implementation, such as `generic` or `google`.
    pub provider: String,
    /// What the button says.
    pub label: Option<String>,
    /// Ours at the provider.
    pub client_id: String,
    /// The secret that goes with it; absent only for Apple.
    pub client_secret: Option<Secret>,
    /// The issuer or base URL.
    pub issuer_url: Option<UrlRef>,
    /// Where people are sent, if not discovered.
    pub auth_url: Option<UrlRef>,
    /// Where codes are exchanged, if not discovered.
    pub token_url: Option<UrlRef>,
    /// The Jsonnet that turns claims into traits.
    pub mapper_url: UrlRef,
    /// What is asked for.
    #[serde(default)]
    pub scope: Vec<String>,
    /// The `claims` parameter (OpenID Connect Core, section 5.5).
    pub requested_claims: Option<Value>,
    /// Microsoft's tenant.
    pub microsoft_tenant: Option<String>,
    /// Where Microsoft's subject comes from.
    pub subject_source: MicrosoftSubject,
    /// Apple's team.
    pub apple_team_id: Option<String>,
    /// The id of Apple's key.
    pub apple_private_key_id: Option<String>,
    /// Apple's key.
    pub apple_private_key: Option<Secret>,
    /// Hides it from everyone but this organisation.
    pub organization_id: Option<String>,
    /// Further audiences of submitted ID tokens.
    #[serde(default)]
    pub additional_id_token_audiences: Vec<String>,
    /// Where claims come from.
    pub claims_source: ClaimsSource,
    /// Proof Key for Code Exchange (RFC 7636).
    pub pkce: Pkce,
    /// What happens when the identifier belongs to someone already.
    pub account_linking_mode: AccountLinking,
    /// Whether traits follow the provider.
    pub update_identity_on_login: UpdateIdentity,
    /// `acr` values that count as two factors.
    #[serde(default)]
    pub aal2_acr_values: Vec<String>,
    /// `amr` values that count as two factors.
    #[serde(default)]
    pub aal2_amr_values: Vec<String>,
    /// Federated Credential Management.
    pub fedcm_config_url: Option<UrlRef>,
    /// The `Origin` header that netID asks for.
    pub net_id_token_origin_header: Option<String>,
}

/// Where Microsoft's subject comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MicrosoftSubject {
    /// The user-info endpoint.
    Userinfo,
    /// Graph's `/me`.
    Me,
    /// The `oid` claim.
    Oid,
}

/// Where claims come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimsSource {
    /// The ID token.
    IdToken,
    /// The user-info endpoint.
    Userinfo,
}

/// Proof Key for Code Exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pkce {
    /// When the provider announces it.
    Auto,
    /// Not at all.
    Never,
    /// Always, with one redirect address for all providers.
    Force,
}

/// What happens when the identifier belongs to someone already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountLinking {
    /// The person shows an existing credential first.
    ConfirmWithExistingCredential,
    /// Linked at once when the provider has verified the address.
    Automatic,
}

/// Whether traits follow the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateIdentity {
    /// They stay as they were.
    Never,
    /// They are mapped again at each login.
    Automatic,
}

/// `selfservice.methods.b2b`.
#[derive(Clone, Debug, Deserialize)]
pub struct B2bMethod {
    /// Its settings.
    pub config: B2bSettings,
}

/// `selfservice.methods.b2b.config`.
#[derive(Clone, Debug, Deserialize)]
pub struct B2bSettings {
    /// The organisations.
    #[serde(default)]
    pub organizations: Vec<Organization>,
}

/// One organisation.
#[derive(Clone, Debug, Deserialize)]
pub struct Organization {
    /// Its id.
    pub id: Option<Uuid>,
    /// Its name.
    pub label: Option<String>,
    /// The domains of its addresses.
    #[serde(default)]
    pub domains: Vec<String>,
    /// How long its members' sessions last, if not as long as others'.
    #[serde(default, deserialize_with = "some_duration")]
    pub session_lifespan: Option<Duration>,
}
