//! Reads the formats of functions that are costly on purpose: their fields are parameters, salt and key.
//! Never accepts parameters that the function itself would refuse.

use base64::engine::general_purpose::STANDARD;

use super::{BCRYPT64, Checkable, Format, HashFormatError, Limits, RAW64};
use crate::recipe::{Argon2, Costs, FirebaseScrypt, Pbkdf2, Prf, Recipe, Scrypt, Variant};

/// The longest key that is computed, in bytes: PBKDF2's time grows with it.
const LONGEST_KEY: usize = 512;

/// Reads the fields of one hash.
pub(super) struct Reader<'a> {
    pub(super) format: Format,
    pub(super) limits: &'a Limits,
}

type Read = Result<Option<Checkable>, HashFormatError>;

impl Reader<'_> {
    /// `<cost>$<22 characters of salt><31 characters of key>`
    pub(super) fn bcrypt(&self, fields: &[&str]) -> Read {
        let [cost, rest] = fields else {
            return Err(self.malformed("cost, salt and key are expected"));
        };
        if cost.len() != 2 {
            return Err(self.malformed("the cost takes two digits"));
        }
        let cost = self.number(cost)?;
        if cost < 4 {
            return Err(self.malformed("the cost is less than 4"));
        }
        self.limit("cost", cost, self.limits.bcrypt_cost)?;
        let (salt, key) = rest.split_at_checked(22).ok_or_else(|| self.malformed("it is cut short"))?;
        let salt = self.decode(&BCRYPT64, salt)?.try_into().map_err(|_| self.malformed("the salt is cut short"))?;
        if key.len() != 31 {
            return Err(self.malformed("the key does not have 31 characters"));
        }
        let key = self.decode(&BCRYPT64, key)?;
        Ok(Some(Checkable { recipe: Recipe::Bcrypt { cost, salt }, key }))
    }

    /// `v=19$m=<KiB>,t=<passes>,p=<lanes>$<salt>$<key>`
    pub(super) fn argon2(&self, fields: &[&str]) -> Read {
        let [version, parameters, salt, key] = fields else {
            return Err(self.malformed("version, parameters, salt and key are expected"));
        };
        if *version != "v=19" {
            return Err(self.malformed("its version is not 19"));
        }
        let [memory_kib, iterations, lanes] = self.parameters(parameters, ["m=", "t=", "p="])?;
        self.limit("m", memory_kib, self.limits.argon2_memory_kib)?;
        self.limit("t", iterations, self.limits.argon2_iterations)?;
        self.limit("p", lanes, self.limits.argon2_lanes)?;
        let variant = if self.format == Format::Argon2i { Variant::Argon2i } else { Variant::Argon2id };
        let costs = Costs { memory_kib, iterations, lanes };
        let (salt, key) = (self.decode(&RAW64, salt)?, self.decode(&RAW64, key)?);
        let argon2 = Argon2::new(variant, costs, salt, key.len())
            .ok_or_else(|| self.malformed("its parameters, its salt or its key are less than RFC 9106 asks for"))?;
        Ok(Some(Checkable { recipe: Recipe::Argon2(argon2), key }))
    }

    /// `<function>$i=<iterations>,l=<ignored>$<salt>$<key>`; an unknown function of the sha family means SHA-256.
    pub(super) fn pbkdf2(&self, function: &str, fields: &[&str]) -> Read {
        let digits = function.strip_prefix("sha").ok_or(HashFormatError::Unknown)?;
        if !(1..=3).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(HashFormatError::Unknown);
        }
        let prf = match digits {
            "1" => Prf::Sha1,
            "224" => Prf::Sha3_224,
            "384" => Prf::Sha3_384,
            "512" => Prf::Sha512,
            _ => Prf::Sha256,
        };
        let [parameters, salt, key] = fields else {
            return Err(self.malformed("parameters, salt and key are expected"));
        };
        let [iterations, _] = self.parameters(parameters, ["i=", "l="])?;
        if iterations == 0 {
            return Err(self.malformed("it has no iterations"));
        }
        self.limit("i", iterations, self.limits.pbkdf2_iterations)?;
        let (salt, key) = (self.decode(&RAW64, salt)?, self.key(&RAW64, key)?);
        let pbkdf2 = Pbkdf2 { prf, iterations, salt, length: key.len() };
        Ok(Some(Checkable { recipe: Recipe::Pbkdf2(pbkdf2), key }))
    }

    /// `ln=<cost>,r=<block size>,p=<parallelism>$<salt>$<key>`; here `ln` is the cost, not its logarithm.
    pub(super) fn scrypt(&self, fields: &[&str]) -> Read {
        let [parameters, salt, key] = fields else {
            return Err(self.malformed("parameters, salt and key are expected"));
        };
        let [cost, block_size, parallelism] = self.parameters(parameters, ["ln=", "r=", "p="])?;
        self.limit("ln", cost, self.limits.scrypt_cost)?;
        self.limit("r", block_size, self.limits.scrypt_block_size)?;
        self.limit("p", parallelism, self.limits.scrypt_parallelism)?;
        let (salt, key) = (self.decode(&STANDARD, salt)?, self.key(&STANDARD, key)?);
        let scrypt = Scrypt::new(cost, block_size, parallelism, salt, key.len());
        Ok(scrypt.map(|scrypt| Checkable { recipe: Recipe::Scrypt(scrypt), key }))
    }

    /// `ln=<log2 of the cost>,r=<block size>,p=<parallelism>$<salt>$<key>$<salt separator>$<signer key>`
    pub(super) fn firebase_scrypt(&self, fields: &[&str]) -> Read {
        let [parameters, salt, key, separator, signer_key] = fields else {
            return Err(self.malformed("parameters, salt, key, salt separator and signer key are expected"));
        };
        let [log_cost, block_size, parallelism] = self.parameters(parameters, ["ln=", "r=", "p="])?;
        self.limit("ln", log_cost, self.limits.scrypt_cost.ilog2())?;
        self.limit("r", block_size, self.limits.scrypt_block_size)?;
        self.limit("p", parallelism, self.limits.scrypt_parallelism)?;
        let mut salt = self.decode(&STANDARD, salt)?;
        salt.extend(self.decode(&STANDARD, separator)?);
        let (key, signer_key) = (self.decode(&STANDARD, key)?, self.decode(&STANDARD, signer_key)?);
        let firebase = FirebaseScrypt::new(1 << log_cost, block_size, parallelism, salt, signer_key);
        Ok(firebase.map(|firebase| Checkable { recipe: Recipe::FirebaseScrypt(firebase), key }))
    }

    /// Parameters in the format's order, each with its name and `=`.
    fn parameters<const N: usize>(&self, text: &str, names: [&str; N]) -> Result<[u32; N], HashFormatError> {
        let mut values = [0; N];
        let mut found = text.split(',');
        for (value, name) in values.iter_mut().zip(names) {
            let digits = found.next().and_then(|field| field.strip_prefix(name));
            *value = self.number(digits.ok_or_else(|| self.malformed("its parameters are not those of the format"))?)?;
        }
        match found.next() {
            None => Ok(values),
            Some(_) => Err(self.malformed("it has parameters that the format does not know")),
        }
    }

    fn number(&self, digits: &str) -> Result<u32, HashFormatError> {
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|_| plain).ok_or_else(|| self.malformed("a parameter is not a number"))
    }

    fn limit(&self, parameter: &'static str, found: u32, limit: u32) -> Result<(), HashFormatError> {
        if found <= limit {
            return Ok(());
        }
        Err(HashFormatError::TooCostly { format: self.format, parameter, found: found.into(), limit: limit.into() })
    }

    fn decode(&self, alphabet: &impl base64::Engine, text: &str) -> Result<Vec<u8>, HashFormatError> {
        alphabet.decode(text).map_err(|_| self.malformed("salt or key are not in the format's base64"))
    }

    fn key(&self, alphabet: &impl base64::Engine, text: &str) -> Result<Vec<u8>, HashFormatError> {
        let key = self.decode(alphabet, text)?;
        if key.len() > LONGEST_KEY {
            return Err(self.malformed("its key is longer than 512 bytes"));
        }
        Ok(key)
    }

    fn malformed(&self, what: &'static str) -> HashFormatError {
        HashFormatError::Malformed { format: self.format, what }
    }
}
