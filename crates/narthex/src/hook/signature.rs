//! Signatures of web hooks, so that a target can tell that this server calls, and that nobody repeats an old call
//! (Standard Webhooks 1.0: headers `webhook-id`, `webhook-timestamp`, `webhook-signature`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue};
use narthex_api::Time;
use narthex_config::Secret;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Signs calls. Without secrets it signs none.
#[derive(Default)]
pub struct Signer(Vec<Zeroizing<Vec<u8>>>);

impl Signer {
    /// A signer with these secrets, all of which sign: a target may change over to another one at any time.
    ///
    /// # Errors
    /// Which of them is no secret, and why.
    pub fn new(secrets: &[Secret]) -> Result<Self, String> {
        let keys = secrets.iter().enumerate().map(|(index, secret)| {
            key(secret.expose()).ok_or_else(|| {
                format!("narthex.webhooks.secrets.{index}: a secret is written as whsec_ and the base64 of 24 to 64 random bytes.")
            })
        });
        keys.collect::<Result<_, _>>().map(Self)
    }

    /// Whether there is a secret to sign with.
    pub fn signs(&self) -> bool {
        !self.0.is_empty()
    }

    /// Adds what names the call, tells the time of this try, and proves both and the body.
    pub(super) fn sign(&self, headers: &mut HeaderMap, id: &str, now: Time, body: &[u8]) {
        let at = now.timestamp().as_second().to_string();
        let signatures: Vec<String> = self.0.iter().filter_map(|key| one(key, id, &at, body)).collect();
        let named = [("webhook-id", id.to_owned()), ("webhook-timestamp", at), ("webhook-signature", signatures.join(" "))];
        for (name, value) in named.into_iter().filter(|(_, value)| !value.is_empty()) {
            if let Ok(mut value) = HeaderValue::try_from(value) {
                // Whoever the target redirects to must not be able to repeat the call as one of this server's.
                value.set_sensitive(name == "webhook-signature");
                headers.insert(name, value);
            }
        }
    }
}

fn key(secret: &str) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = Zeroizing::new(STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?);
    (24..=64).contains(&bytes.len()).then_some(bytes)
}

fn one(key: &[u8], id: &str, at: &str, body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    for part in [id.as_bytes(), b".", at.as_bytes(), b".", body] {
        mac.update(part);
    }
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(texts: &[&str]) -> Vec<Secret> {
        texts.iter().map(|text| Secret::new(*text)).collect()
    }

    #[test]
    fn calls_are_signed_as_the_standard_shows() {
        let signer = Signer::new(&secrets(&["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])).unwrap();
        let now = Time::new(jiff::Timestamp::from_second(1_614_265_330).unwrap());
        let mut headers = HeaderMap::new();
        signer.sign(&mut headers, "msg_p5jXN8AQM9LWM0D4loKWxJek", now, br#"{"test": 2432232314}"#);
        assert_eq!(headers["webhook-id"], "msg_p5jXN8AQM9LWM0D4loKWxJek");
        assert_eq!(headers["webhook-timestamp"], "1614265330");
        assert_eq!(headers["webhook-signature"], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_secret_signs_and_wrong_ones_are_named() {
        let [one, other] = [[1; 24], [2; 24]].map(|bytes| format!("whsec_{}", STANDARD.encode(bytes)));
        let signer = Signer::new(&secrets(&[&one, &other])).unwrap();
        let mut headers = HeaderMap::new();
        signer.sign(&mut headers, "id", Time::new(jiff::Timestamp::UNIX_EPOCH), b"");
        assert_eq!(headers["webhook-signature"].to_str().unwrap().split(' ').count(), 2);
        for wrong in ["", "hidden", "whsec_", "whsec_MfKQ", "whsec_%%"] {
            let error = Signer::new(&secrets(&[&one, wrong])).err().unwrap();
            assert!(error.contains("secrets.1") && !error.contains("MfKQ") && !error.contains("hidden"), "{error}");
        }
    }
}
