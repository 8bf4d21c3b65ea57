//! `secrets`, `ciphers`, `hashers`.

use std::time::Duration;

use serde::Deserialize;

use crate::value::{Secret, bytes, duration};

/// `secrets`: in each list the first entry signs or encrypts, all of them verify or decrypt.
///
/// A list is empty when the configuration names none and none was generated; see `Loaded::missing_secrets`.
#[derive(Clone, Debug, Deserialize)]
pub struct Secrets {
    /// What the others fall back to.
    #[serde(default)]
    pub default: Vec<Secret>,
    /// Cookies and one-time codes; holds `secrets.default` when the configuration names no cookie secrets.
    #[serde(default)]
    pub cookie: Vec<Secret>,
    /// Column encryption, 32 bytes each.
    #[serde(default)]
    pub cipher: Vec<Secret>,
    /// Page tokens.
    #[serde(default)]
    pub pagination: Vec<Secret>,
}

/// `ciphers`.
#[derive(Clone, Debug, Deserialize)]
pub struct Ciphers {
    /// How columns are encrypted.
    pub algorithm: Cipher,
}

/// The encryption of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Cipher {
    /// Not at all: hexadecimal text.
    #[serde(rename = "noop")]
    Noop,
    /// AES-256-GCM.
    #[serde(rename = "aes")]
    Aes,
    /// XChaCha20-Poly1305.
    #[serde(rename = "xchacha20-poly1305")]
    XChaCha20Poly1305,
}

/// `hashers`.
#[derive(Clone, Debug, Deserialize)]
pub struct Hashers {
    /// Which one hashes new passwords; stored ones are recognised by their prefix.
    pub algorithm: Hasher,
    /// bcrypt.
    pub bcrypt: Bcrypt,
    /// Argon2id.
    pub argon2: Argon2,
}

/// The algorithm that new passwords are hashed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hasher {
    /// Argon2id.
    Argon2,
    /// bcrypt.
    Bcrypt,
}

/// `hashers.bcrypt`.
#[derive(Clone, Debug, Deserialize)]
pub struct Bcrypt {
    /// The cost in force: the configured one, but at least 12 outside development mode.
    pub cost: u32,
}

/// `hashers.argon2`.
#[derive(Clone, Debug, Deserialize)]
pub struct Argon2 {
    /// Memory in bytes.
    #[serde(deserialize_with = "bytes")]
    pub memory: u64,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
    /// Length of the salt in bytes.
    pub salt_length: u32,
    /// Length of the hash in bytes.
    pub key_length: u32,
    /// How long a hash is meant to take; also what an unknown account waits for.
    #[serde(deserialize_with = "duration")]
    pub expected_duration: Duration,
    /// By how much that may differ.
    #[serde(deserialize_with = "duration")]
    pub expected_deviation: Duration,
    /// Memory in bytes that the machine sets aside for hashing.
    #[serde(deserialize_with = "bytes")]
    pub dedicated_memory: u64,
}
