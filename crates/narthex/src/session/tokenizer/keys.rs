//! Private JSON Web Keys (RFC 7517, 7518, 8037), and signatures with them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::KeyPairComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use ring::{hmac, rsa};
use serde::Deserialize;
use serde_json::{Value, json};

/// The algorithms by which can be signed.
const KNOWN: &str = "ES256, ES384, RS256, RS384, RS512, PS256, PS384, PS512, EdDSA, HS256, HS384, HS512";

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Jwk>,
}

/// A key as it is written down. Its private parts are read once, into the library's own types, and dropped.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Jwk {
    kid: Option<String>,
    alg: Option<String>,
    x: String,
    y: String,
    d: String,
    n: String,
    e: String,
    p: String,
    q: String,
    dp: String,
    dq: String,
    qi: String,
    k: String,
}

/// A key that signs by one algorithm.
pub(super) struct SigningKey {
    kid: Option<String>,
    algorithm: String,
    secret: Secret,
}

enum Secret {
    Ecdsa(EcdsaKeyPair),
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ed25519(Ed25519KeyPair),
    Hmac(hmac::Key),
}

impl SigningKey {
    /// The first key of a key set.
    pub(super) fn first_of(text: &str) -> Result<Self, String> {
        let set: KeySet = serde_json::from_str(text).map_err(|error| format!("the key set cannot be read: {error}"))?;
        let jwk = set.keys.into_iter().next().ok_or("the key set is empty")?;
        let algorithm = jwk.alg.clone().ok_or_else(|| format!("the key names no alg: {KNOWN}"))?;
        let secret = jwk.secret(&algorithm)?;
        Ok(Self { kid: jwk.kid, algorithm, secret })
    }

    /// The header of what it signs.
    pub(super) fn header(&self) -> Value {
        match &self.kid {
            Some(kid) => json!({ "alg": self.algorithm, "kid": kid, "typ": "JWT" }),
            None => json!({ "alg": self.algorithm, "typ": "JWT" }),
        }
    }

    /// The signature of a text; nothing where the key cannot make one.
    pub(super) fn sign(&self, text: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match &self.secret {
            Secret::Ecdsa(pair) => Some(pair.sign(&random, text).ok()?.as_ref().to_vec()),
            Secret::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(*encoding, &random, text, &mut signature).ok()?;
                Some(signature)
            }
            Secret::Ed25519(pair) => Some(pair.sign(text).as_ref().to_vec()),
            Secret::Hmac(key) => Some(hmac::sign(key, text).as_ref().to_vec()),
        }
    }
}

