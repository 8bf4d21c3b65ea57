//! `narthex.security`, `narthex.session`.

use std::time::Duration;

use serde::Deserialize;

use crate::value::{duration, some_duration};

/// `narthex.security`.
#[derive(Clone, Debug, Deserialize)]
pub struct Protection {
    /// Brakes on guessing.
    pub throttle: Throttle,
    /// Whether a sign-in code for an address that no account has is answered as if it had been sent; only where accounts are not told
    /// apart otherwise.
    pub hide_unknown_recipients: bool,
}

/// `narthex.security.throttle`.
#[derive(Clone, Debug, Deserialize)]
pub struct Throttle {
    /// Whether guessers are held off.
    pub enabled: bool,
    /// Tries at one account.
    pub account: Brake,
    /// Tries from one network at an account whose own ones are used up.
    pub newcomer: Brake,
    /// Tries from one network.
    pub network: NetworkBrake,
}

/// How tries of one kind are slowed down.
#[derive(Clone, Debug, Deserialize)]
pub struct Brake {
    /// So many wrong tries may follow each other at once.
    pub tries: u32,
    /// How long the next one then has to wait; each wrong one doubles it.
    #[serde(deserialize_with = "duration")]
    pub first_delay: Duration,
    /// The longest that one has to wait.
    #[serde(deserialize_with = "duration")]
    pub max_delay: Duration,
    /// After each such time, one wrong try is forgotten.
    #[serde(deserialize_with = "duration")]
    pub recovery: Duration,
}

/// `narthex.security.throttle.network`.
#[derive(Clone, Debug, Deserialize)]
pub struct NetworkBrake {
    /// How tries are slowed down.
    #[serde(flatten)]
    pub brake: Brake,
    /// IPv4 addresses that agree in so many bits are one network.
    pub ipv4_prefix: u8,
    /// IPv6 addresses that agree in so many bits are one network.
    pub ipv6_prefix: u8,
    /// What is not counted, as addresses or CIDR blocks.
    pub exempt: Vec<String>,
}

/// `narthex.session`.
#[derive(Clone, Debug, Deserialize)]
pub struct SessionLimits {
    /// A session that is not used for so long has ended.
    #[serde(default, deserialize_with = "some_duration")]
    pub idle_timeout: Option<Duration>,
    /// The most sessions of one identity.
    pub max_per_identity: Option<u32>,
    /// How long whoami may answer from memory; zero switches that off.
    #[serde(deserialize_with = "duration")]
    pub cache: Duration,
}
