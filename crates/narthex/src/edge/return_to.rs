//! Where a browser may be sent afterwards: an allow-list by scheme, host and path prefix; nothing else passes.
//!
//! References are split as Go splits them, because that decides what the reference server lets through; what passes is then
//! read once more as browsers read it (WHATWG URL), and refused where the two disagree about the host.

use url::Url;

use super::problem::Problem;

/// The parts of a URL reference, not decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// In small letters; empty where there is none.
    pub scheme: String,
    /// What follows the scheme where no slash does, as in `mailto:`.
    pub opaque: String,
    /// User and password.
    pub userinfo: String,
    /// Host and port.
    pub host: String,
    /// The path.
    pub path: String,
    /// With its question mark.
    pub query: String,
    /// With its number sign.
    pub fragment: String,
}

impl Reference {
    /// Splits `text`; nothing where it is no URL reference.
    pub fn parse(text: &str) -> Option<Self> {
        if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
            return None;
        }
        let mut reference = Self::default();
        let (rest, fragment) = cut(text, '#');
        fragment.clone_into(&mut reference.fragment);
        let (scheme, rest) = scheme_of(rest)?;
        reference.scheme = scheme.to_ascii_lowercase();
        let (rest, query) = cut(rest, '?');
        query.clone_into(&mut reference.query);
        if !rest.starts_with('/') {
            if !reference.scheme.is_empty() {
                rest.clone_into(&mut reference.opaque);
                return Some(reference);
            }
            if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
                return None;
            }
        }
        let mut path = rest;
        if let Some(after) = rest.strip_prefix("//")
            && (!reference.scheme.is_empty() || !after.starts_with('/'))
        {
            let end = after.find('/').unwrap_or(after.len());
            let (authority, remainder) = after.split_at(end);
            let (userinfo, host) = authority.rsplit_once('@').unwrap_or(("", authority));
            if !valid_userinfo(userinfo) || !valid_host(host) {
                return None;
            }
            userinfo.clone_into(&mut reference.userinfo);
            host.clone_into(&mut reference.host);
            path = remainder;
        }
        super::query::unescape(&path.replace('+', "%2B"))?;
        path.clone_into(&mut reference.path);
        Some(reference)
    }

    fn to_url(&self) -> String {
        let Self { scheme, opaque, userinfo, host, path, query, fragment } = self;
        if !opaque.is_empty() {
            return format!("{scheme}:{opaque}{query}{fragment}");
        }
        let at = if userinfo.is_empty() { "" } else { "@" };
        let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
        format!("{scheme}://{userinfo}{at}{host}{slash}{path}{query}{fragment}")
    }
}

fn cut(text: &str, mark: char) -> (&str, &str) {
    text.split_at(text.find(mark).unwrap_or(text.len()))
}

fn scheme_of(text: &str) -> Option<(&str, &str)> {
    for (at, character) in text.char_indices() {
        match character {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if at > 0 => {}
            ':' if at == 0 => return None,
            ':' => return Some((text.get(..at)?, text.get(at + 1..)?)),
            _ => break,
        }
    }
    Some(("", text))
}

fn valid_userinfo(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c))
}

fn valid_host(text: &str) -> bool {
    let (name, port) = match text.strip_prefix('[') {
        Some(literal) => match literal.split_once(']') {
            Some((_, port)) => ("", port),
            None => return false,
        },
        None => text.find(':').map_or((text, ""), |at| text.split_at(at)),
    };
    let port_ok = port.is_empty() || port.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    port_ok && !name.chars().any(|c| c.is_ascii() && !c.is_ascii_alphanumeric() && !"-._~!$&'()*+,;=\"<>".contains(c))
}

/// The error of a `return_to` that is not allowed.
const FORBIDDEN: &str = "self_service_flow_return_to_forbidden";

/// The URLs that browsers may be sent to.
#[derive(Clone, Debug)]
pub struct AllowList {
    entries: Vec<Reference>,
    own: Reference,
    fallback: Reference,
}

impl AllowList {
    /// An allow-list of the configured URLs, the self-service pages below `public`, and `fallback` for what a reference
    /// does not say. Wildcards other than `*.` in front of a domain of two labels are left out unless `insecure`.
    pub fn new(allowed: &[String], public: &str, fallback: &str, insecure: bool) -> Self {
        let entries = allowed.iter().filter_map(|text| Reference::parse(text)).filter(|entry| insecure || safe(&entry.host));
        let mut own = Reference::parse(public).unwrap_or_default();
        own.path = format!("{}/self-service", own.path.trim_end_matches('/'));
        let mut fallback = Reference::parse(fallback).unwrap_or_default();
        if fallback.host.is_empty() {
            fallback.host.clone_from(&own.host);
            fallback.scheme.clone_from(&own.scheme);
        }
        Self { entries: entries.collect(), own, fallback }
    }

    /// The absolute URL that `return_to` names.
    ///
    /// # Errors
    /// Where `return_to` is no URL, or one that is not allowed.
    pub fn check(&self, return_to: &str) -> Result<String, Problem> {
        self.allow(return_to, true)
    }

    /// What [`Self::check`] refused, as the endpoints answer it at which browsers begin a flow: under the name that their
    /// contract has for it, with the cause beside it.
    #[must_use]
    pub fn refused_at_begin(problem: Problem) -> Problem {
        match problem.id {
            Some(FORBIDDEN) => problem.renamed("security_identity_mismatch"),
            _ => problem,
        }
    }

