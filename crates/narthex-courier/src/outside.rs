//! What deliveries and texts need from beyond the database: HTTP, a rule about mail servers, and an interpreter for Jsonnet.
//! Never built here: the server shares its own, with its rules on private networks and its worker processes.
//! Next: `channel` and `document.rs` use it.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use narthex_jsonnet::Evaluator;
use url::Url;

/// The means that the server lends.
#[derive(Clone, Debug)]
pub struct Outside {
    /// Carries messages over HTTP and fetches texts; its connect timeout is the client's own.
    pub http: Http,
    /// Which addresses mail servers may not have (`clients.smtp.disallow_private_ip_ranges`); without it they may have any.
    pub forbidden: Option<fn(IpAddr) -> bool>,
    /// Makes the bodies of requests.
    pub jsonnet: Evaluator,
}

type Choose = dyn Fn(&Url) -> Result<reqwest::Client, String> + Send + Sync;

/// Gives the client for an address, or says why nobody may be asked there.
#[derive(Clone)]
pub struct Http(Arc<Choose>);

impl Http {
    /// What `choose` says.
    pub fn new(choose: impl Fn(&Url) -> Result<reqwest::Client, String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(choose))
    }

    pub(crate) fn client(&self, url: &Url) -> Result<reqwest::Client, String> {
        (self.0)(url)
    }
}

impl From<reqwest::Client> for Http {
    fn from(client: reqwest::Client) -> Self {
        Self::new(move |_| Ok(client.clone()))
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http(..)")
    }
}
