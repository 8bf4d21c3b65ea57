//! `courier`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::hooks::HttpAuth;
use crate::value::{Secret, UrlRef, duration};

/// `courier`: messages that leave the server.
#[derive(Clone, Debug, Deserialize)]
pub struct Courier {
    /// How mail leaves.
    pub delivery_strategy: DeliveryStrategy,
    /// How often a message is tried before it is given up.
    pub message_retries: i64,
    /// The worker.
    pub worker: CourierWorker,
    /// A directory whose files replace the built-in texts.
    pub template_override_path: Option<String>,
    /// Texts by kind of message.
    pub templates: BTreeMap<String, CourierTemplate>,
    /// Mail over SMTP.
    pub smtp: Smtp,
    /// Mail over HTTP.
    pub http: CourierHttp,
    /// Text messages.
    #[serde(default)]
    pub channels: Vec<CourierChannel>,
}

/// How mail leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStrategy {
    /// Over SMTP.
    Smtp,
    /// As a request to a web server.
    Http,
}

/// `courier.worker`.
#[derive(Clone, Debug, Deserialize)]
pub struct CourierWorker {
    /// Messages at a time; the reference server takes none for 0 and less.
    pub pull_count: i64,
    /// The pause between two looks at the queue.
    #[serde(deserialize_with = "duration")]
    pub pull_wait: Duration,
}

/// `courier.smtp`.
#[derive(Clone, Debug, Deserialize)]
pub struct Smtp {
    /// The server, as `smtp://` or `smtps://`, with user and password.
    pub connection_uri: Option<Secret>,
    /// The sender's address.
    pub from_address: String,
    /// The sender's name.
    pub from_name: Option<String>,
    /// Further headers of each mail.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// How we introduce ourselves.
    pub local_name: String,
    /// A client certificate; empty is none.
    pub client_cert_path: String,
    /// Its key; empty is none.
    pub client_key_path: String,
}

/// `courier.http`.
#[derive(Clone, Debug, Deserialize)]
pub struct CourierHttp {
    /// The request that carries a message.
    pub request_config: CourierRequest,
}

/// A request that carries a message.
#[derive(Clone, Debug, Deserialize)]
pub struct CourierRequest {
    /// Where it goes.
    pub url: Option<UrlRef>,
    /// The HTTP method.
    pub method: String,
    /// The Jsonnet that makes the body; absent for a channel that names none.
    pub body: Option<UrlRef>,
    /// Further headers.
    #[serde(default)]
    pub headers: BTreeMap<String, Secret>,
    /// How it shows who calls.
    pub auth: Option<HttpAuth>,
}

/// One item of `courier.channels`.
#[derive(Clone, Debug, Deserialize)]
pub struct CourierChannel {
    /// The channel: `sms`.
    pub id: String,
    /// The request that carries a message.
    pub request_config: CourierRequest,
}

/// The texts of one kind of message, each a URI of a template; what is absent is built in.
///
/// `verifiable_address_changed` has `email` and `sms` right here, the other kinds below `valid` and `invalid`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CourierTemplate {
    /// To someone we know.
    pub valid: MessageTexts,
    /// To someone we do not know.
    pub invalid: MessageTexts,
    /// The kinds that know no such difference.
    #[serde(flatten)]
    pub texts: MessageTexts,
}

/// The texts of one message.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MessageTexts {
    /// As mail.
    pub email: EmailTexts,
    /// As a text message.
    pub sms: SmsTexts,
}

/// The texts of a mail.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EmailTexts {
    /// The subject.
    pub subject: Option<UrlRef>,
    /// The body.
    pub body: BodyTexts,
}

/// The text of a text message.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SmsTexts {
    /// The body, plain text only.
    pub body: BodyTexts,
}

/// The bodies of one message.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct BodyTexts {
    /// HTML.
    pub html: Option<UrlRef>,
    /// Plain text.
    pub plaintext: Option<UrlRef>,
}