impl Jwk {
    fn secret(&self, algorithm: &str) -> Result<Secret, String> {
        match algorithm {
            "ES256" => self.ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING),
            "ES384" => self.ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING),
            "RS256" => self.rsa(&RSA_PKCS1_SHA256),
            "RS384" => self.rsa(&RSA_PKCS1_SHA384),
            "RS512" => self.rsa(&RSA_PKCS1_SHA512),
            "PS256" => self.rsa(&RSA_PSS_SHA256),
            "PS384" => self.rsa(&RSA_PSS_SHA384),
            "PS512" => self.rsa(&RSA_PSS_SHA512),
            "EdDSA" => {
                let pair = Ed25519KeyPair::from_seed_and_public_key(&bytes("d", &self.d)?, &bytes("x", &self.x)?);
                pair.map(Secret::Ed25519).map_err(|error| format!("the key is no Ed25519 key pair: {error}"))
            }
            "HS256" => self.hmac(hmac::HMAC_SHA256),
            "HS384" => self.hmac(hmac::HMAC_SHA384),
            "HS512" => self.hmac(hmac::HMAC_SHA512),
            other => Err(format!("the algorithm \"{other}\" is not known: {KNOWN}")),
        }
    }

    fn ecdsa(&self, algorithm: &'static ring::signature::EcdsaSigningAlgorithm) -> Result<Secret, String> {
        // An uncompressed point: SEC 1, section 2.3.3.
        let public = [vec![4], bytes("x", &self.x)?, bytes("y", &self.y)?].concat();
        let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, &bytes("d", &self.d)?, &public, &SystemRandom::new());
        pair.map(Secret::Ecdsa).map_err(|error| format!("the key is no key pair of this curve: {error}"))
    }

    fn rsa(&self, encoding: &'static dyn RsaEncoding) -> Result<Secret, String> {
        let components = KeyPairComponents {
            public_key: rsa::PublicKeyComponents { n: bytes("n", &self.n)?, e: bytes("e", &self.e)? },
            d: bytes("d", &self.d)?,
            p: bytes("p", &self.p)?,
            q: bytes("q", &self.q)?,
            dP: bytes("dp", &self.dp)?,
            dQ: bytes("dq", &self.dq)?,
            qInv: bytes("qi", &self.qi)?,
        };
        let pair = RsaKeyPair::from_components(&components);
        pair.map(|pair| Secret::Rsa(pair, encoding)).map_err(|error| format!("the key is no RSA key pair: {error}"))
    }

    fn hmac(&self, algorithm: hmac::Algorithm) -> Result<Secret, String> {
        Ok(Secret::Hmac(hmac::Key::new(algorithm, &bytes("k", &self.k)?)))
    }
}

fn bytes(name: &str, text: &str) -> Result<Vec<u8>, String> {
    match URL_SAFE_NO_PAD.decode(text) {
        Ok(bytes) if !bytes.is_empty() => Ok(bytes),
        _ => Err(format!("the key's {name} is missing or no base64url; a private key is needed")),
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ED25519, KeyPair, UnparsedPublicKey};

    use super::*;

    fn set(key: &Value) -> String {
        json!({ "keys": [key] }).to_string()
    }

    #[test]
    fn a_shared_secret_signs_what_it_verifies() {
        let secret = b"a secret of thirty-two bytes ....";
        let key =
            SigningKey::first_of(&set(&json!({ "kty": "oct", "kid": "k1", "alg": "HS384", "k": URL_SAFE_NO_PAD.encode(secret) }))).unwrap();
        assert_eq!(key.header(), json!({ "alg": "HS384", "kid": "k1", "typ": "JWT" }));
        let signature = key.sign(b"text").unwrap();
        assert!(hmac::verify(&hmac::Key::new(hmac::HMAC_SHA384, secret), b"text", &signature).is_ok());
    }

    #[test]
    fn an_ed25519_key_signs_what_its_public_half_verifies() {
        let seed = [7; 32];
        let public = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap().public_key().as_ref().to_vec();
        let jwk = json!({ "kty": "OKP", "alg": "EdDSA", "d": URL_SAFE_NO_PAD.encode(seed), "x": URL_SAFE_NO_PAD.encode(&public) });
        let signature = SigningKey::first_of(&set(&jwk)).unwrap().sign(b"text").unwrap();
        assert!(UnparsedPublicKey::new(&ED25519, &public).verify(b"text", &signature).is_ok());
    }

    #[test]
    fn keys_that_cannot_sign_are_refused() {
        for bad in ["", "[]", "{}", r#"{"keys":[]}"#] {
            assert!(SigningKey::first_of(bad).is_err(), "{bad}");
        }
        let public_only = json!({ "kty": "EC", "alg": "ES256", "x": "AAAA", "y": "AAAA" });
        for bad in [
            public_only,
            json!({ "kty": "oct", "k": "AAAA" }),
            json!({ "kty": "oct", "alg": "none", "k": "AAAA" }),
            json!({ "kty": "oct", "alg": "HS256", "k": "" }),
        ] {
            assert!(SigningKey::first_of(&set(&bad)).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_offered_as_a_key_set(text in ".{0,200}") {
            let _ = SigningKey::first_of(&text);
        }
    }
}
