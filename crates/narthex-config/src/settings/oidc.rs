//! `selfservice.methods.oidc`, `selfservice.methods.b2b`.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::value::{Secret, UrlRef, some_duration};

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
