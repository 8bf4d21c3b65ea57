//! How a key is computed from a password: algorithm, costs and salt, without the result.
//! Never compares anything: `hasher` does. Run by the threads of `pool`, read from text by `format`.

mod argon2;

use zeroize::Zeroizing;

pub(crate) use argon2::{Arena, Argon2, Costs, Variant};

use crate::bcrypt;
use crate::error::HashError;
use crate::password::Password;

/// What a hash string says besides the key itself.
#[derive(Debug, Clone)]
pub(crate) enum Recipe {
    Bcrypt {
        cost: u32,
        salt: [u8; bcrypt::SALT_LENGTH],
    },
    Argon2(Argon2),
}

impl Recipe {
    /// Whether all of the password would count.
    pub(crate) fn takes(&self, password: &Password) -> bool {
        match self {
            Self::Bcrypt { .. } => password.len() <= bcrypt::MAX_PASSWORD,
            Self::Argon2(_) => true,
        }
    }

    /// The key of the password.
    pub(crate) fn derive(
        &self,
        password: &Password,
        arena: &mut Arena,
    ) -> Result<Zeroizing<Vec<u8>>, HashError> {
        let password = password.as_bytes();
        match self {
            Self::Bcrypt { cost, salt } => {
                let keys = bcrypt::hash(*cost, &[bcrypt::Input { password, salt }]);
                Ok(Zeroizing::new(keys.concat()))
            }
            Self::Argon2(argon2) => argon2.derive(password, arena),
        }
    }
}
