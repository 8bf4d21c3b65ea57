//! `serve`, `log`, `tracing`.

use serde::Deserialize;
use url::Url;

use crate::value::Secret;

/// `serve`: the two listeners.
#[derive(Clone, Debug, Deserialize)]
pub struct Serve {
    /// The listener that browsers and apps reach.
    pub public: Listener,
    /// The listener that must stay inside.
    pub admin: Listener,
}

/// One listener.
#[derive(Clone, Debug, Deserialize)]
pub struct Listener {
    /// What others reach it under, path prefix and all; always ends with `/` when computed.
    pub base_url: Url,
    /// The address to bind, or `unix:` and a path.
    pub host: String,
    /// The port to bind.
    pub port: u16,
    /// Requests in the log.
    pub request_log: RequestLog,
    /// Owner and mode of a unix socket.
    pub socket: Socket,
    /// TLS from files or from the configuration itself.
    pub tls: Tls,
    /// Cross-origin requests; the admin listener has none.
    #[serde(default)]
    pub cors: Option<Cors>,
}

/// `serve.*.request_log`.
#[derive(Clone, Debug, Deserialize)]
pub struct RequestLog {
    /// Leaves requests to the health routes out of the log.
    pub disable_for_health: bool,
}

/// `serve.*.socket`.
#[derive(Clone, Debug, Deserialize)]
pub struct Socket {
    /// The owner's name; empty leaves it as it is.
    pub owner: String,
    /// The group's name; empty leaves it as it is.
    pub group: String,
    /// The permission bits.
    pub mode: u32,
}

/// `serve.*.tls`.
#[derive(Clone, Debug, Deserialize)]
pub struct Tls {
    /// The private key.
    pub key: TlsSource,
    /// The certificate chain.
    pub cert: TlsSource,
}

/// Where a key or a certificate comes from.
#[derive(Clone, Debug, Deserialize)]
pub struct TlsSource {
    /// A PEM file.
    pub path: Option<String>,
    /// PEM text, base64 encoded.
    pub base64: Option<Secret>,
}

/// Key and certificate given the same way, which is what switches TLS on.
#[derive(Clone, Copy, Debug)]
pub enum TlsMaterial<'a> {
    /// Two PEM files.
    Files {
        /// The private key's path.
        key: &'a str,
        /// The certificate chain's path.
        cert: &'a str,
    },
    /// Two base64 texts of PEM.
    Inline {
        /// The private key.
        key: &'a Secret,
        /// The certificate chain.
        cert: &'a Secret,
    },
}

impl Tls {
    /// Key and certificate, or `None` when TLS is off: it is on only when both are given the same way.
    pub fn material(&self) -> Option<TlsMaterial<'_>> {
        if let (Some(key), Some(cert)) = (&self.key.base64, &self.cert.base64) {
            return Some(TlsMaterial::Inline { key, cert });
        }
        match (&self.key.path, &self.cert.path) {
            (Some(key), Some(cert)) => Some(TlsMaterial::Files { key, cert }),
            _ => None,
        }
    }
}

/// `serve.public.cors`.
#[derive(Clone, Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "one field for each key")]
pub struct Cors {
    /// Whether cross-origin requests are answered at all.
    pub enabled: bool,
    /// Origins, each with at most one `*`; a lone `*` is every origin.
    pub allowed_origins: Vec<String>,
    /// Methods that a preflight may ask for.
    pub allowed_methods: Vec<String>,
    /// Request headers that a preflight may ask for.
    pub allowed_headers: Vec<String>,
    /// Response headers that a page may read.
    pub exposed_headers: Vec<String>,
    /// Whether cookies may be sent along.
    pub allow_credentials: bool,
    /// Passes preflights on to the routes.
    pub options_passthrough: bool,
    /// How long a preflight's answer may be kept, in seconds; 0 sends no such header.
    pub max_age: u64,
    /// Writes the decisions to the log.
    pub debug: bool,
}

/// `log`.
#[derive(Clone, Debug, Deserialize)]
pub struct Log {
    /// How much is written.
    pub level: LogLevel,
    /// How a line looks.
    pub format: LogFormat,
    /// Writes out what would otherwise be redacted.
    pub leak_sensitive_values: bool,
    /// What stands in the place of a redacted value.
    pub redaction_text: Option<String>,
}

/// How much is written to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum LogLevel {
    Panic,
    Fatal,
    Error,
    Warning,
    Info,
    Debug,
    Trace,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// `tracing`.
#[derive(Clone, Debug, Deserialize)]
pub struct Tracing {
    /// The exporter; absent is off.
    pub provider: Option<TracingProvider>,
    /// The name under which spans are reported.
    pub service_name: String,
    /// The environment that spans are marked with.
    pub deployment_environment: Option<String>,
    /// Settings of each exporter.
    pub providers: TracingProviders,
}

/// The exporter of spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TracingProvider {
    /// A Jaeger agent.
    Jaeger,
    /// An OpenTelemetry collector.
    Otel,
    /// A Zipkin collector.
    Zipkin,
}

/// `tracing.providers`.
#[derive(Clone, Debug, Deserialize)]
pub struct TracingProviders {
    /// `jaeger`.
    pub jaeger: Jaeger,
    /// `zipkin`.
    pub zipkin: Zipkin,
    /// `otlp`.
    pub otlp: Otlp,
}

/// `tracing.providers.jaeger`.
#[derive(Clone, Debug, Deserialize)]
pub struct Jaeger {
    /// The agent's host and port.
    pub local_agent_address: Option<String>,
    /// Which spans are kept.
    pub sampling: JaegerSampling,
}

/// `tracing.providers.jaeger.sampling`.
#[derive(Clone, Debug, Deserialize)]
pub struct JaegerSampling {
    /// Where the rules are read from.
    pub server_url: Option<String>,
    /// The share of traces that is kept, 0 to 1.
    pub trace_id_ratio: f64,
}

/// `tracing.providers.zipkin`.
#[derive(Clone, Debug, Deserialize)]
pub struct Zipkin {
    /// The collector.
    pub server_url: Option<String>,
    /// Which spans are kept.
    pub sampling: Sampling,
}

/// `tracing.providers.otlp`.
#[derive(Clone, Debug, Deserialize)]
pub struct Otlp {
    /// The collector's host and port.
    pub server_url: Option<String>,
    /// Sends without TLS.
    pub insecure: bool,
    /// Which spans are kept.
    pub sampling: Sampling,
    /// Sent as the `Authorization` header.
    pub authorization_header: Option<Secret>,
}

/// The share of traces that is kept.
#[derive(Clone, Debug, Deserialize)]
pub struct Sampling {
    /// From 0 to 1.
    pub sampling_ratio: f64,
}
