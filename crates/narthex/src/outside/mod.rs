//! Requests to other servers: schemas, the OAuth2 provider, web hooks, breach look-ups. Bounded in time and size.
//! Never decides what an answer means. Next: `trust.rs` for whose certificates are believed.

mod trust;

use std::time::Duration;

use http::{HeaderMap, Method};

/// The largest answer that is read.
const ANSWER_LIMIT: usize = 5 * 1024 * 1024;

/// A client for all that the server asks of others.
#[derive(Clone)]
pub struct Outside {
    client: reqwest::Client,
}

/// What another server answered.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum OutsideError {
    /// Nobody answered in time.
    #[error("{0} did not answer in time")]
    TimedOut(String),
    /// The request could not be made, or the answer not be read.
    #[error("{url} could not be asked: {reason}")]
    Failed {
        /// Who was asked, without a query.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// The answer was not what was asked for.
    #[error("{url} answered {status}")]
    Status {
        /// Who was asked, without a query.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// There is no client to ask with.
    #[error("requests to other servers cannot be made: {0}")]
    NoClient(String),
    /// The answer is too large.
    #[error("{0} answered with more than 5 MiB")]
    TooLarge(String),
}

/// A request to another server.
pub struct Ask<'a> {
    /// How.
    pub method: Method,
    /// Whom.
    pub url: &'a str,
    /// With what.
    pub headers: HeaderMap,
    /// The body, if there is one.
    pub body: Option<Vec<u8>>,
    /// How long an answer may take, connecting included.
    pub timeout: Duration,
}

impl Outside {
    /// A client that keeps connections open and follows no redirects.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new() -> Result<Self, OutsideError> {
        let failed = |error: &dyn std::fmt::Display| OutsideError::NoClient(error.to_string());
        let client = reqwest::Client::builder()
            .user_agent(concat!("narthex/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(5))
            .pool_idle_timeout(Duration::from_secs(30))
            .redirect(reqwest::redirect::Policy::none())
            .tls_backend_preconfigured(trust::tls().map_err(|error| failed(&error))?)
            .build()
            .map_err(|error| failed(&error))?;
        Ok(Self { client })
    }

    /// The client itself, for those who make requests of their own.
    pub fn client(&self) -> reqwest::Client {
        self.client.clone()
    }

    /// Asks, and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// Where there is no answer, or too much of one.
    pub async fn ask(&self, ask: Ask<'_>) -> Result<Answer, OutsideError> {
        let place = place(ask.url);
        let failed = |error: reqwest::Error| {
            if error.is_timeout() {
                return OutsideError::TimedOut(place.clone());
            }
            let error = error.without_url();
            let mut reason = error.to_string();
            let mut cause = std::error::Error::source(&error);
            while let Some(deeper) = cause {
                reason = format!("{reason}: {deeper}");
                cause = deeper.source();
            }
            OutsideError::Failed { url: place.clone(), reason }
        };
        let mut request = self.client.request(ask.method, ask.url).headers(ask.headers).timeout(ask.timeout);
        if let Some(body) = ask.body {
            request = request.body(body);
        }
        let mut response = request.send().await.map_err(failed)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&chunk);
            if body.len() > ANSWER_LIMIT {
                return Err(OutsideError::TooLarge(place));
            }
        }
        Ok(Answer { status, headers, body })
    }

    /// The text at `url`, if it is answered with 200.
    ///
    /// # Errors
    /// Where there is no answer, or one of another status, or no text.
    pub async fn get_text(&self, url: &str) -> Result<String, OutsideError> {
        let ask = Ask { method: Method::GET, url, headers: HeaderMap::new(), body: None, timeout: Duration::from_secs(10) };
        let answer = self.ask(ask).await?;
        if answer.status != 200 {
            return Err(OutsideError::Status { url: place(url), status: answer.status });
        }
        String::from_utf8(answer.body)
            .map_err(|_| OutsideError::Failed { url: place(url), reason: "the answer is no UTF-8 text".to_owned() })
    }
}

/// A URL as far as it may be shown: without user, password, query and fragment.
fn place(url: &str) -> String {
    let Ok(mut url) = url::Url::parse(url) else { return "the address".to_owned() };
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}
