//! What can go wrong when hashing or checking a password.
//! Never says anything about the password's content. Made in `hasher` and `pool`.

use crate::format::HashFormatError;

/// Why a password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HashError {
    /// As many hashes wait as may wait: the caller answers 503 with `Retry-After`.
    #[error("too many passwords are waiting to be hashed")]
    Busy,
    /// More than [`BCRYPT_MAX_PASSWORD`](crate::BCRYPT_MAX_PASSWORD) bytes for bcrypt, which would ignore the rest (message 4000033).
    #[error("the password is longer than bcrypt can take in")]
    TooLong,
    /// The stored hash cannot be read.
    #[error("the stored password hash cannot be used: {0}")]
    Malformed(#[from] HashFormatError),
    /// The configured costs or lengths are outside of what the algorithm allows.
    #[error("the hashing settings are outside of what the algorithm allows: {0}")]
    Settings(&'static str),
    /// The memory that the hash asks for could not be allocated.
    #[error("not enough memory for the password hash")]
    OutOfMemory,
    /// The pool ended, or its threads could not be started.
    #[error("the password hashing threads are not running")]
    Stopped,
}
