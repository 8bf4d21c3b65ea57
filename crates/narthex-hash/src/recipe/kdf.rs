//! PBKDF2 (RFC 8018), scrypt (RFC 7914), and the scrypt that Firebase makes of it.
//! Never used for new hashes. Read from text by `format`.

use aes::Aes256;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit as _, StreamCipher as _};
use hmac::{Hmac, SimpleHmac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use sha3::{Sha3_224, Sha3_384};

/// The pseudo-random functions that PBKDF2 is run with. What the format calls sha224 and sha384 is SHA-3 in truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prf {
    Sha1,
    Sha3_224,
    Sha256,
    Sha3_384,
    Sha512,
}

/// PBKDF2 besides the password.
#[derive(Debug, Clone)]
pub(crate) struct Pbkdf2 {
    pub(crate) prf: Prf,
    pub(crate) iterations: u32,
    pub(crate) salt: Vec<u8>,
    pub(crate) length: usize,
}

impl Pbkdf2 {
    pub(crate) fn derive(&self, password: &[u8]) -> Vec<u8> {
        let derive = match self.prf {
            Prf::Sha1 => pbkdf2::pbkdf2::<Hmac<Sha1>>,
            Prf::Sha3_224 => pbkdf2::pbkdf2::<SimpleHmac<Sha3_224>>,
            Prf::Sha256 => pbkdf2::pbkdf2::<Hmac<Sha256>>,
            Prf::Sha3_384 => pbkdf2::pbkdf2::<SimpleHmac<Sha3_384>>,
            Prf::Sha512 => pbkdf2::pbkdf2::<Hmac<Sha512>>,
        };
        let mut key = vec![0; self.length];
        // HMAC takes a password of any length: there is no error to come, and no key if there were one.
        derive(password, &self.salt, self.iterations, &mut key).map(|()| key).unwrap_or_default()
    }
}

/// scrypt besides the password.
#[derive(Debug, Clone)]
pub(crate) struct Scrypt {
    params: scrypt::Params,
    salt: Vec<u8>,
    length: usize,
}

impl Scrypt {
    /// Nothing for parameters that scrypt does not know: `cost` is a power of two above one, the others are not zero.
    pub(crate) fn new(cost: u32, block_size: u32, parallelism: u32, salt: Vec<u8>, length: usize) -> Option<Self> {
        if !cost.is_power_of_two() || cost == 1 {
            return None;
        }
        let log_cost = u8::try_from(cost.ilog2()).ok()?;
        let params = scrypt::Params::new(log_cost, block_size, parallelism).ok()?;
        Some(Self { params, salt, length })
    }

    pub(crate) fn derive(&self, password: &[u8]) -> Vec<u8> {
        let mut key = vec![0; self.length];
        // The only error is an empty key, which matches nothing.
        scrypt::scrypt(password, &self.salt, &self.params, &mut key).map(|()| key).unwrap_or_default()
    }
}

/// Firebase's scrypt: the project's signer key, encrypted under the key that scrypt derives.
#[derive(Debug, Clone)]
pub(crate) struct FirebaseScrypt {
    scrypt: Scrypt,
    signer_key: Vec<u8>,
}

impl FirebaseScrypt {
    /// `salt` ends with the project's salt separator. Nothing for parameters that scrypt does not know.
    pub(crate) fn new(cost: u32, block_size: u32, parallelism: u32, salt: Vec<u8>, signer_key: Vec<u8>) -> Option<Self> {
        let scrypt = Scrypt::new(cost, block_size, parallelism, salt, 32)?;
        Some(Self { scrypt, signer_key })
    }

    pub(crate) fn derive(&self, password: &[u8]) -> Vec<u8> {
        let mut text = self.signer_key.clone();
        match Ctr128BE::<Aes256>::new_from_slices(&self.scrypt.derive(password), &[0; 16]) {
            Ok(mut cipher) => {
                cipher.apply_keystream(&mut text);
                text
            }
            // Key and nonce have the cipher's lengths: there is no error to come, and no key if there were one.
            Err(_) => Vec::new(),
        }
    }
}
