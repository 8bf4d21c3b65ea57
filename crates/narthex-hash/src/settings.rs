//! How new hashes are made, and whether a stored one was made that way.
//! Never decides when a hash is replaced: that is the login's business. The fresh recipe goes to `hasher`.

use base64::Engine as _;
use rand::RngCore as _;

use crate::bcrypt;
use crate::error::HashError;
use crate::format::{BCRYPT64, Limits, RAW64, parse};
use crate::recipe::{Argon2, Costs, Recipe, Variant};

/// The algorithm and costs of new hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settings {
    /// bcrypt, written as `$2a$`.
    Bcrypt {
        /// Binary logarithm of the number of rounds, 4 to 31.
        cost: u32,
    },
    /// argon2id, version 1.3 (RFC 9106), written as a PHC string.
    Argon2id {
        /// Memory in KiB. Less than the algorithm's least (8 for each lane) means that least.
        memory_kib: u32,
        /// Passes over the memory, at least 1.
        iterations: u32,
        /// Lanes, at least 1. They are computed one after the other: the pool's other threads have work of their own.
        parallelism: u32,
        /// Bytes of salt, at least 8.
        salt_length: u32,
        /// Bytes of the result, at least 4.
        key_length: u32,
    },
}

/// A recipe with a fresh salt, and how its result is written.
pub(crate) struct Fresh {
    pub(crate) recipe: Recipe,
    prefix: String,
    alphabet: &'static base64::engine::GeneralPurpose,
}

impl Fresh {
    /// The hash as it is stored.
    pub(crate) fn encode(&self, key: &[u8]) -> String {
        let mut text = self.prefix.clone();
        self.alphabet.encode_string(key, &mut text);
        text
    }
}

/// Salts and keys longer than this make no hash better, and would only fill the database.
const LONGEST_FIELD: u32 = 512;

impl Settings {
    /// A recipe for one new hash.
    pub(crate) fn fresh(&self) -> Result<Fresh, HashError> {
        match *self {
            Self::Bcrypt { cost } => {
                if !(4..=31).contains(&cost) {
                    return Err(HashError::Settings("bcrypt's cost goes from 4 to 31"));
                }
                let mut salt = [0; bcrypt::SALT_LENGTH];
                rand::rng().fill_bytes(&mut salt);
                Ok(Fresh {
                    recipe: Recipe::Bcrypt { cost, salt },
                    prefix: format!("$2a${cost:02}${}", BCRYPT64.encode(salt)),
                    alphabet: &BCRYPT64,
                })
            }
            Self::Argon2id { memory_kib, iterations, parallelism, salt_length, key_length } => {
                if !(8..=LONGEST_FIELD).contains(&salt_length) || !(4..=LONGEST_FIELD).contains(&key_length) {
                    return Err(HashError::Settings("argon2's salt takes 8 to 512 bytes, its key 4 to 512"));
                }
                let mut salt = vec![0; salt_length as usize];
                rand::rng().fill_bytes(&mut salt);
                let costs = argon2_costs(memory_kib, iterations, parallelism);
                let prefix =
                    format!("$argon2id$v=19$m={},t={},p={}${}$", costs.memory_kib, costs.iterations, costs.lanes, RAW64.encode(&salt));
                let argon2 = Argon2::new(Variant::Argon2id, costs, salt, key_length as usize)
                    .ok_or(HashError::Settings("argon2 needs at least one pass and one lane"))?;
                Ok(Fresh { recipe: Recipe::Argon2(argon2), prefix, alphabet: &RAW64 })
            }
        }
    }
}

/// The costs as they are used: no less memory than eight blocks for each lane.
fn argon2_costs(memory_kib: u32, iterations: u32, lanes: u32) -> Costs {
    Costs { memory_kib: memory_kib.max(lanes.saturating_mul(8)), iterations, lanes }
}

/// Whether the hash was made by another algorithm than `how` asks for, or at other costs (higher or lower).
/// The lengths of salt and key are no cost. A hash that cannot be read needs one.
pub fn needs_rehash(hash: &str, how: &Settings) -> bool {
    match (stored_recipe(hash), how) {
        (Some(Recipe::Bcrypt { cost: stored, .. }), Settings::Bcrypt { cost }) => stored != *cost,
        (Some(Recipe::Argon2(stored)), Settings::Argon2id { memory_kib, iterations, parallelism, .. }) => {
            stored.variant() != Variant::Argon2id || stored.costs() != argon2_costs(*memory_kib, *iterations, *parallelism)
        }
        _ => true,
    }
}

/// Whether the hash was made by the algorithm that `how` asks for, at whatever cost.
pub fn same_algorithm(hash: &str, how: &Settings) -> bool {
    match (stored_recipe(hash), how) {
        (Some(Recipe::Bcrypt { .. }), Settings::Bcrypt { .. }) => true,
        (Some(Recipe::Argon2(stored)), Settings::Argon2id { .. }) => stored.variant() == Variant::Argon2id,
        _ => false,
    }
}

fn stored_recipe(hash: &str) -> Option<Recipe> {
    Some(parse(hash, &Limits::VERIFY).ok()?.checkable?.recipe)
}
