//! The request that a web hook makes: its target, its headers, its body.

use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderName, HeaderValue};
use http::{HeaderMap, Method};
use narthex_config::{ApiKeyPlace, HttpAuth, WebHook};
use serde_json::Value;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What a body is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// As the snippet makes it.
    Json,
    /// Its members as the fields of a form.
    Form,
}

impl Media {
    const JSON: &str = "application/json";
    const FORM: &str = "application/x-www-form-urlencoded";

    /// The media of this content type, whatever its parameters are.
    fn of(content_type: &str) -> Option<Self> {
        let essence = content_type.split(';').next().unwrap_or(content_type).trim();
        let all = [(Self::JSON, Self::Json), (Self::FORM, Self::Form)];
        all.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(essence)).map(|(_, media)| media)
    }
}

/// How a hook calls, but for the body.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: HeaderMap,
}

impl Target {
    /// The target of a hook.
    ///
    /// # Errors
    /// What in its configuration cannot be sent.
    pub(super) fn of(hook: &WebHook) -> Result<Self, String> {
        let method =
            Method::from_bytes(hook.method.to_ascii_uppercase().as_bytes()).map_err(|_| format!("{:?} is no HTTP method", hook.method))?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(Media::JSON));
        for (name, value) in &hook.headers {
            headers.insert(header_name(name)?, header_value(name, value.expose())?);
        }
        match &hook.auth {
            None => {}
            Some(HttpAuth::BasicAuth { user, password }) => {
                let pair = STANDARD.encode(format!("{user}:{}", password.expose()));
                headers.insert(AUTHORIZATION, header_value("Authorization", &format!("Basic {pair}"))?);
            }
            Some(HttpAuth::ApiKey { name, value, r#in: ApiKeyPlace::Header }) => {
                headers.insert(header_name(name)?, header_value(name, value.expose())?);
            }
            Some(HttpAuth::ApiKey { name, value, r#in: ApiKeyPlace::Cookie }) => {
                headers.append(COOKIE, header_value("Cookie", &format!("{name}={}", value.expose()))?);
            }
        }
        Ok(Self { method, url: hook.url.as_str().to_owned(), headers })
    }

    /// What the body has to be written as.
    ///
    /// # Errors
    /// The content type that no body can be written as.
    pub(super) fn media(&self) -> Result<Media, &str> {
        let content_type = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Media::of(content_type).ok_or(content_type)
    }

    /// What a snippet made, as the body of this request.
    ///
    /// # Errors
    /// Where it has no place in a form.
    pub(super) fn body(&self, made: &str, media: Media) -> Result<Option<Vec<u8>>, String> {
        if self.method == Method::TRACE {
            return Ok(None);
        }
        if media == Media::Json {
            return Ok(Some(made.trim_end().as_bytes().to_vec()));
        }
        let fields: serde_json::Map<String, Value> =
            serde_json::from_str(made).map_err(|_| "a form is made of an object of texts".to_owned())?;
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let mut fields: Vec<_> = fields.iter().collect();
        fields.sort_by_key(|(name, _)| *name);
        for (name, value) in fields {
            form.append_pair(name, value.as_str().ok_or_else(|| format!("the field {name} of the form is no text"))?);
        }
        Ok(Some(form.finish().into_bytes()))
    }
}

fn header_name(name: &str) -> Result<HeaderName, String> {
    HeaderName::try_from(name).map_err(|_| format!("{name:?} is no name of a header"))
}

fn header_value(name: &str, value: &str) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::try_from(value).map_err(|_| format!("the value of the header {name} cannot be sent"))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn target(config: Value) -> Target {
        let hook: Value = json!({ "hook": "web_hook", "config": config });
        let narthex_config::Hook::WebHook(hook) = serde_json::from_value(hook).unwrap() else { panic!("no web hook") };
        Target::of(&hook).unwrap()
    }

    fn hook(more: Value) -> Value {
        let mut hook = json!({
            "url": "https://hooks.example.org/x", "method": "post", "can_interrupt": false,
            "response": { "ignore": false, "parse": false }, "emit_analytics_event": true
        });
        hook.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        hook
    }

    #[test]
    fn keys_and_passwords_travel_where_the_configuration_says() {
        let key = |place: &str| json!({ "auth": { "type": "api_key", "config": { "name": "X-Key", "value": "secret", "in": place } } });
        assert_eq!(target(hook(key("header"))).headers["x-key"], "secret");
        assert_eq!(target(hook(key("cookie"))).headers["cookie"], "X-Key=secret");
        let basic = json!({ "auth": { "type": "basic_auth", "config": { "user": "u", "password": "p" } } });
        assert_eq!(target(hook(basic)).headers["authorization"], "Basic dTpw");
    }

    #[test]
    fn a_form_is_made_of_texts() {
        let form = target(hook(json!({ "headers": { "Content-Type": "application/x-www-form-urlencoded" } })));
        let body = |made: &str| form.body(made, form.media().unwrap());
        assert_eq!(body(r#"{"b": "x y", "a": "é"}"#).unwrap().unwrap(), b"a=%C3%A9&b=x+y");
        assert!(body(r#"{"a": 1}"#).is_err() && body("[]").is_err());
        assert_eq!(target(hook(json!({ "method": "TRACE" }))).body("{}", Media::Json).unwrap(), None);
    }

    #[test]
    fn bodies_are_json_or_forms_and_nothing_else() {
        let media = |content_type: &str| Media::of(content_type);
        assert_eq!(target(hook(json!({}))).media(), Ok(Media::Json));
        assert_eq!(media("Application/JSON; charset=utf-8"), Some(Media::Json));
        assert_eq!(media("application/x-www-form-urlencoded"), Some(Media::Form));
        for other in ["text/plain", "", "application/json2", "application/x-www-form-urlencoded2", "text/json"] {
            assert_eq!(media(other), None, "{other}");
        }
        assert_eq!(target(hook(json!({ "headers": { "content-type": "text/plain" } }))).media(), Err("text/plain"));
    }
}
