//! `security`, `clients`, `oauth2_provider`, `database`, `feature_flags`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use crate::value::{Secret, UrlRef, duration, some_duration};

/// `security`.
#[derive(Clone, Debug, Deserialize)]
pub struct Security {
    /// Whether strangers may learn which accounts exist.
    pub account_enumeration: AccountEnumeration,
    /// Refuses references to files and web servers inside identity schemas.
    pub disallow_ref_in_identity_schemas: bool,
}

/// `security.account_enumeration`.
#[derive(Clone, Debug, Deserialize)]
pub struct AccountEnumeration {
    /// Hides whether an identifier is taken.
    pub mitigate: bool,
}

/// `clients`: outgoing requests.
#[derive(Clone, Debug, Deserialize)]
pub struct Clients {
    /// Requests over HTTP.
    pub http: HttpClient,
    /// Mail.
    pub smtp: SmtpClient,
    /// Web hooks.
    pub web_hook: WebHookClient,
}

/// `clients.http`.
#[derive(Clone, Debug, Deserialize)]
pub struct HttpClient {
    /// Refuses private addresses.
    pub disallow_private_ip_ranges: bool,
    /// Addresses that are let through all the same.
    pub private_ip_exception_urls: Vec<UrlRef>,
}

/// `clients.smtp`.
#[derive(Clone, Debug, Deserialize)]
pub struct SmtpClient {
    /// Refuses private addresses.
    pub disallow_private_ip_ranges: bool,
}

/// `clients.web_hook`.
#[derive(Clone, Debug, Deserialize)]
pub struct WebHookClient {
    /// Which headers of the caller's request a hook gets to see.
    pub header_allowlist: Vec<String>,
}

/// `oauth2_provider`.
#[derive(Clone, Debug, Deserialize)]
pub struct OAuth2Provider {
    /// The OAuth2 server's admin API; absent switches `login_challenge` off.
    pub url: Option<UrlRef>,
    /// Sent with each request there.
    #[serde(default)]
    pub headers: BTreeMap<String, Secret>,
    /// Takes the OAuth2 request's address as `return_to`.
    pub override_return_to: bool,
}

/// `database`.
#[derive(Clone, Debug, Deserialize)]
pub struct Database {
    /// The `cleanup sql` command.
    pub cleanup: DatabaseCleanup,
}

/// `database.cleanup`.
#[derive(Clone, Debug, Deserialize)]
pub struct DatabaseCleanup {
    /// Rows of each table in one run.
    pub batch_size: u32,
    /// Pauses.
    pub sleep: DatabaseCleanupSleep,
}

/// `database.cleanup.sleep`.
#[derive(Clone, Debug, Deserialize)]
pub struct DatabaseCleanupSleep {
    /// The pause between two tables.
    #[serde(deserialize_with = "duration")]
    pub tables: Duration,
}

/// `feature_flags`.
#[derive(Clone, Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "one field for each key")]
pub struct FeatureFlags {
    /// Tells proxies how long a session may be kept.
    pub cacheable_sessions: bool,
    /// At most this long.
    #[serde(default, deserialize_with = "some_duration")]
    pub cacheable_sessions_max_age: Option<Duration>,
    /// Recovery answers with `continue_with`.
    pub use_continue_with_transitions: bool,
    /// Recovery lets the person choose an address.
    pub choose_recovery_address: bool,
    /// Registration always adds `show_verification_ui`.
    pub legacy_continue_with_verification_ui: bool,
    /// `require_verified_address` answers with a message on the form.
    pub legacy_require_verified_login_error: bool,
    /// Extending a session answers without a body.
    pub faster_session_extend: bool,
    /// The form after social sign-in keeps its traits in the group `oidc`.
    pub legacy_oidc_registration_node_group: bool,
    /// Lets unsafe wildcards in CORS origins count.
    pub legacy_allow_insecure_origins: bool,
    /// Offers the addresses when a login is refreshed by code.
    pub refresh_login_choose_address: bool,
}
