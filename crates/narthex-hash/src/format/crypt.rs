//! Reads the formats of crypt(3), under the names that imports have for them.
//! Never refuses one for its salt or key: what is wrong there just matches no password.

use super::{Checkable, Format, HashFormatError, Limits};
use crate::recipe::{Crypt, Recipe};

/// `<salt>$<key>`, for SHA-crypt with `rounds=<rounds>$` before it.
pub(super) fn read(format: Format, fields: &[&str], limits: &Limits) -> Result<Option<Checkable>, HashFormatError> {
    let (rounds, salt, key) = match *fields {
        [salt, key] => (None, salt, key),
        [rounds, salt, key] => match rounds.strip_prefix("rounds=").and_then(|digits| digits.parse::<u64>().ok()) {
            Some(rounds) => (Some(rounds), salt, key),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    let salt = salt.as_bytes().to_vec();
    let limit = u64::from(limits.sha_crypt_rounds);
    let params = match rounds {
        Some(found) if found > limit => {
            return Err(HashFormatError::TooCostly { format, parameter: "rounds", found, limit });
        }
        // Fewer rounds than the function's least mean that least.
        Some(found) => u32::try_from(found).ok().and_then(|rounds| sha_crypt::Params::new(rounds.max(sha_crypt::Params::ROUNDS_MIN)).ok()),
        None => sha_crypt::Params::new(sha_crypt::Params::RECOMMENDED_ROUNDS).ok(),
    };
    let crypt = match (format, params) {
        (Format::Sha256Crypt, Some(params)) => Crypt::Sha256 { params, salt },
        (Format::Sha512Crypt, Some(params)) => Crypt::Sha512 { params, salt },
        (Format::Md5Crypt, _) if rounds.is_none() => Crypt::Md5 { salt },
        _ => return Ok(None),
    };
    Ok(Some(Checkable { recipe: Recipe::Crypt(crypt), key: key.as_bytes().to_vec() }))
}
