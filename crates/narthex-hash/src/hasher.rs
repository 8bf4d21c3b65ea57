//! The handle that the server hashes and checks passwords with.
//! Never compares in a time that depends on the content. The work itself is done in `pool` by the `recipe`.

use std::sync::Arc;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::error::HashError;
use crate::format::{Limits, parse};
use crate::password::Password;
use crate::pool::{Pool, PoolOptions};
use crate::recipe::Recipe;
use crate::settings::Settings;

/// A handle to the pool of hashing threads: clones share the pool, which ends with the last of them.
///
/// Dropping a future of [`hash`](Self::hash) or [`verify`](Self::verify) takes its job off the queue.
#[derive(Debug, Clone)]
pub struct Hasher(Arc<Pool>);

impl Hasher {
    /// A pool with these bounds. Its threads start when there is work for them.
    pub fn new(options: PoolOptions) -> Self {
        Self(Arc::new(Pool::new(options)))
    }

    /// A new hash of the password with a fresh salt: `$2a$…` or `$argon2id$…`.
    ///
    /// # Errors
    /// [`HashError::TooLong`] for bcrypt and a password it would cut; [`HashError::Busy`] when the queue is full;
    /// [`HashError::Settings`] for costs that the algorithm does not know.
    pub async fn hash(&self, password: Password, how: &Settings) -> Result<String, HashError> {
        let fresh = how.fresh()?;
        if !fresh.recipe.takes(&password) {
            return Err(HashError::TooLong);
        }
        let key = self.derive(fresh.recipe.clone(), password).await?;
        Ok(fresh.encode(&key))
    }

    /// Whether the password is the one that the hash was made of. The hash may have any format of [`Format`](crate::Format).
    ///
    /// # Errors
    /// [`HashError::Malformed`] for a hash that cannot be read; [`HashError::Busy`] when the queue is full.
    pub async fn verify(&self, password: Password, hash: &str) -> Result<bool, HashError> {
        let Some(stored) = parse(hash, &Limits::VERIFY)?.checkable else {
            return Ok(false);
        };
        if !stored.recipe.takes(&password) {
            return Ok(false);
        }
        let key = self.derive(stored.recipe, password).await?;
        Ok(key.ct_eq(&stored.key).into())
    }

    /// How many jobs wait for a thread.
    pub fn queue_len(&self) -> usize {
        self.0.queue_len()
    }

    async fn derive(&self, recipe: Recipe, password: Password) -> Result<Zeroizing<Vec<u8>>, HashError> {
        self.0.submit(recipe, password)?.await.map_err(|_| HashError::Stopped)?
    }
}
