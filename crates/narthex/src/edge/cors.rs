//! Cross-origin requests: what a page of another origin may ask and read, by `serve.public.cors` (Fetch standard, CORS protocol).
//! Lists are worked out once, when the settings are read.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use narthex_config::Cors;

use super::caller::canonical;

/// Empty elements that a list of header names may hold before it is refused.
const EMPTY_ELEMENTS: usize = 16;

/// What pages of other origins may do.
pub struct Policy {
    origins: Origins,
    methods: Vec<String>,
    /// Lower case and sorted; nothing where every header may be sent.
    headers: Option<Vec<String>>,
    exposed: Option<HeaderValue>,
    credentials: bool,
    max_age: Option<HeaderValue>,
    passes_on: bool,
    debug: bool,
}

/// The origins that are let in.
enum Origins {
    Every,
    Listed(Vec<Pattern>),
}

/// One entry of the list of origins.
enum Pattern {
    Exactly(String),
    /// Every origin below a domain: what comes before the wildcard, the scheme, and what comes behind it.
    Below {
        scheme: String,
        domain: String,
    },
}

/// Headers for an answer.
pub struct Allowance {
    headers: Vec<(HeaderName, HeaderValue)>,
    vary: &'static str,
}

impl Policy {
    /// The policy of these settings; nothing where they are switched off.
    pub fn new(cors: &Cors) -> Option<Self> {
        if !cors.enabled {
            return None;
        }
        let every = cors.allowed_origins.is_empty() || cors.allowed_origins.iter().any(|origin| origin == "*");
        let mut headers: Vec<String> = cors.allowed_headers.iter().map(|name| name.to_lowercase()).collect();
        headers.sort();
        headers.dedup();
        let exposed = cors.exposed_headers.iter().map(|name| canonical(name)).collect::<Vec<_>>().join(", ");
        Some(Self {
            origins: if every {
                Origins::Every
            } else {
                Origins::Listed(cors.allowed_origins.iter().filter_map(|origin| Pattern::parse(origin)).collect())
            },
            methods: cors.allowed_methods.iter().map(|method| method.to_uppercase()).collect(),
            headers: (!headers.iter().any(|name| name == "*")).then_some(headers),
            exposed: HeaderValue::try_from(exposed).ok().filter(|value| !value.is_empty()),
            credentials: cors.allow_credentials,
            max_age: (cors.max_age > 0).then(|| HeaderValue::from(cors.max_age)),
            passes_on: cors.options_passthrough,
            debug: cors.debug,
        })
    }

    /// Whether a browser asks beforehand what it may ask.
    pub fn is_preflight<B>(request: &Request<B>) -> bool {
        *request.method() == Method::OPTIONS && request.headers().get(ACCESS_CONTROL_REQUEST_METHOD).is_some_and(|asked| !asked.is_empty())
    }

    /// Whether preflights are answered by their routes, too.
    pub fn passes_on(&self) -> bool {
        self.passes_on
    }

    /// The answer to what a browser asks beforehand.
    pub fn preflight(&self, request: &HeaderMap) -> Allowance {
        let mut allowed = Allowance { headers: Vec::new(), vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers" };
        let Some(origin) = self.origin(request) else { return allowed };
        let Some(method) = request.get(ACCESS_CONTROL_REQUEST_METHOD).filter(|method| self.allows_method(method.as_bytes())) else {
            return allowed;
        };
        let names = request.get(ACCESS_CONTROL_REQUEST_HEADERS);
        if names.is_some_and(|names| !self.allows_headers(names.as_bytes())) {
            return allowed;
        }
        allowed.headers.push((ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()));
        allowed.headers.push((ACCESS_CONTROL_ALLOW_METHODS, method.clone()));
        if let Some(names) = names.filter(|names| !names.is_empty()) {
            allowed.headers.push((ACCESS_CONTROL_ALLOW_HEADERS, names.clone()));
        }
        self.with_credentials(&mut allowed);
        if let Some(max_age) = &self.max_age {
            allowed.headers.push((ACCESS_CONTROL_MAX_AGE, max_age.clone()));
        }
        allowed
    }

    /// What the answer to a request lets a page read.
    pub fn actual(&self, method: &Method, request: &HeaderMap) -> Allowance {
        let mut allowed = Allowance { headers: Vec::new(), vary: "Origin" };
        let Some(origin) = self.origin(request) else { return allowed };
        if !self.allows_method(method.as_str().as_bytes()) {
            return allowed;
        }
        allowed.headers.push((ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()));
        if let Some(exposed) = &self.exposed {
            allowed.headers.push((ACCESS_CONTROL_EXPOSE_HEADERS, exposed.clone()));
        }
        self.with_credentials(&mut allowed);
        allowed
    }

    fn with_credentials(&self, allowed: &mut Allowance) {
        if self.credentials {
            allowed.headers.push((ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true")));
        }
    }

    /// The request's origin, if it is let in.
    fn origin<'a>(&self, request: &'a HeaderMap) -> Option<&'a HeaderValue> {
        let origin = request.get(ORIGIN).filter(|origin| !origin.is_empty())?;
        let allowed = match &self.origins {
            Origins::Every => true,
            Origins::Listed(patterns) => origin.to_str().is_ok_and(|origin| patterns.iter().any(|pattern| pattern.matches(origin))),
        };
        if self.debug {
            tracing::info!(?origin, allowed, "cross-origin request");
        }
        allowed.then_some(origin)
    }

    fn allows_method(&self, method: &[u8]) -> bool {
        method == b"OPTIONS" || self.methods.iter().any(|known| known.as_bytes() == method)
    }

    /// Whether all names of a list are allowed. Browsers send them in lower case, sorted and each once; other lists are nobody's.
    fn allows_headers(&self, list: &[u8]) -> bool {
        let Some(known) = &self.headers else { return true };
        let mut latest = None;
        let mut empty = 0;
        for element in list.split(|byte| *byte == b',') {
            let name = trim(element);
            if name.is_empty() {
                empty += 1;
                if empty > EMPTY_ELEMENTS {
                    return false;
                }
                continue;
            }
            let place = known.binary_search_by(|header| header.as_bytes().cmp(name)).ok();
            if place.is_none() || place <= latest {
                return false;
            }
            latest = place;
        }
        true
    }
}

impl Pattern {
    /// An entry of the list. A wildcard counts as the leftmost part of a host only; elsewhere it lets nobody in.
    fn parse(origin: &str) -> Option<Self> {
        let Some((scheme, domain)) = origin.split_once('*') else { return Some(Self::Exactly(origin.to_owned())) };
        let is_left = matches!(scheme, "http://" | "https://") && domain.starts_with('.');
        is_left.then(|| Self::Below { scheme: scheme.to_owned(), domain: domain.to_owned() })
    }

