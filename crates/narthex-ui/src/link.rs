//! URLs on their way into a page: what may be linked to, what a content security policy may name.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands for itself in a query and in a segment of a path (RFC 3986, unreserved).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The URL, if it is relative or leads to `http:` or `https:`; nothing that could run a script.
pub(crate) fn safe(url: &str) -> Option<&str> {
    let url = url.trim();
    // Browsers drop control characters from URLs and take a backslash for a slash.
    if url.is_empty() || url.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\') {
        return None;
    }
    match url.find([':', '/', '?', '#']) {
        Some(at) if url.get(at..)?.starts_with(':') => {
            let scheme = url.get(..at)?;
            let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
            (web && url.get(at..)?.starts_with("://")).then_some(url)
        }
        _ => (!url.starts_with("//")).then_some(url),
    }
}

/// A picture's URL: a safe one, or a picture that stands in the URL itself.
pub(crate) fn safe_image(url: &str) -> Option<&str> {
    let inline = url.strip_prefix("data:image/").and_then(|rest| rest.split_once(";base64,"));
    match inline {
        Some((kind, data)) => {
            let kind_is_known = matches!(kind, "png" | "jpeg" | "gif" | "webp" | "svg+xml");
            let is_base64 = data.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
            (kind_is_known && is_base64).then_some(url)
        }
        None => safe(url),
    }
}

/// The origin of an absolute web URL, as a content security policy names it.
pub(crate) fn origin(url: &str) -> Option<String> {
    let url = safe(url)?;
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']' | '_');
    (!authority.is_empty() && authority.chars().all(plain))
        .then(|| format!("{}://{}", scheme.to_ascii_lowercase(), authority.to_ascii_lowercase()))
}

/// A text as one segment of a path.
pub(crate) fn segment(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// The URL with these parameters; those without a value are left out.
pub(crate) fn with_query(url: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let mut joined = url.to_owned();
    for (name, value) in parameters {
        if let Some(value) = value {
            joined.push(if joined.contains('?') { '&' } else { '?' });
            joined.push_str(name);
            joined.push('=');
            joined.extend(utf8_percent_encode(value, UNRESERVED));
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn web_and_relative_urls_may_be_linked_to() {
        for url in ["https://a.example/x?y#z", "HTTP://a.example", "/ui/login", "?flow=1", "#top", "a/b:c", " /x "] {
            assert_eq!(safe(url), Some(url.trim()), "{url}");
        }
    }

    #[test]
    fn nothing_else_may() {
        for url in [
            "",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\tscript:alert(1)",
            "\u{1}javascript:alert(1)",
            " javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "//evil.example",
            "/\\evil.example",
            "https:evil",
            "mailto:a@b.example",
        ] {
            assert_eq!(safe(url), None, "{url}");
        }
    }

    #[test]
    fn pictures_may_stand_in_the_url_but_pages_may_not() {
        assert!(safe_image("data:image/png;base64,AAAA").is_some());
        assert!(safe_image("https://cdn.example/qr.png").is_some());
        for url in ["data:text/html;base64,AAAA", "data:image/png;base64,A\"A", "data:image/x;base64,AA", "javascript:1"] {
            assert_eq!(safe_image(url), None, "{url}");
        }
    }

    #[test]
    fn origins_carry_nothing_that_a_policy_could_stumble_over() {
        assert_eq!(origin("https://A.example:8443/x?y").as_deref(), Some("https://a.example:8443"));
        for url in ["/relative", "https://", "https://a.example;script-src *", "https://user@a.example/", "https://a,b"] {
            assert_eq!(origin(url), None, "{url}");
        }
    }

    #[test]
    fn parameters_are_encoded_and_joined() {
        let url = with_query("/login?a=1", &[("return_to", Some("https://x.example/?q=ä&b")), ("none", None)]);
        assert_eq!(url, "/login?a=1&return_to=https%3A%2F%2Fx.example%2F%3Fq%3D%C3%A4%26b");
    }

    proptest! {
        #[test]
        fn no_url_runs_a_script(url in "\\PC{0,8}([jJ]avascript|data|blob|file):\\PC{0,20}") {
            if let Some(url) = safe(&url) {
                let scheme_end = url.find(':').unwrap();
                let before = &url[..scheme_end];
                prop_assert!(before.contains(['/', '?', '#']));
            }
        }

        #[test]
        fn any_text_is_answered(url in any::<String>()) {
            safe(&url);
            safe_image(&url);
            if let Some(origin) = origin(&url) {
                prop_assert!(!origin.contains([';', ',', ' ', '\'', '"']));
            }
        }
    }
}
