//! argon2id and argon2i on memory that is kept from one hash to the next: fresh pages cost as much as the hash itself.
//! Never keeps more than [`KEPT`] blocks. `pool` gives each thread its arena and empties it when the thread is idle.

use argon2::{Algorithm, Block, Params, Version};
use zeroize::Zeroizing;

use crate::error::HashError;

/// Blocks (1 KiB each) beyond which an arena is given back after the hash that needed it.
const KEPT: usize = 256 * 1024;

/// The memory of one thread.
#[derive(Default)]
pub(crate) struct Arena(Vec<Block>);

impl Arena {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.capacity() == 0
    }

    /// Gives the memory back.
    pub(crate) fn release(&mut self) {
        self.0 = Vec::new();
    }

    fn blocks(&mut self, count: usize) -> Result<&mut [Block], HashError> {
        if self.0.len() < count {
            // Not grown in place: the content is worthless, and copying it would touch all of it.
            self.release();
            self.0.try_reserve_exact(count).map_err(|_| HashError::OutOfMemory)?;
            self.0.resize(count, Block::new());
        }
        self.0.get_mut(..count).ok_or(HashError::OutOfMemory)
    }
}

/// Which of the two variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    Argon2id,
    Argon2i,
}

/// What a hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Costs {
    pub(crate) memory_kib: u32,
    pub(crate) iterations: u32,
    pub(crate) lanes: u32,
}

/// Everything that a hash depends on besides the password.
#[derive(Debug, Clone)]
pub(crate) struct Argon2 {
    variant: Variant,
    params: Params,
    salt: Vec<u8>,
    length: usize,
}

impl Argon2 {
    /// Nothing if the costs or the lengths are outside of RFC 9106.
    pub(crate) fn new(variant: Variant, costs: Costs, salt: Vec<u8>, length: usize) -> Option<Self> {
        let params = Params::new(costs.memory_kib, costs.iterations, costs.lanes, Some(length)).ok()?;
        (salt.len() >= argon2::MIN_SALT_LEN).then_some(Self { variant, params, salt, length })
    }

    pub(crate) fn variant(&self) -> Variant {
        self.variant
    }

    pub(crate) fn costs(&self) -> Costs {
        Costs { memory_kib: self.params.m_cost(), iterations: self.params.t_cost(), lanes: self.params.p_cost() }
    }

    pub(crate) fn derive(&self, password: &[u8], arena: &mut Arena) -> Result<Zeroizing<Vec<u8>>, HashError> {
        let algorithm = match self.variant {
            Variant::Argon2id => Algorithm::Argon2id,
            Variant::Argon2i => Algorithm::Argon2i,
        };
        let argon2 = argon2::Argon2::new(algorithm, Version::V0x13, self.params.clone());
        let mut key = Zeroizing::new(vec![0; self.length]);
        let blocks = arena.blocks(self.params.block_count())?;
        let done = argon2.hash_password_into_with_memory(password, &self.salt, &mut key, blocks);
        if arena.0.len() > KEPT {
            arena.release();
        }
        done.map(|()| key).map_err(|_| HashError::Settings("argon2 does not take these parameters"))
    }
}
