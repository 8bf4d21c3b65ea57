//! Delivery by a request to a web server, whose body a Jsonnet snippet makes.
//! Never tries twice on its own; any answer from 200 to 299 is a delivery.
//! Next: `document.rs` has the snippet, `narthex-jsonnet` evaluates it.

use std::str::FromStr;
use std::time::Duration;

use narthex_jsonnet::{Arguments, Snippet};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use url::Url;

use super::Refusal;
use crate::document::Document;
use crate::error::CourierError;
use crate::outside::Outside;
use crate::settings::{HttpAuth, HttpRequest};
use crate::store::Outgoing;

/// How long a request may take as a whole.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The body where the configuration has none of its own.
const DEFAULT_BODY: &str = "function(ctx)
  local data = std.get(ctx, 'template_data', {});
  { [key]: ctx[key] for key in ['recipient', 'template_type', 'subject', 'body'] } +
  { [key]: std.get(data, key) for key in
    ['to', 'recovery_code', 'recovery_url', 'verification_url', 'verification_code'] }
";

/// A web server that takes messages.
pub(super) struct Http {
    outside: Outside,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Document<Snippet>,
    is_form: bool,
}

impl Http {
    pub(super) fn new(request: &HttpRequest, outside: &Outside) -> Result<Self, CourierError> {
        let wrong = |name: &str, reason: String| CourierError::new(format!("{}.{name}", request.key), reason);
        let url = Url::parse(&request.url).map_err(|error| wrong("url", format!("is no URL: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("url", format!("has scheme {}, not http or https", url.scheme())));
        }
        let method = Method::from_str(&request.method).map_err(|_| wrong("method", "is no HTTP method".into()))?;
        let headers = headers(request)?;
        let name = format!("{}.body", request.key);
        let parse = move |text: &str| Snippet::parse(name.as_str(), text).map_err(|error| error.to_string());
        let body = match &request.body {
            Some(uri) => Document::open(uri, parse),
            None => parse(DEFAULT_BODY).map(Document::Here),
        };
        let body = body.map_err(|reason| wrong("body", reason))?;
        let is_form = headers.get(CONTENT_TYPE).is_some_and(is_form);
        Ok(Self { outside: outside.clone(), method, url, headers, body, is_form })
    }

    pub(super) async fn deliver(&self, message: &Outgoing) -> Result<(), Refusal> {
        let body = self.body(message).await?;
        let request = self.outside.http.client(&self.url)?.request(self.method.clone(), self.url.clone());
        let sent = request.headers(self.headers.clone()).timeout(TIMEOUT).body(body).send().await;
        // The error's own text may show a URL with a token in it.
        let answer = sent.map_err(|error| told(&error.without_url()))?;
        if answer.status().is_success() {
            return Ok(());
        }
        Err(format!("the server answers {}", answer.status().as_u16()))
    }

    async fn body(&self, message: &Outgoing) -> Result<String, Refusal> {
        let snippet = self.body.get(&self.outside.http).await.map_err(|reason| format!("the body's snippet {reason}"))?;
        let arguments = Arguments { tla: vec![("ctx".to_owned(), context(message))], ext: Vec::new() };
        let made = self.outside.jsonnet.evaluate(snippet, &arguments).await;
        let json = made.map_err(|error| format!("the body cannot be made: {error}"))?;
        if self.is_form { form(&json) } else { Ok(json) }
    }
}

/// What a snippet sees as `ctx`.
fn context(message: &Outgoing) -> Value {
    let mut context = json!({
        "recipient": message.recipient,
        "subject": message.subject,
        "body": message.body,
        "template_type": message.template_type,
        "template_data": message.template_data,
        "message_type": message.via.as_str(),
        "request_headers": message.request_headers,
    });
    if let (Some(html), Some(object)) = (&message.html_body, context.as_object_mut()) {
        object.insert("html_body".to_owned(), html.as_str().into());
    }
    context
}

fn headers(request: &HttpRequest) -> Result<HeaderMap, CourierError> {
    let wrong = |name: &str, reason: &str| CourierError::new(format!("{}.{name}", request.key), reason);
    let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    for (name, value) in &request.headers {
        let key = format!("headers.{name}");
        let (name, value) = header(name, value).map_err(|reason| wrong(&key, reason))?;
        headers.insert(name, value);
    }
    let added = match &request.auth {
        None => None,
        Some(HttpAuth::Basic { user, password }) => {
            use base64::Engine;
            let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
            Some(header(AUTHORIZATION.as_str(), &format!("Basic {encoded}")))
        }
        Some(HttpAuth::Header { name, value }) => Some(header(name, value)),
        Some(HttpAuth::Cookie { name, value }) => Some(header(COOKIE.as_str(), &format!("{name}={value}"))),
    };
    if let Some(added) = added {
        let (name, mut value) = added.map_err(|reason| wrong("auth.config", reason))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), &'static str> {
    let name = HeaderName::from_str(name).map_err(|_| "is no name of an HTTP header")?;
    let value = HeaderValue::from_str(value).map_err(|_| "has characters that no HTTP header may have")?;
    Ok((name, value))
}

fn is_form(content_type: &HeaderValue) -> bool {
    let essence = content_type.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// A flat JSON object as a form, its fields sorted by name.
fn form(json: &str) -> Result<String, Refusal> {
    let object: Value = serde_json::from_str(json).map_err(|error| format!("the body is no JSON: {error}"))?;
    let mut fields = Vec::new();
    for (name, value) in object.as_object().ok_or("a form can only be made of an object")? {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            Value::Null => String::new(),
            Value::Array(_) | Value::Object(_) => {
                return Err(format!("a form cannot hold the list or object {name}"));
            }
        };
        fields.push((name.as_str(), value));
    }
    fields.sort_unstable();
    Ok(url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
}

/// The whole chain of causes: the outermost says little.
fn told(error: &reqwest::Error) -> Refusal {
    let mut told = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms_are_sorted_and_encoded_with_plus_signs() {
        let made = form(r#"{"To": "+49", "Text": "a b", "Count": 2, "None": null}"#).unwrap();
        assert_eq!(made, "Count=2&None=&Text=a+b&To=%2B49");
        assert!(form(r#"{"a": {"b": 1}}"#).unwrap_err().contains('a'));
        assert!(form("[]").is_err());
    }

    #[test]
    fn a_form_is_told_by_its_content_type() {
        for (content_type, wanted) in [
            ("application/x-www-form-urlencoded", true),
            ("Application/X-WWW-Form-URLEncoded; charset=utf-8", true),
            ("application/json", false),
            ("", false),
        ] {
            assert_eq!(is_form(&HeaderValue::from_static(content_type)), wanted, "{content_type}");
        }
    }

    proptest! {
        #[test]
        fn a_form_holds_what_the_object_held(object in proptest::collection::btree_map(".{0,8}", ".{0,16}", 0..6)) {
            let json = serde_json::to_string(&object).unwrap();
            let made = form(&json).unwrap();
            let back: std::collections::BTreeMap<_, _> = url::form_urlencoded::parse(made.as_bytes()).into_owned().collect();
            prop_assert_eq!(back, object);
        }
    }
}
