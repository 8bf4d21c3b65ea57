//! The keys of the admin listener: who shows one may use it. Only their digests are known here.
//! A key has 256 random bits, so a plain digest of it gives nothing away. Next: `server/front.rs`, which asks for them.

use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use narthex_config::ApiKey;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::problem::Problem;
use super::reply::Reply;
use crate::secret::alphanumeric;

/// The length of a generated key: more than 256 bits.
const LENGTH: usize = 43;
/// What generated keys begin with, so that they are recognised where they do not belong.
const PREFIX: &str = "narthex_key_";

/// The keys that are taken.
#[derive(Clone, Default)]
pub struct AdminKeys(Vec<(String, [u8; 32])>);

/// Who uses the admin listener: the name of the key that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator(pub String);

/// Why a request is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It shows no key.
    NoKey,
    /// It shows a key that is not taken.
    WrongKey,
}

impl AdminKeys {
    /// The configured ones. What is no hash was refused when the configuration was checked.
    pub fn new(configured: &[ApiKey]) -> Self {
        let known = configured.iter().filter_map(|key| Some((key.name.clone(), digest_of(key.hash.expose())?)));
        Self(known.collect())
    }

    /// Whether nobody is asked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Who makes a request with these headers; nobody in particular where there are no keys.
    ///
    /// # Errors
    /// Where there are keys and none of them is shown.
    pub fn admit(&self, headers: &HeaderMap) -> Result<Option<Operator>, Refusal> {
        if self.is_empty() {
            return Ok(None);
        }
        let shown = headers.get(AUTHORIZATION).and_then(|value| bearer(value.as_bytes())).ok_or(Refusal::NoKey)?;
        let shown: [u8; 32] = Sha256::digest(shown).into();
        let mut found = u64::MAX;
        for (number, (_, digest)) in (0_u64..).zip(&self.0) {
            let same: Choice = digest.ct_eq(&shown);
            found.conditional_assign(&number, same);
        }
        let found = usize::try_from(found).ok().and_then(|found| self.0.get(found));
        found.map(|(name, _)| Some(Operator(name.clone()))).ok_or(Refusal::WrongKey)
    }
}

impl Refusal {
    /// 401, and how to do better (RFC 6750, section 3).
    pub fn reply(self) -> Reply {
        let (reason, challenge) = match self {
            Self::NoKey => ("This server's admin API asks for a key: send it as Authorization: Bearer <key>.", "Bearer realm=\"admin\""),
            Self::WrongKey => {
                ("The key is none of those that this server's admin API takes.", "Bearer realm=\"admin\", error=\"invalid_token\"")
            }
        };
        Reply::problem(&Problem::unauthorized(reason), false).header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
    }
}

/// A new key.
pub fn generate() -> String {
    format!("{PREFIX}{}", alphanumeric(LENGTH))
}

/// What the configuration keeps of a key.
pub fn hash(key: &str) -> String {
    let digits = Sha256::digest(key.as_bytes()).iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"));
    format!("sha256:{digits}")
}

fn digest_of(hash: &str) -> Option<[u8; 32]> {
    let digits = hash.strip_prefix("sha256:").filter(|digits| digits.len() == 64)?;
    let mut digest = [0; 32];
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(digest)
}

/// The token of the scheme Bearer, whose name may be written in any case (RFC 9110, section 11.1).
fn bearer(header: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = header.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| rest.trim_ascii()).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use narthex_config::Secret;

    use super::*;

    fn admit(keys: &AdminKeys, header: &str) -> Result<Option<Operator>, Refusal> {
        keys.admit(&HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(header).unwrap())]))
    }

    #[test]
    fn only_a_known_key_is_let_in_and_by_its_name() {
        let (one, two) = (generate(), generate());
        let configured = |name: &str, key: &str| ApiKey { name: name.to_owned(), hash: Secret::new(hash(key)) };
        let keys = AdminKeys::new(&[configured("one", &one), configured("two", &two)]);
        assert_eq!(admit(&keys, &format!("Bearer {one}")), Ok(Some(Operator("one".to_owned()))));
        assert_eq!(admit(&keys, &format!("bEARER  {two}")), Ok(Some(Operator("two".to_owned()))));
        assert_eq!(admit(&keys, &format!("Bearer {one}x")), Err(Refusal::WrongKey));
        assert_eq!(admit(&keys, &format!("Bearer {}", hash(&one))), Err(Refusal::WrongKey));
        for none in ["", "Bearer", "Bearer ", "Basic eA==", &one] {
            assert_eq!(admit(&keys, none), Err(Refusal::NoKey), "{none}");
        }
        assert_eq!(keys.admit(&HeaderMap::new()), Err(Refusal::NoKey));
        assert_eq!(AdminKeys::default().admit(&HeaderMap::new()), Ok(None));
    }
}
