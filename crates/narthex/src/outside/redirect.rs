//! Redirects: where an answer leads, and what may go along.
//! Never follows one.

use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName};
use url::Url;

use super::Answer;

/// Where the request is to be made again, if the answer says so.
pub(super) fn target(from: &str, answer: &Answer) -> Option<Url> {
    if !matches!(answer.status, 301 | 302 | 307 | 308) {
        return None;
    }
    let to = answer.headers.get(LOCATION)?.to_str().ok()?;
    let to = Url::parse(from).ok()?.join(to).ok()?;
    matches!(to.scheme(), "http" | "https").then_some(to)
}

/// Takes away what another server is not to learn: headers that are marked as sensitive.
pub(super) fn strip(headers: &mut HeaderMap, from: &str, to: &Url) {
    if Url::parse(from).is_ok_and(|from| from.origin() == to.origin()) {
        return;
    }
    let secret = headers.iter().filter(|(name, value)| value.is_sensitive() && **name != CONTENT_TYPE);
    let secret: Vec<HeaderName> = secret.map(|(name, _)| name.clone()).collect();
    for name in secret {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn answer(status: u16, location: &'static str) -> Answer {
        Answer { status, headers: HeaderMap::from_iter([(LOCATION, HeaderValue::from_static(location))]), body: Vec::new() }
    }

    #[test]
    fn only_redirects_that_repeat_the_request_lead_elsewhere() {
        let to = |status, location| target("https://a.test/x/y?q", &answer(status, location)).map(String::from);
        for status in [301, 302, 307, 308] {
            assert_eq!(to(status, "../z").as_deref(), Some("https://a.test/z"));
            assert_eq!(to(status, "//b.test/").as_deref(), Some("https://b.test/"));
            assert_eq!(to(status, "file:///etc/passwd"), None);
        }
        for status in [200, 201, 300, 303, 304, 400] {
            assert_eq!(to(status, "../z"), None, "{status}");
        }
    }

    #[test]
    fn secrets_stay_with_the_server_that_they_are_for() {
        let mut secret = HeaderValue::from_static("secret");
        secret.set_sensitive(true);
        let plain = HeaderValue::from_static("plain");
        let all: HeaderMap = [("x-key", secret.clone()), ("content-type", secret), ("webhook-id", plain)]
            .into_iter()
            .map(|(name, value)| (HeaderName::from_static(name), value))
            .collect();
        let left = |to: &str| {
            let mut headers = all.clone();
            strip(&mut headers, "https://a.test/x", &to.parse().unwrap());
            headers.len()
        };
        assert_eq!(
            (left("https://a.test/y"), left("https://b.test/x"), left("https://a.test:8443/x"), left("http://a.test/x")),
            (3, 2, 2, 2)
        );
    }
}
