//! Requests to the admin listener, tried again where that may help.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, LINK, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode};
use url::Url;

use crate::answer::Answer;
use crate::error::ClientError;
use crate::tls::TlsFiles;

/// How often a request is tried.
const TRIES: u32 = 5;
/// The pause after the first failure; it doubles with each further one.
const PAUSE: Duration = Duration::from_millis(200);
/// The longest pause that a server's `Retry-After` is followed for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long an answer may take: long enough for a batch of passwords to be hashed.
const TIMEOUT: Duration = Duration::from_secs(300);

/// Whom to talk to, and as whom.
#[derive(Clone, Default)]
pub struct Settings {
    /// The admin listener's address; paths are added to it as they are.
    pub endpoint: String,
    /// The key that the listener asks for.
    pub api_key: Option<String>,
    /// Certificates.
    pub tls: TlsFiles,
}

/// Sends requests to one server.
#[derive(Clone)]
pub(crate) struct Http {
    base: String,
    client: reqwest::Client,
}

/// A request that can be sent again.
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) body: Option<Vec<u8>>,
}

impl Http {
    pub(crate) fn new(settings: &Settings) -> Result<Self, ClientError> {
        let base = Url::parse(&settings.endpoint)
            .map_err(|error| ClientError::Settings(format!("the endpoint {} is no URL: {error}", settings.endpoint)))?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(ClientError::Settings(format!("the endpoint {} begins with neither http:// nor https://", settings.endpoint)));
        }
        let mut headers = HeaderMap::new();
        if let Some(key) = &settings.api_key {
            let mut value = HeaderValue::from_str(&format!("Bearer {key}"))
                .map_err(|_| ClientError::Settings("the key for the admin listener holds characters that no header may have".to_owned()))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let client = reqwest::Client::builder()
            .user_agent(concat!("narthex/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(10))
            .timeout(TIMEOUT)
            .default_headers(headers)
            .tls_backend_preconfigured(settings.tls.config()?)
            .build()
            .map_err(|error| ClientError::Settings(error.to_string()))?;
        Ok(Self { base: settings.endpoint.clone(), client })
    }

    /// Sends a request until it is answered by something other than "not now".
    pub(crate) async fn send(&self, request: &Request) -> Result<Answer, ClientError> {
        let mut repeated = false;
        let mut pause = PAUSE;
        for attempt in 1.. {
            let last = attempt >= TRIES;
            match self.once(request).await {
                Ok(response) if !last && is_temporary(response.status()) => {
                    let asked = retry_after(&response).unwrap_or(pause).min(LONGEST_PAUSE);
                    tokio::time::sleep(asked).await;
                }
                Ok(response) => return self.read(request, response, repeated).await,
                Err(error) if !last => {
                    // Where no connection came about, the server has seen nothing.
                    repeated |= !error.is_connect();
                    tokio::time::sleep(pause).await;
                }
                Err(error) => return Err(self.unreachable(request, error)),
            }
            pause *= 2;
        }
        Err(ClientError::Settings("no request was sent".to_owned()))
    }

    async fn once(&self, request: &Request) -> Result<Response, reqwest::Error> {
        let mut builder = self.client.request(request.method.clone(), format!("{}{}", self.base, request.target));
        builder = builder.header(reqwest::header::ACCEPT, "application/json");
        if let Some(body) = &request.body {
            builder = builder.header(reqwest::header::CONTENT_TYPE, "application/json").body(body.clone());
        }
        builder.send().await
    }

    async fn read(&self, request: &Request, response: Response, repeated: bool) -> Result<Answer, ClientError> {
        let status = response.status().as_u16();
        let link = response.headers().get(LINK).and_then(|link| link.to_str().ok()).map(str::to_owned);
        let body = response.bytes().await.map_err(|error| self.unreachable(request, error))?.to_vec();
        Ok(Answer { status, link, body, repeated })
    }

    fn unreachable(&self, request: &Request, error: reqwest::Error) -> ClientError {
        let error = error.without_url();
        let mut reason = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(deeper) = cause {
            reason = format!("{reason}: {deeper}");
            cause = deeper.source();
        }
        ClientError::Unreachable { url: self.place(request), reason }
    }

    /// Where a request goes, as far as that may be shown.
    pub(crate) fn place(&self, request: &Request) -> String {
        let path = request.target.split('?').next().unwrap_or_default();
        match Url::parse(&format!("{}{path}", self.base)) {
            Ok(mut url) => {
                let _ = url.set_username("");
                let _ = url.set_password(None);
                url.into()
            }
            Err(_) => "the endpoint".to_owned(),
        }
    }
}

fn is_temporary(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    )
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}
