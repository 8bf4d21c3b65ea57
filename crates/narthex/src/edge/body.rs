//! What is sent to a flow: JSON, or the fields of an HTML form, or nothing that can be understood.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::query::unescape;

/// A decoded request body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Body {
    /// A JSON object.
    Json(Map<String, Value>),
    /// The fields of a form, in their order; a name may stand several times.
    Form(Vec<(String, String)>),
}

/// Why a body cannot be used, in words for the person at the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

impl Body {
    /// Decodes `bytes` as the content type says.
    ///
    /// # Errors
    /// Where the type is neither JSON nor a form, or the bytes are not what the type says.
    pub fn decode(headers: &HeaderMap, bytes: &[u8]) -> Result<Self, Unreadable> {
        let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match media.as_str() {
            _ if bytes.is_empty() && media != "application/x-www-form-urlencoded" => {
                Err(Unreadable("The request has no body: send the values of the form.".to_owned()))
            }
            "application/json" => json(bytes),
            // Its parts are not read, as clients are used to: what is asked for counts as missing.
            "multipart/form-data" => Ok(Self::Form(Vec::new())),
            "application/x-www-form-urlencoded" => form(bytes),
            _ => Err(Unreadable(format!(
                "The content type \"{media}\" is not understood: send application/json or application/x-www-form-urlencoded."
            ))),
        }
    }
}

fn json(bytes: &[u8]) -> Result<Body, Unreadable> {
    // Whatever follows the first value is not looked at.
    let first = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>().next();
    match first {
        Some(Ok(Value::Object(map))) => Ok(Body::Json(map)),
        Some(Ok(_)) => Err(Unreadable("The body is not a JSON object.".to_owned())),
        Some(Err(error)) => Err(Unreadable(format!("The body is not JSON: {error}."))),
        None => Err(Unreadable("The request has no body: send the values of the form.".to_owned())),
    }
}

fn form(bytes: &[u8]) -> Result<Body, Unreadable> {
    let broken = || Unreadable("The form is not encoded as application/x-www-form-urlencoded.".to_owned());
    let text = std::str::from_utf8(bytes).map_err(|_| broken())?;
    let mut fields = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if pair.contains(';') {
            return Err(broken());
        }
        fields.push((unescape(name).ok_or_else(broken)?, unescape(value).ok_or_else(broken)?));
    }
    Ok(Body::Form(fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(media: &str, body: &[u8]) -> Result<Body, Unreadable> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, media.parse().unwrap());
        Body::decode(&headers, body)
    }

    #[test]
    fn forms_keep_the_order_of_their_fields() {
        let fields = decode("application/x-www-form-urlencoded; charset=utf-8", b"a=1&b=x+y%21&a=2").unwrap();
        let expected = [("a", "1"), ("b", "x y!"), ("a", "2")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(fields, Body::Form(expected.to_vec()));
    }

    #[test]
    fn only_the_first_json_value_counts() {
        assert_eq!(decode("application/json", b"{} {}").unwrap(), Body::Json(Map::new()));
        for bad in [b"".as_slice(), b"[]", b"null", b"{", b"\xef\xbb\xbf{}", b"\xff"] {
            assert!(decode("application/json", bad).is_err());
        }
    }

    #[test]
    fn other_types_are_refused() {
        for media in ["text/plain", "application/xml", "application/vnd.api+json"] {
            assert!(decode(media, b"x").is_err(), "{media}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_can_be_decoded(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = decode("application/json", &bytes);
            let _ = decode("application/x-www-form-urlencoded", &bytes);
        }
    }
}
