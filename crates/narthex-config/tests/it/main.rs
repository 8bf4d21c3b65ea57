//! The crate from outside: sources in, configuration or mistakes out.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod arbitrary;
mod conditions;
mod documents;
mod environment;
mod fallbacks;
mod files;
mod mistakes;
mod reload;
mod support;
