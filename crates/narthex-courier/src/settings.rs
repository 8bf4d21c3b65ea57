//! What the courier is told to do: how mail and text messages leave, and how hard to try.
//! Never reads a configuration file; the server fills these from its configuration.
//! Next: `channel` builds from it what delivers, `dispatcher` follows `Worker`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Everything that the dispatcher follows.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How mail leaves.
    pub email: Email,
    /// `courier.channels` of id `sms`: how text messages leave. Without it they fail, except in a server whose
    /// mail stays in the development mailbox: there they stay as well.
    pub sms: Option<HttpRequest>,
    /// How hard to try.
    pub worker: Worker,
    /// Whether messages can still be read once they are settled: for development only, since they hold codes and links.
    pub keeps_texts: bool,
}

/// How mail leaves.
#[derive(Clone, Debug)]
pub enum Email {
    /// Not at all: it counts as sent and can be read with [`mailbox`](crate::mailbox).
    Mailbox,
    /// By SMTP.
    Smtp(SmtpServer),
    /// By a request to a web server (`courier.delivery_strategy: http`).
    Http(HttpRequest),
    /// `courier.smtp.connection_uri` is not set: every try fails and says so.
    Missing,
}

/// `courier.worker` and `courier.message_retries`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worker {
    /// Messages of each channel taken from the queue at a time; 0 leaves them all there.
    pub pull_count: u32,
    /// The pause between two looks at an empty queue, and before the first retry; each further retry waits four times
    /// as long as the one before, ten minutes at most.
    pub pull_wait: Duration,
    /// Failed tries after which one more is made; past them a message is abandoned.
    pub message_retries: u32,
}

impl Default for Worker {
    fn default() -> Self {
        Self { pull_count: 10, pull_wait: Duration::from_secs(1), message_retries: 5 }
    }
}

/// `courier.smtp`.
#[derive(Clone)]
pub struct SmtpServer {
    /// `connection_uri`: `smtp://` or `smtps://`, with user and password, and `skip_ssl_verify`, `disable_starttls` and
    /// `server_name` as query.
    pub connection_uri: String,
    /// `from_address`.
    pub from_address: String,
    /// `from_name`.
    pub from_name: Option<String>,
    /// `headers`.
    pub headers: BTreeMap<String, String>,
    /// `local_name`: what we call ourselves in EHLO.
    pub local_name: String,
    /// `client_cert_path` and `client_key_path`, PEM.
    pub client_certificate: Option<ClientCertificate>,
}

impl std::fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The URI holds a password.
        f.debug_struct("SmtpServer").field("from_address", &self.from_address).finish_non_exhaustive()
    }
}

/// A certificate that shows the mail server who we are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// `courier.smtp.client_cert_path`.
    pub certificate: PathBuf,
    /// `courier.smtp.client_key_path`.
    pub key: PathBuf,
}

/// A request that carries a message (`request_config`).
#[derive(Clone)]
pub struct HttpRequest {
    /// The configuration key of this `request_config`, to tell where a mistake is.
    pub key: String,
    /// `url`.
    pub url: String,
    /// `method`.
    pub method: String,
    /// `headers`.
    pub headers: BTreeMap<String, String>,
    /// `auth`.
    pub auth: Option<HttpAuth>,
    /// `body`: the URI of the Jsonnet, a function of `ctx`; without it the reference's default fields are sent.
    pub body: Option<String>,
}

impl std::fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // URL and headers may hold tokens.
        f.debug_struct("HttpRequest").field("key", &self.key).field("method", &self.method).finish_non_exhaustive()
    }
}

/// How a request shows who sends it (`auth`).
#[derive(Clone)]
pub enum HttpAuth {
    /// `basic_auth` (RFC 7617).
    Basic {
        /// `user`.
        user: String,
        /// `password`.
        password: String,
    },
    /// `api_key` with `in: header`.
    Header {
        /// `name`.
        name: String,
        /// `value`.
        value: String,
    },
    /// `api_key` with `in: cookie`.
    Cookie {
        /// `name`.
        name: String,
        /// `value`.
        value: String,
    },
}
