//! What deliveries and texts need from beyond the database: a client for HTTP and an interpreter for Jsonnet.
//! Never built here: the server shares its own, with its rules on private networks and its worker processes.
//! Next: `channel/http.rs` and `document.rs` use it.

use narthex_jsonnet::Evaluator;

/// The means that the server lends.
#[derive(Clone, Debug)]
pub struct Outside {
    /// Carries messages over HTTP and fetches texts; its connect timeout is the client's own.
    pub http: reqwest::Client,
    /// Makes the bodies of requests.
    pub jsonnet: Evaluator,
}
