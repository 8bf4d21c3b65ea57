//! `hashers`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::shared::{ConfigArgs, FormatArgs, bytes, duration};

#[derive(Subcommand)]
pub(crate) enum Hashers {
    /// Argon2id.
    #[command(subcommand)]
    Argon2(Argon2),
}

#[derive(Subcommand)]
pub(crate) enum Argon2 {
    /// Hash passwords, and tell how long it took.
    Hash {
        /// The passwords.
        #[arg(required = true, value_name = "PASSWORD")]
        passwords: Vec<String>,
        /// All of them at once.
        #[arg(long)]
        parallel: bool,
        #[command(flatten)]
        costs: Argon2Costs,
        #[command(flatten)]
        more: Argon2More,
    },
    /// Find the costs that this machine can bear at so many sign-ins a minute.
    Calibrate(Box<Calibrate>),
    /// Try whether this machine can bear so many sign-ins a minute.
    LoadTest {
        /// Sign-ins a minute.
        #[arg(value_parser = clap::value_parser!(u32).range(1..), value_name = "REQUESTS_PER_MINUTE")]
        requests: u32,
        #[command(flatten)]
        costs: Argon2Costs,
        #[command(flatten)]
        more: Argon2More,
        #[command(flatten)]
        format: FormatArgs,
    },
}

/// Costs that stand in place of the configuration's.
#[derive(Args, Clone)]
pub(crate) struct Argon2Costs {
    /// Passes over the memory.
    #[arg(long, allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) iterations: Option<u32>,
    /// Memory of one hash, such as 128MB.
    #[arg(long, value_parser = bytes)]
    pub(crate) memory: Option<u64>,
}

#[derive(Args, Clone)]
pub(crate) struct Argon2More {
    #[command(flatten)]
    pub(crate) config: MoreConfig,
    /// Lanes.
    #[arg(long, allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..=255))]
    pub(crate) parallelism: Option<u32>,
    /// Length of the salt in bytes.
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) salt_length: Option<u32>,
    /// Length of the hash in bytes.
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) key_length: Option<u32>,
    /// How long a hash is meant to take.
    #[arg(long, value_parser = duration)]
    pub(crate) min_duration: Option<Duration>,
    /// By how much that may differ.
    #[arg(long, value_parser = duration)]
    pub(crate) expected_deviation: Option<Duration>,
    /// Memory that the machine sets aside for hashing.
    #[arg(long, value_parser = bytes)]
    pub(crate) dedicated_memory: Option<u64>,
}

/// [`ConfigArgs`] that can be cloned along.
#[derive(Args, Clone)]
pub(crate) struct MoreConfig {
    /// A configuration file (YAML, JSON or TOML). May be given several times; later files win.
    #[arg(short = 'c', long = "config", value_delimiter = ',')]
    config: Vec<PathBuf>,
}

impl MoreConfig {
    pub(crate) fn args(&self) -> ConfigArgs {
        ConfigArgs { config: self.config.clone() }
    }
}

#[derive(Args)]
pub(crate) struct Calibrate {
    /// Sign-ins a minute.
    #[arg(value_parser = clap::value_parser!(u32).range(1..), value_name = "REQUESTS_PER_MINUTE")]
    pub(crate) requests: u32,
    /// The memory to begin with; none for the most that is allowed.
    #[arg(short = 'm', long, value_parser = bytes, default_value = "0B")]
    pub(crate) start_memory: u64,
    /// The most memory of one hash; none for no limit.
    #[arg(long, value_parser = bytes, default_value = "0B")]
    pub(crate) max_memory: u64,
    /// The steps in which the memory is changed.
    #[arg(long, value_parser = bytes, default_value = "512MB")]
    pub(crate) adjust_memory_by: u64,
    /// The passes to begin with.
    #[arg(short = 'i', long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) start_iterations: u32,
    /// Accepted for compatibility: as many hashes run at once as the load asks for.
    #[arg(long, default_value_t = 16)]
    pub(crate) max_concurrent: u32,
    /// How often each setting is tried.
    #[arg(short = 'r', long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) probe_runs: u32,
    #[command(flatten)]
    pub(crate) more: Argon2More,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}
