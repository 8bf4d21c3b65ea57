//! The guard against forged requests: a cookie with a random token, and the same token, masked, in each form.
//!
//! The token is masked anew for every form (XOR with random bytes that are sent along), so that compression cannot leak it.
//! Cookie and masked token have the form that the reference server gives them, so that either server understands the other's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::RngCore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const LENGTH: usize = 32;

/// The name of the anti-forgery cookie of a server with this public URL.
pub fn cookie_name(base_url: &str) -> String {
    use std::fmt::Write;
    let mut name = String::with_capacity(11 + 64);
    name.push_str("csrf_token_");
    for byte in Sha256::digest(base_url) {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// What the cookie holds.
#[derive(Clone)]
pub struct Token([u8; LENGTH]);

impl Token {
    /// A token that nobody can guess.
    pub fn random() -> Self {
        let mut bytes = [0; LENGTH];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The token of these bytes, of which enough are random.
    pub fn from_bytes(bytes: [u8; LENGTH]) -> Self {
        Self(bytes)
    }

    /// The token's bytes.
    pub fn bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }

    /// The token in a cookie; nothing if the cookie holds anything else.
    pub fn from_cookie(value: &str) -> Option<Self> {
        let bytes = STANDARD.decode(value).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// The token as a cookie's value.
    pub fn to_cookie(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// The token for one form.
    pub fn mask(&self) -> Masked {
        let mut out = [0; 2 * LENGTH];
        let (key, data) = out.split_at_mut(LENGTH);
        rand::rng().fill_bytes(key);
        for ((out, key), token) in data.iter_mut().zip(key).zip(&self.0) {
            *out = *key ^ *token;
        }
        Masked(STANDARD.encode(out))
    }

    /// Whether the form's token was made from this one; in the same time for all wrong ones.
    pub fn matches(&self, masked: &str) -> bool {
        let Ok(bytes) = STANDARD.decode(masked) else { return false };
        if bytes.len() != 2 * LENGTH {
            return false;
        }
        let (key, data) = bytes.split_at(LENGTH);
        let sent: Vec<u8> = key.iter().zip(data).map(|(key, data)| key ^ data).collect();
        self.0.ct_eq(&sent).into()
    }
}

/// The token as it stands in one form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Masked(String);

impl Masked {
    /// The text in the form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_token_matches_its_own_cookie_only() {
        let (one, other) = (Token::random(), Token::random());
        let (first, second) = (one.mask(), one.mask());
        assert_ne!(first, second);
        assert!(one.matches(first.as_str()) && one.matches(second.as_str()));
        assert!(!other.matches(first.as_str()));
    }

    #[test]
    fn a_cookie_comes_back_as_it_was() {
        let token = Token::random();
        assert!(Token::from_cookie(&token.to_cookie()).unwrap().matches(token.mask().as_str()));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_sent_is_no_token(text in ".{0,100}") {
            assert!(!Token::random().matches(&text));
            if let Some(token) = Token::from_cookie(&text) {
                assert_eq!(token.to_cookie(), text);
            }
        }
    }
}
