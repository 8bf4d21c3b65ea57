//! How costly a hash may be.
//! Never consulted for hashes that are made here: the configuration bounds those. Applied in `format`.

/// The highest accepted value of each cost parameter.
pub(crate) struct Limits {
    pub(crate) bcrypt_cost: u32,
    pub(crate) argon2_memory_kib: u32,
    pub(crate) argon2_iterations: u32,
    pub(crate) argon2_lanes: u32,
    pub(crate) pbkdf2_iterations: u32,
    /// The cost itself, not its logarithm.
    pub(crate) scrypt_cost: u32,
    pub(crate) scrypt_block_size: u32,
    pub(crate) scrypt_parallelism: u32,
    pub(crate) sha_crypt_rounds: u32,
}

impl Limits {
    /// For hashes that come in from outside: what one login may cost.
    pub(crate) const IMPORT: Self = Self {
        bcrypt_cost: 15,
        argon2_memory_kib: 1 << 20,
        argon2_iterations: 10,
        argon2_lanes: 16,
        pbkdf2_iterations: 10_000_000,
        scrypt_cost: 1 << 17,
        scrypt_block_size: 8,
        scrypt_parallelism: 10,
        sha_crypt_rounds: 1_000_000,
    };

    /// For hashes in the database. Wider, because the configured costs of own hashes may be, and because
    /// a database that is taken over may hold what no import would let in today.
    pub(crate) const VERIFY: Self = Self {
        bcrypt_cost: 31,
        argon2_memory_kib: 1 << 22,
        argon2_iterations: 1000,
        argon2_lanes: 255,
        pbkdf2_iterations: 100_000_000,
        scrypt_cost: 1 << 19,
        scrypt_block_size: 16,
        scrypt_parallelism: 16,
        sha_crypt_rounds: 10_000_000,
    };
}
