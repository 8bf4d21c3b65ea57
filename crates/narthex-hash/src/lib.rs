//! Password hashing: makes bcrypt and argon2id hashes, checks passwords against these and every format that can be imported,
//! on a bounded pool of own threads. Never runs a hash on the caller's thread and never logs a password or a hash.
//! Start at [`Hasher`]; the formats are in `format`, the computations in `recipe` and `bcrypt`, the threads in `pool`.

#![forbid(unsafe_code)]

mod bcrypt;
mod error;
mod format;
mod hasher;
mod password;
mod pool;
mod recipe;
mod settings;

pub use bcrypt::MAX_PASSWORD as BCRYPT_MAX_PASSWORD;
pub use error::HashError;
pub use format::{Format, HashFormatError, recognise};
pub use hasher::Hasher;
pub use password::Password;
pub use pool::PoolOptions;
pub use settings::{Settings, needs_rehash, same_algorithm};
