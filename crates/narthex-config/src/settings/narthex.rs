//! `narthex`: the keys that the reference server does not know.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::{Protection, SessionLimits};
use crate::value::{Secret, UrlRef, bytes, duration};

/// `narthex`.
#[derive(Clone, Debug, Deserialize)]
pub struct Narthex {
    /// Where the server keeps what it makes itself: database, generated secrets.
    pub data_dir: PathBuf,
    /// Proxies whose forwarding headers are believed, as addresses or CIDR blocks; `None` believes everyone, as the reference server does.
    pub trusted_proxies: Option<Vec<String>>,
    /// The one header in which the proxies tell the client's address.
    pub client_address_header: Option<String>,
    /// Documents that identity schemas may refer to.
    #[serde(default)]
    pub schema_references: Vec<UrlRef>,
    /// The server's own pages.
    pub ui: Ui,
    /// Bounds.
    pub limits: Limits,
    /// Removal of what has expired.
    pub cleanup: Cleanup,
    /// The development mailbox.
    pub mailbox: Mailbox,
    /// The admin API.
    pub admin: Admin,
    /// Messages.
    pub courier: KeptMessages,
    /// Web hooks.
    pub webhooks: WebHooks,
    /// Protection against guessing.
    pub security: Protection,
    /// How sessions end before their time, and how long they are remembered.
    pub session: SessionLimits,
    /// The audit log.
    pub audit: Audit,
}

/// `narthex.courier`.
#[derive(Clone, Debug, Deserialize)]
pub struct KeptMessages {
    /// How long settled messages are kept; zero keeps them for ever.
    #[serde(deserialize_with = "duration")]
    pub retention: Duration,
}

/// `narthex.webhooks`.
#[derive(Clone, Debug, Deserialize)]
pub struct WebHooks {
    /// What signs calls.
    pub secrets: Vec<Secret>,
    /// Calls that nobody waits for.
    pub outbox: Outbox,
}

/// `narthex.webhooks.outbox`.
#[derive(Clone, Debug, Deserialize)]
pub struct Outbox {
    /// Whether such calls are kept until they are delivered.
    pub enabled: bool,
    /// Tries after the first.
    pub retries: u32,
    /// The pause before the second try.
    #[serde(deserialize_with = "duration")]
    pub pause: Duration,
    /// How long settled calls are kept; zero keeps them for ever.
    #[serde(deserialize_with = "duration")]
    pub retention: Duration,
}

/// `narthex.audit`.
#[derive(Clone, Debug, Deserialize)]
pub struct Audit {
    /// Whether events are kept.
    pub enabled: bool,
    /// How long; zero is for ever.
    #[serde(deserialize_with = "duration")]
    pub retention: Duration,
}

/// `narthex.admin`.
#[derive(Clone, Debug, Deserialize)]
pub struct Admin {
    /// Whether new identities may bring their id along.
    pub own_ids: bool,
    /// The keys that the admin listener takes; without any, nobody is asked.
    #[serde(default)]
    pub api_keys: Vec<ApiKey>,
    /// A file of the authorities whose clients may connect to the admin listener.
    pub client_ca: Option<PathBuf>,
}

/// An entry of `narthex.admin.api_keys`.
#[derive(Clone, Debug, Deserialize)]
pub struct ApiKey {
    /// What the key is called in records.
    pub name: String,
    /// `sha256:` and the digest of the key in hexadecimal digits.
    pub hash: Secret,
}

/// `narthex.ui`.
#[derive(Clone, Debug, Deserialize)]
pub struct Ui {
    /// `Some(true)`: flows without a `ui_url` lead to the own pages; `None`: the pages are there, but flows lead to the
    /// reference server's default addresses; `Some(false)`: there are no pages.
    pub enabled: Option<bool>,
    /// How they look.
    pub brand: Brand,
    /// The language, a BCP 47 tag; `None` leaves it to the browser, and to the person who gets a message.
    pub locale: Option<String>,
}

impl Ui {
    /// Whether the own pages are served at all.
    pub fn served(&self) -> bool {
        self.enabled != Some(false)
    }
}

/// `narthex.ui.brand`.
#[derive(Clone, Debug, Deserialize)]
pub struct Brand {
    /// The name in titles and headings.
    pub name: String,
    /// A picture above the form.
    pub logo_url: Option<UrlRef>,
    /// The accent colour, `#rrggbb`.
    pub color: String,
}

/// `narthex.limits`.
#[derive(Clone, Debug, Deserialize)]
pub struct Limits {
    /// How many password hashes may wait before requests are turned away.
    pub hash_queue: usize,
    /// The largest request body, in bytes.
    #[serde(deserialize_with = "bytes")]
    pub body_bytes: u64,
}

/// `narthex.cleanup`.
#[derive(Clone, Debug, Deserialize)]
pub struct Cleanup {
    /// The pause between two rounds; zero switches it off.
    #[serde(deserialize_with = "duration")]
    pub interval: Duration,
    /// Rows removed at a time.
    pub batch_size: u32,
}

/// `narthex.mailbox`.
#[derive(Clone, Debug, Deserialize)]
pub struct Mailbox {
    /// Keeps mail instead of sending it, to be read on the admin listener.
    pub enabled: bool,
}
