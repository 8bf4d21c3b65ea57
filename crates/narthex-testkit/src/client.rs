//! HTTP as browsers, apps and operators speak it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version};
use serde_json::Value;

/// Somebody who talks to the server. Redirects are answers, not followed.
#[derive(Clone)]
pub struct Client {
    base: String,
    http: reqwest::Client,
    headers: HeaderMap,
    jar: Option<Arc<Mutex<BTreeMap<String, String>>>>,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The version of HTTP.
    pub version: Version,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub text: String,
}

impl Client {
    /// A client of the server at `base` that says nothing about itself and asks for nobody's certificate.
    ///
    /// # Panics
    /// Where no HTTP client can be made.
    pub fn new(base: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .tls_danger_accept_invalid_certs(true)
            .build()
            .expect("an HTTP client");
        Self { base: base.to_owned(), http, headers: HeaderMap::new(), jar: None }
    }

    /// The same with a cookie jar of its own.
    #[must_use]
    pub fn with_jar(mut self) -> Self {
        self.jar = Some(Arc::default());
        self
    }

    /// The same, asking for this media type.
    #[must_use]
    pub fn accepting(self, media: &str) -> Self {
        self.with_header(ACCEPT.as_str(), media)
    }

    /// The same, sending this header with every request.
    ///
    /// # Panics
    /// Where it is no header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(HeaderName::try_from(name).expect("a name"), HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
        self
    }

    /// The same, signed in with this session token.
    #[must_use]
    pub fn with_token(self, token: &str) -> Self {
        self.with_header("x-session-token", token)
    }

    /// The value of a cookie in the jar.
    ///
    /// # Panics
    /// Where another thread panicked while it held the jar.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.as_ref()?.lock().expect("the jar").get(name).cloned()
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(("application/json", body.to_string()))).await
    }

    /// POST of a form's fields, which are encoded here.
    ///
    /// # Panics
    /// Where the server does not answer.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encode = |text: &str| {
            text.bytes().fold(String::new(), |encoded, byte| {
                if byte.is_ascii_alphanumeric() {
                    encoded + char::from(byte).encode_utf8(&mut [0; 4])
                } else {
                    format!("{encoded}%{byte:02X}")
                }
            })
        };
        let body = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&");
        self.send(Method::POST, path, Some(("application/x-www-form-urlencoded", body))).await
    }

    /// A request with any method, JSON as body if there is one.
    pub async fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.send(method, path, body.map(|body| ("application/json", body.to_string()))).await
    }

    /// A request with any method and body. `path` may be a whole URL.
    ///
    /// # Panics
    /// Where the server does not answer.
    pub async fn send(&self, method: Method, path: &str, body: Option<(&str, String)>) -> Answer {
        let url = if path.contains("://") { path.to_owned() } else { format!("{}{path}", self.base) };
        let mut request = self.http.request(method.clone(), &url).headers(self.headers.clone());
        if let Some(cookies) = self.cookies() {
            request = request.header(COOKIE, cookies);
        }
        if let Some((media, body)) = body {
            request = request.header(CONTENT_TYPE, media).body(body);
        }
        let response = request.send().await.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
        let (status, version, headers) = (response.status(), response.version(), response.headers().clone());
        self.keep(&headers);
        let text = response.text().await.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
        Answer { status, version, headers, text }
    }

    fn cookies(&self) -> Option<String> {
        let jar = self.jar.as_ref()?.lock().expect("the jar");
        (!jar.is_empty()).then(|| jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; "))
    }

    fn keep(&self, headers: &HeaderMap) {
        let Some(jar) = &self.jar else { return };
        let mut jar = jar.lock().expect("the jar");
        for header in headers.get_all(SET_COOKIE).iter().filter_map(|header| header.to_str().ok()) {
            let (pair, attributes) = header.split_once(';').unwrap_or((header, ""));
            let Some((name, value)) = pair.split_once('=') else { continue };
            let ended = attributes.split(';').any(|attribute| attribute.trim().eq_ignore_ascii_case("max-age=0"));
            if ended || value.is_empty() {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    /// Where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in the answer {}: {}", self.status, self.text))
    }

    /// The text at this JSON pointer.
    ///
    /// # Panics
    /// Where there is no text.
    pub fn at(&self, pointer: &str) -> String {
        let json = self.json();
        let text = json.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("nothing at {pointer} of the answer {}: {}", self.status, self.text)).to_owned()
    }

    /// Where a redirect leads.
    ///
    /// # Panics
    /// Where the answer is none.
    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str()).unwrap_or_else(|| panic!("no redirect: {} {}", self.status, self.text))
    }

    /// The text of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Where the list that this is a page of goes on, by the header `Link`.
    pub fn next_page(&self) -> Option<String> {
        let next = self.header("link")?.split(',').find(|link| link.contains("rel=\"next\""))?;
        Some(next.split('<').nth(1)?.split('>').next()?.to_owned())
    }

    /// The anti-forgery token in the form of a flow.
    ///
    /// # Panics
    /// Where the answer is no flow with such a token.
    pub fn csrf_token(&self) -> String {
        let json = self.json();
        let nodes = json.pointer("/ui/nodes").and_then(Value::as_array).unwrap_or_else(|| panic!("no flow: {} {}", self.status, self.text));
        let field = nodes.iter().find(|node| node.pointer("/attributes/name").is_some_and(|name| name == "csrf_token"));
        let value = field.and_then(|node| node.pointer("/attributes/value")).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("no csrf_token: {}", self.text)).to_owned()
    }
}
