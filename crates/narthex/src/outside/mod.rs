//! Requests to other servers: schemas, the OAuth2 provider, web hooks, breach look-ups. Bounded in time and size.
//! Never decides what an answer means. Next: `trust.rs` for whose certificates are believed, `guard.rs` for who is not asked,
//! `redirect.rs` for where an answer leads.

mod guard;
mod redirect;
mod trust;

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use http::{HeaderMap, Method};
use narthex_config::HttpClient;
use url::Url;

pub use guard::is_private;

use guard::{Private, PublicOnly, Rules, Ruling};

/// The largest answer that is read.
const ANSWER_LIMIT: usize = 5 * 1024 * 1024;
/// Requests that are made in a row because one redirects to the next.
const REDIRECTS: usize = 10;

/// A client for all that the server asks of others.
#[derive(Clone)]
pub struct Outside {
    /// Connects anywhere.
    free: reqwest::Client,
    /// Connects where names lead in public. Its connections are its own, so that none that is open already leads elsewhere.
    public: reqwest::Client,
    rules: Arc<ArcSwap<Rules>>,
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
    /// Nobody may be asked there.
    #[error("{0} is in a private network, where nobody may be asked (clients.http.disallow_private_ip_ranges)")]
    Forbidden(String),
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
    /// A client that keeps connections open, follows no redirects, and asks only whom these rules allow.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(http: &HttpClient) -> Result<Self, OutsideError> {
        let failed = |error: &dyn std::fmt::Display| OutsideError::NoClient(error.to_string());
        let tls = trust::tls().map_err(|error| failed(&error))?;
        let builder = || {
            reqwest::Client::builder()
                .user_agent(concat!("narthex/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(Duration::from_secs(5))
                .pool_idle_timeout(Duration::from_secs(30))
                .redirect(reqwest::redirect::Policy::none())
                .tls_backend_preconfigured(tls.clone())
        };
        let free = builder().build().map_err(|error| failed(&error))?;
        let public = builder().dns_resolver(Arc::new(PublicOnly)).build().map_err(|error| failed(&error))?;
        Ok(Self { free, public, rules: Arc::new(ArcSwap::from_pointee(Rules::new(http))) })
    }

    /// Follows these rules from now on, and so do all clones.
    pub fn follow(&self, http: &HttpClient) {
        self.rules.store(Arc::new(Rules::new(http)));
    }

    /// The same, following these rules; this one follows its own as before.
    #[must_use]
    pub fn following(&self, http: &HttpClient) -> Self {
        Self { rules: Arc::new(ArcSwap::from_pointee(Rules::new(http))), ..self.clone() }
    }

    /// The client for requests to this address, for those who make requests of their own.
    ///
    /// # Errors
    /// Where nobody may be asked there.
    pub fn client(&self, url: &Url) -> Result<reqwest::Client, OutsideError> {
        match self.rules.load().rule(url) {
            Ruling::Free => Ok(self.free.clone()),
            Ruling::Public => Ok(self.public.clone()),
            Ruling::Refused => Err(OutsideError::Forbidden(place(url.as_str()))),
        }
    }

    /// The same for the courier.
    pub fn for_courier(&self) -> narthex_courier::Http {
        let outside = self.clone();
        narthex_courier::Http::new(move |url| outside.client(url).map_err(|error| error.to_string()))
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
                if deeper.is::<Private>() {
                    return OutsideError::Forbidden(place.clone());
                }
                reason = format!("{reason}: {deeper}");
                cause = deeper.source();
            }
            OutsideError::Failed { url: place.clone(), reason }
        };
        let url = Url::parse(ask.url).map_err(|error| OutsideError::Failed { url: place.clone(), reason: error.to_string() })?;
        let mut request = self.client(&url)?.request(ask.method, url).headers(ask.headers).timeout(ask.timeout);
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

    /// As [`ask`](Self::ask), to wherever redirects lead: each address is looked at as the first one is. The request stays what it is,
    /// so that it arrives; only `303` asks for something else, and has taken the request already.
    ///
    /// # Errors
    /// Those of [`ask`](Self::ask), and where redirects lead on and on or away from TLS.
    pub async fn ask_along(&self, mut ask: Ask<'_>) -> Result<Answer, OutsideError> {
        let end = Instant::now() + ask.timeout;
        let mut from = ask.url.to_owned();
        for _ in 0..REDIRECTS {
            let now = Ask { url: &from, method: ask.method.clone(), headers: ask.headers.clone(), body: ask.body.clone(), ..ask };
            let answer = self.ask(now).await?;
            let Some(to) = redirect::target(&from, &answer) else { return Ok(answer) };
            if Url::parse(&from).is_ok_and(|from| from.scheme() == "https") && to.scheme() != "https" {
                return Err(OutsideError::Failed { url: place(&from), reason: "it redirects away from TLS".to_owned() });
            }
            redirect::strip(&mut ask.headers, &from, &to);
            ask.timeout = end.saturating_duration_since(Instant::now());
            from = to.into();
        }
        Err(OutsideError::Failed { url: place(&from), reason: "it redirects too often".to_owned() })
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
pub(crate) fn place(url: &str) -> String {
    let Ok(mut url) = url::Url::parse(url) else { return "the address".to_owned() };
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}
