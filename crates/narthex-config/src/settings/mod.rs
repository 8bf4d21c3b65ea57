//! The typed settings: structs that nest as the keys of `kratos.yml` do, so `config.session.cookie.name` is `session.cookie.name`.
//! They hold no default of their own and check nothing: values come merged, defaulted and checked. Nothing here reads a file.
//! Next: `keys/` for each key's default and meaning, `load.rs` for how a [`Config`] is made.

mod courier;
mod flows;
mod hooks;
mod methods;
mod narthex;
mod oidc;
mod outside;
mod passkeys;
mod protection;
mod secrets;
mod serve;
mod session;

pub use courier::*;
pub use flows::*;
pub use hooks::*;
pub use methods::*;
pub use narthex::*;
pub use oidc::*;
pub use outside::*;
pub use passkeys::*;
pub use protection::*;
pub use secrets::*;
pub use serve::*;
pub use session::*;

use serde::Deserialize;

use crate::tree::Merged;
use crate::value::{Secret, UrlRef};

/// The whole configuration of one server, immutable. Share it as `Arc<Config>`.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    /// The version of the configuration's format, as its author wrote it.
    pub version: Option<String>,
    /// Development mode: cookies need no TLS, hashing may be cheap, known example secrets pass.
    pub dev: bool,
    /// Whether the courier's worker runs inside `serve`.
    #[serde(rename = "watch-courier")]
    pub watch_courier: bool,
    /// The port of the metrics listener of `courier watch`; 0 is off.
    #[serde(rename = "expose-metrics-port")]
    pub expose_metrics_port: u16,
    /// What `GET /admin/health/config` answers; absent means a hash of the configuration.
    pub revision: Option<String>,
    /// The database's address.
    pub dsn: Secret,
    /// The listeners.
    pub serve: Serve,
    /// The log.
    pub log: Log,
    /// Distributed tracing.
    pub tracing: Tracing,
    /// Identity schemas.
    pub identity: Identity,
    /// Signing and encryption secrets.
    pub secrets: Secrets,
    /// Encryption of columns.
    pub ciphers: Ciphers,
    /// Password hashing.
    pub hashers: Hashers,
    /// Cookies in general.
    pub cookies: Cookies,
    /// Sessions and their cookie.
    pub session: Session,
    /// Security switches.
    pub security: Security,
    /// Outgoing requests.
    pub clients: Clients,
    /// The OAuth2 server that sends people here to log in.
    pub oauth2_provider: OAuth2Provider,
    /// Housekeeping of the database.
    pub database: Database,
    /// Outgoing messages.
    pub courier: Courier,
    /// Behaviours that can be switched.
    pub feature_flags: FeatureFlags,
    /// The flows and methods of self-service.
    pub selfservice: SelfService,
    /// Behaviours not yet settled in the reference server.
    pub preview: Preview,
    /// What the reference server does not know.
    pub narthex: Narthex,
    /// The document all of this was read from, for [`crate::reload`].
    #[serde(skip)]
    pub(crate) merged: Merged,
}

/// `identity`: which schemas there are.
#[derive(Clone, Debug, Deserialize)]
pub struct Identity {
    /// The schema that is used when none is asked for. It need not be in the list.
    pub default_schema_id: String,
    /// The schemas, in the configuration's order. Ids may repeat: the first one counts.
    pub schemas: Vec<IdentitySchema>,
}

/// One item of `identity.schemas`.
#[derive(Clone, Debug, Deserialize)]
pub struct IdentitySchema {
    /// The schema's name.
    pub id: String,
    /// Where it is read from: `file://`, `http://`, `https://` or `base64://`.
    pub url: UrlRef,
    /// Whether `identity_schema=<id>` may choose it in self-service. The default schema always may be chosen.
    pub selfservice_selectable: bool,
}

/// `preview`.
#[derive(Clone, Debug, Deserialize)]
pub struct Preview {
    /// How fresh reads must be on databases with followers.
    pub default_read_consistency_level: Consistency,
}

/// How fresh a read must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consistency {
    /// What was written before is seen.
    Strong,
    /// A short delay is acceptable.
    Eventual,
}

/// `selfservice`: what people do themselves.
#[derive(Clone, Debug, Deserialize)]
pub struct SelfService {
    /// Where a browser goes when nothing says otherwise.
    pub default_browser_return_url: UrlRef,
    /// Which values `return_to` may take: prefixes, with a wildcard in the host's first label.
    #[serde(default)]
    pub allowed_return_urls: Vec<UrlRef>,
    /// The flows.
    pub flows: Flows,
    /// The methods.
    pub methods: Methods,
}