    fn matches(&self, origin: &str) -> bool {
        match self {
            Self::Exactly(known) => known == origin,
            Self::Below { scheme, domain } => origin.strip_prefix(scheme.as_str()).is_some_and(|host| host.ends_with(domain.as_str())),
        }
    }
}

impl Allowance {
    /// Puts the headers into an answer.
    pub fn put(self, answer: &mut HeaderMap) {
        answer.append(VARY, HeaderValue::from_static(self.vary));
        answer.extend(self.headers);
    }
}

/// One space or tab on each side is no part of a name.
fn trim(element: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let element = match element {
        [first, rest @ ..] if blank(first) => rest,
        whole => whole,
    };
    match element {
        [rest @ .., last] if blank(last) => rest,
        whole => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(origins: &[&str]) -> Policy {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let cors = Cors {
            enabled: true,
            allowed_origins: texts(origins),
            allowed_methods: texts(&["GET", "POST"]),
            allowed_headers: texts(&["X-B", "content-type", "X-A"]),
            exposed_headers: texts(&["x-out"]),
            allow_credentials: true,
            options_passthrough: false,
            max_age: 0,
            debug: false,
        };
        Policy::new(&cors).unwrap()
    }

    fn lets_in(policy: &Policy, origin: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, origin.parse().unwrap());
        !policy.actual(&Method::GET, &headers).headers.is_empty()
    }

    #[test]
    fn only_listed_origins_are_let_in() {
        let policy = policy(&["https://app.test", "https://*.wild.test", "https://mid*dle.test", "https://end.*"]);
        for origin in ["https://app.test", "https://a.wild.test", "https://a.b.wild.test", "https://a.b.wild.test"] {
            assert!(lets_in(&policy, origin), "{origin}");
        }
        for origin in [
            "http://app.test",
            "https://APP.test",
            "https://app.test:443",
            "https://app.test.evil.test",
            "https://wild.test",
            "http://a.wild.test",
            "https://middle.test",
            "https://mid*dle.test",
            "https://end.test",
            "null",
            "",
        ] {
            assert!(!lets_in(&policy, origin), "{origin}");
        }
    }

    #[test]
    fn an_empty_list_and_a_star_let_everybody_in() {
        assert!(lets_in(&policy(&[]), "https://any.test"));
        assert!(lets_in(&policy(&["https://app.test", "*"]), "null"));
    }

    #[test]
    fn lists_of_headers_are_taken_as_browsers_send_them() {
        let policy = policy(&[]);
        for list in ["", "x-a", "content-type,x-a,x-b", "content-type, x-a\t,x-b", ",,x-a,"] {
            assert!(policy.allows_headers(list.as_bytes()), "{list:?}");
        }
        for list in ["X-A", "x-b,x-a", "x-a,x-a", "x-c", "content-type,  x-a", &",".repeat(40)] {
            assert!(!policy.allows_headers(list.as_bytes()), "{list:?}");
        }
    }

    #[test]
    fn exposed_headers_are_written_with_capitals() {
        assert_eq!(canonical("x-out"), "X-Out");
        assert_eq!(policy(&[]).exposed.unwrap(), "X-Out");
    }

    proptest::proptest! {
        #[test]
        fn any_list_and_origin_can_be_read(list in proptest::collection::vec(proptest::num::u8::ANY, 0..80), origin in "[ -~]{0,40}") {
            let policy = policy(&["https://*.wild.test"]);
            let _ = policy.allows_headers(&list);
            if lets_in(&policy, &origin) {
                assert!(origin.starts_with("https://") && origin.ends_with(".wild.test"));
            }
        }
    }
}
