//! Tokens and codes: how they are made, and how they are kept so that a copy of the database gives none away.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use rand::distr::Alphanumeric;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A token that stands for a session, or for the right to end one: never printed, never kept as it is.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Token(String);

impl Token {
    /// A new token: `prefix` and 32 letters and digits, which is 190 bits.
    pub fn random(prefix: &str) -> Self {
        Self(format!("{prefix}{}", alphanumeric(32)))
    }

    /// A token that somebody sent.
    pub fn received(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The token itself, for the one answer that carries it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is kept of it: SHA-256, which is enough for what cannot be guessed.
    pub fn digest(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Letters and digits that nobody can guess.
pub fn alphanumeric(length: usize) -> String {
    rand::rng().sample_iter(&Alphanumeric).take(length).map(char::from).collect()
}

/// A code of six digits.
pub fn six_digits() -> String {
    format!("{:06}", rand::rng().random_range(0..1_000_000))
}

/// The keys under which codes are kept; the first makes new digests, all of them check.
pub struct Keys(Vec<[u8; 32]>);

impl Keys {
    /// Keys derived from `secrets`.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let derive = |secret: &[u8]| {
            let mut digest = Sha256::new();
            digest.update(b"narthex code digest v1\0");
            digest.update(secret);
            digest.finalize().into()
        };
        Self(secrets.into_iter().map(derive).collect())
    }

    /// What is kept of a code, which is bound to where it may be used; nothing where there is no key.
    pub fn digest(&self, place: &str, code: &str) -> Option<Vec<u8>> {
        self.0.first().and_then(|key| mac(key, place, code)).map(|mac| mac.finalize().into_bytes().to_vec())
    }

    /// The digests under each of the keys, for comparing with what was made under an older one.
    pub fn digests(&self, place: &str, code: &str) -> Vec<Vec<u8>> {
        self.0.iter().filter_map(|key| mac(key, place, code)).map(|mac| mac.finalize().into_bytes().to_vec()).collect()
    }

    /// Whether `kept` is the digest of this code in this place, in the same time for all that are not.
    pub fn matches(&self, place: &str, code: &str, kept: &[u8]) -> bool {
        self.0.iter().any(|key| mac(key, place, code).is_some_and(|mac| mac.verify_slice(kept).is_ok()))
    }
}

fn mac(key: &[u8], place: &str, code: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(place.as_bytes());
    mac.update(&[0]);
    mac.update(code.as_bytes());
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_matches_in_its_own_place_only() {
        let keys = Keys::new([b"one".as_slice()]);
        let kept = keys.digest("flow", "123456").unwrap();
        assert!(keys.matches("flow", "123456", &kept));
        assert!(!keys.matches("other", "123456", &kept) && !keys.matches("flow", "123457", &kept));
        assert!(Keys::new([b"new".as_slice(), b"one"]).matches("flow", "123456", &kept));
    }

    #[test]
    fn tokens_are_not_printed() {
        assert_eq!(format!("{:?}", Token::received("ory_st_secret")), "Token(..)");
    }
}
