//! Reads the formats of functions that are costly on purpose: their fields are parameters, salt and key.
//! Never accepts parameters that the function itself would refuse.

use super::{BCRYPT64, Checkable, Format, HashFormatError, Limits, RAW64};
use crate::recipe::{Argon2, Costs, Recipe, Variant};

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
        let (salt, key) = rest
            .split_at_checked(22)
            .ok_or_else(|| self.malformed("it is cut short"))?;
        let salt = self
            .decode(&BCRYPT64, salt)?
            .try_into()
            .map_err(|_| self.malformed("the salt is cut short"))?;
        if key.len() != 31 {
            return Err(self.malformed("the key does not have 31 characters"));
        }
        let key = self.decode(&BCRYPT64, key)?;
        Ok(Some(Checkable {
            recipe: Recipe::Bcrypt { cost, salt },
            key,
        }))
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
        let variant = if self.format == Format::Argon2i {
            Variant::Argon2i
        } else {
            Variant::Argon2id
        };
        let costs = Costs {
            memory_kib,
            iterations,
            lanes,
        };
        let (salt, key) = (self.decode(&RAW64, salt)?, self.decode(&RAW64, key)?);
        let argon2 = Argon2::new(variant, costs, salt, key.len()).ok_or_else(|| {
            self.malformed("its parameters, its salt or its key are less than RFC 9106 asks for")
        })?;
        Ok(Some(Checkable {
            recipe: Recipe::Argon2(argon2),
            key,
        }))
    }

    /// Parameters in the format's order, each with its name and `=`.
    fn parameters<const N: usize>(
        &self,
        text: &str,
        names: [&str; N],
    ) -> Result<[u32; N], HashFormatError> {
        let mut values = [0; N];
        let mut found = text.split(',');
        for (value, name) in values.iter_mut().zip(names) {
            let digits = found.next().and_then(|field| field.strip_prefix(name));
            *value = self
                .number(digits.ok_or_else(|| {
                    self.malformed("its parameters are not those of the format")
                })?)?;
        }
        match found.next() {
            None => Ok(values),
            Some(_) => Err(self.malformed("it has parameters that the format does not know")),
        }
    }

    fn number(&self, digits: &str) -> Result<u32, HashFormatError> {
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        digits
            .parse()
            .ok()
            .filter(|_| plain)
            .ok_or_else(|| self.malformed("a parameter is not a number"))
    }

    fn limit(
        &self,
        parameter: &'static str,
        found: u32,
        limit: u32,
    ) -> Result<(), HashFormatError> {
        if found <= limit {
            return Ok(());
        }
        Err(HashFormatError::TooCostly {
            format: self.format,
            parameter,
            found: found.into(),
            limit: limit.into(),
        })
    }

    fn decode(
        &self,
        alphabet: &impl base64::Engine,
        text: &str,
    ) -> Result<Vec<u8>, HashFormatError> {
        alphabet
            .decode(text)
            .map_err(|_| self.malformed("salt or key are not in the format's base64"))
    }

    fn malformed(&self, what: &'static str) -> HashFormatError {
        HashFormatError::Malformed {
            format: self.format,
            what,
        }
    }
}