    /// The absolute URL that `return_to` names, if it is one of the server's own self-service pages.
    pub fn own_page(&self, return_to: &str) -> Option<String> {
        let reference = Reference::parse(return_to)?;
        let here = covers(&self.own, &reference) && !reference.host.is_empty();
        here.then(|| reference.to_url()).filter(|url| same_host(url, &reference))
    }

    fn allow(&self, return_to: &str, entries: bool) -> Result<String, Problem> {
        let Some(mut reference) = Reference::parse(return_to) else {
            return Err(Problem::bad_request(format!(
                "The address to return to is not a URL. Send a complete URL such as https://www.example.org/welcome, percent-encoded: {return_to}"
            )));
        };
        if reference.host.is_empty() {
            reference.host.clone_from(&self.fallback.host);
        }
        if reference.scheme.is_empty() {
            reference.scheme.clone_from(&self.fallback.scheme);
        }
        let known = entries && self.entries.iter().any(|entry| covers(entry, &reference));
        let url = reference.to_url();
        if reference.opaque.is_empty() && (known || covers(&self.own, &reference)) && same_host(&url, &reference) {
            return Ok(url);
        }
        Err(Problem::bad_request(format!(
            "The server does not send browsers to \"{return_to}\". Whoever runs it can allow this address in selfservice.allowed_return_urls."
        ))
        .with_id(FORBIDDEN))
    }
}

fn covers(allowed: &Reference, asked: &Reference) -> bool {
    let slash = |path: &str| if path.is_empty() { "/".to_owned() } else { path.to_owned() };
    let host = allowed.host.eq_ignore_ascii_case(&asked.host)
        || allowed.host.strip_prefix('*').is_some_and(|suffix| {
            let (asked, suffix) = (asked.host.to_ascii_lowercase(), suffix.to_ascii_lowercase());
            asked.len() > suffix.len() && asked.ends_with(&suffix)
        });
    allowed.scheme.eq_ignore_ascii_case(&asked.scheme) && host && slash(&asked.path).starts_with(&slash(&allowed.path))
}

/// `*` may stand for labels in front of a domain that somebody can own, not for a whole top-level domain.
fn safe(host: &str) -> bool {
    match host.split_once('*') {
        None => true,
        Some(("", rest)) => rest.strip_prefix('.').is_some_and(|domain| !domain.contains('*') && domain.contains('.')),
        Some(_) => false,
    }
}

fn same_host(url: &str, reference: &Reference) -> bool {
    let Ok(parsed) = Url::parse(url) else { return false };
    let host = reference.host.to_ascii_lowercase();
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host.as_str(), |(name, _)| name);
    parsed.scheme() == reference.scheme && parsed.host_str().is_some_and(|seen| seen.eq_ignore_ascii_case(name) || !name.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> AllowList {
        let allowed = [
            "http://ui.example:4455",
            "https://*.allowed.example",
            "app://callback",
            "https://deep.example/app/",
            "https://*.com",
            "https://a*b.example",
        ];
        AllowList::new(&allowed.map(str::to_owned), "http://127.0.0.1:4433/", "http://ui.example:4455/welcome", false)
    }

    #[test]
    fn what_the_list_names_passes() {
        for (asked, url) in [
            ("http://ui.example:4455", "http://ui.example:4455"),
            ("HTTP://UI.EXAMPLE:4455/x", "http://UI.EXAMPLE:4455/x"),
            ("/relative?a=b#c", "http://ui.example:4455/relative?a=b#c"),
            ("?only=query", "http://ui.example:4455?only=query"),
            ("https://a.b.allowed.example/", "https://a.b.allowed.example/"),
            ("app://callback/deeper?x=1", "app://callback/deeper?x=1"),
            ("https://deep.example/app/x", "https://deep.example/app/x"),
            ("http://127.0.0.1:4433/self-service/settings/browser", "http://127.0.0.1:4433/self-service/settings/browser"),
        ] {
            assert_eq!(list().check(asked).map_err(|p| p.reason), Ok(url.to_owned()));
        }
    }

    #[test]
    fn nothing_else_passes() {
        for asked in [
            "relative/path",
            "https://ui.example:4455/x",
            "http://ui.example/x",
            "http://ui.example:4455@evil.example/",
            "http://ui.example:4455.evil.example/",
            "https://allowed.example/",
            "https://.allowed.example.evil.example/",
            "https://notallowed.example/",
            "https://www.allowed.example:8443/",
            "https://evil.com/",
            "https://axb.example/",
            "app:callback",
            "javascript:alert(1)",
            "//evil.example/",
            "\\\\evil.example",
            "http:\\\\evil.example",
            "http://evil.example\\@ui.example:4455/",
            "http://ui.example:4455\\.evil.example/",
            "https://deep.example/apple",
            "http://127.0.0.1:4433/sessions/whoami",
            "\thttps://evil.example",
            "http://ui.example%3a4455.evil.example/",
            "https://evil.example%23.allowed.example/",
            "https://evil.example/.allowed.example",
        ] {
            assert!(list().check(asked).is_err(), "{asked}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_browser_ends_up_at_an_allowed_host(start in "(https?:|app:)?[/\\\\]{0,3}", middle in "[a-z.@:%#?/\\\\ \t*\\[\\]0-9]{0,20}(ui\\.example:4455|allowed\\.example)?", end in ".{0,10}") {
            if let Ok(url) = list().check(&format!("{start}{middle}{end}")) {
                let seen = Url::parse(&url).unwrap();
                let host = seen.host_str().unwrap_or_default();
                let fine = (host == "ui.example" && seen.port() == Some(4455)) || host.ends_with(".allowed.example") || host == "callback" || host == "deep.example";
                assert!(fine, "{url}");
            }
        }
    }
}
