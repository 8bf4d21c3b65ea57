//! Cookies: how they are written, and how what they hold is sealed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::RngCore;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// How a browser treats a cookie of a request that another site made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Not sent along.
    Strict,
    /// Sent along where the browser goes to the server's page.
    Lax,
    /// Sent along always; takes a secure cookie.
    None,
}

/// The attributes that all cookies of one kind share.
#[derive(Clone, Debug)]
pub struct Attributes {
    /// The domain that gets it, with its subdomains; the server's own host where there is none.
    pub domain: Option<String>,
    /// The path below which it is sent.
    pub path: String,
    /// What requests from other sites may carry it.
    pub same_site: SameSite,
    /// Whether it is sent over TLS only.
    pub secure: bool,
}

impl Attributes {
    /// A `Set-Cookie` header. Without `max_age` (in seconds) the cookie ends with the browser's session. RFC 6265.
    pub fn set(&self, name: &str, value: &str, max_age: Option<i64>) -> String {
        use std::fmt::Write;
        let mut header = format!("{name}={value}; Path={}", self.path);
        if let Some(domain) = &self.domain {
            let _ = write!(header, "; Domain={domain}");
        }
        if let Some(seconds) = max_age {
            let _ = write!(header, "; Max-Age={seconds}");
        }
        header.push_str("; HttpOnly");
        if self.secure {
            header.push_str("; Secure");
        }
        header.push_str(match self.same_site {
            SameSite::Strict => "; SameSite=Strict",
            SameSite::Lax => "; SameSite=Lax",
            SameSite::None => "; SameSite=None",
        });
        header
    }
}

/// Seals what a cookie holds, so that it can be neither read nor changed: XChaCha20-Poly1305, the purpose as associated data.
/// The first key seals, all of them open.
pub struct Sealer {
    keys: Vec<XChaCha20Poly1305>,
}

impl Sealer {
    /// A sealer with keys derived from `secrets`.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let keys = secrets.into_iter().map(|secret| {
            let mut digest = Sha256::new();
            digest.update(b"narthex sealed value v1\0");
            digest.update(secret);
            let key = Zeroizing::new(<[u8; 32]>::from(digest.finalize()));
            XChaCha20Poly1305::new((&*key).into())
        });
        Self { keys: keys.collect() }
    }

    /// `plain` as text that only this purpose can open; nothing where there is no key.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Option<String> {
        let mut out = vec![0; 24];
        rand::rng().fill_bytes(&mut out);
        let nonce = XNonce::try_from(out.as_slice()).ok()?;
        let sealed = self.keys.first()?.encrypt(&nonce, Payload { msg: plain, aad: purpose.as_bytes() }).ok()?;
        out.extend_from_slice(&sealed);
        Some(URL_SAFE_NO_PAD.encode(out))
    }

    /// What was sealed for this purpose; nothing where the text is not ours, was changed, or was sealed for something else.
    pub fn open(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(24)?;
        let nonce = XNonce::try_from(nonce).ok()?;
        self.keys.iter().find_map(|key| key.decrypt(&nonce, Payload { msg: sealed, aad: purpose.as_bytes() }).ok())
    }
}

/// The value of the first cookie of this name in a request's headers.
pub fn find<'a>(headers: &'a http::HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(http::header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value.trim_matches('"'))
}

/// The names of all cookies in a request's headers.
pub fn names(headers: &http::HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(http::header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, _)| name)
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_purpose_only() {
        let sealer = Sealer::new([b"first".as_slice(), b"second"]);
        let sealed = sealer.seal("session", b"text").unwrap();
        assert_eq!(sealer.open("session", &sealed).unwrap(), b"text");
        assert_eq!(sealer.open("continuity", &sealed), None);
        assert_eq!(Sealer::new([b"other".as_slice()]).open("session", &sealed), None);
    }

    #[test]
    fn an_older_key_still_opens() {
        let old = Sealer::new([b"old".as_slice()]).seal("session", b"text").unwrap();
        assert!(Sealer::new([b"new".as_slice(), b"old"]).open("session", &old).is_some());
    }

    proptest::proptest! {
        #[test]
        fn nothing_else_opens(text in "[A-Za-z0-9_-]{0,120}") {
            assert_eq!(Sealer::new([b"key".as_slice()]).open("session", &text), None);
        }

        #[test]
        fn any_cookie_header_can_be_read(text in "[ -~]{0,200}") {
            let mut headers = http::HeaderMap::new();
            headers.insert(http::header::COOKIE, text.parse().unwrap());
            let _ = find(&headers, "a");
            let _ = names(&headers).count();
        }
    }
}
