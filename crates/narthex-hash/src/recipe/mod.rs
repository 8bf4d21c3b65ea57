//! How a key is computed from a password: algorithm, costs and salt, without the result.
//! Never compares anything: `hasher` does. Run by the threads of `pool`, read from text by `format`.

mod argon2;
mod crypt;
mod digest;
mod kdf;

use zeroize::Zeroizing;

pub(crate) use argon2::{Arena, Argon2, Costs, Variant};
pub(crate) use crypt::Crypt;
pub(crate) use digest::{Function, Piece};
pub(crate) use kdf::{FirebaseScrypt, Pbkdf2, Prf, Scrypt};

use crate::bcrypt;
use crate::error::HashError;
use crate::password::Password;

/// What a hash string says besides the key itself.
#[derive(Debug, Clone)]
pub(crate) enum Recipe {
    Bcrypt { cost: u32, salt: [u8; bcrypt::SALT_LENGTH] },
    Argon2(Argon2),
    Pbkdf2(Pbkdf2),
    Scrypt(Scrypt),
    FirebaseScrypt(FirebaseScrypt),
    Crypt(Crypt),
    Digest { function: Function, pieces: Vec<Piece> },
    Hmac { function: Function, key: Vec<u8> },
}

/// The longest password for functions that go over it many times, in bytes: their cost grows with its length.
const LONGEST_REPEATED: usize = 4096;

impl Recipe {
    /// Whether the function takes a password of this length: all of it counts, and the time is bounded.
    pub(crate) fn takes(&self, password: &Password) -> bool {
        match self {
            Self::Bcrypt { .. } => password.len() <= bcrypt::MAX_PASSWORD,
            Self::Crypt(_) | Self::Digest { .. } => password.len() <= LONGEST_REPEATED,
            Self::Argon2(_) | Self::Pbkdf2(_) | Self::Scrypt(_) | Self::FirebaseScrypt(_) | Self::Hmac { .. } => true,
        }
    }

    /// The key of the password.
    pub(crate) fn derive(&self, password: &Password, arena: &mut Arena) -> Result<Zeroizing<Vec<u8>>, HashError> {
        let password = password.as_bytes();
        let key = match self {
            Self::Argon2(argon2) => return argon2.derive(password, arena),
            Self::Bcrypt { cost, salt } => bcrypt::hash(*cost, &[bcrypt::Input { password, salt }]).concat(),
            Self::Pbkdf2(pbkdf2) => pbkdf2.derive(password),
            Self::Scrypt(scrypt) => scrypt.derive(password),
            Self::FirebaseScrypt(firebase) => firebase.derive(password),
            Self::Crypt(crypt) => crypt.derive(password),
            Self::Digest { function, pieces } => function.digest(pieces, password),
            Self::Hmac { function, key } => function.hmac(key, password),
        };
        Ok(Zeroizing::new(key))
    }
}
