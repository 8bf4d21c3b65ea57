//! For tests: a server in the test's own process, on free ports and an empty database, and the clients that talk to it.
//! Never part of a server build. A test that cannot go on panics here, with what it was told.
//! Next: `server.rs` for [`TestServer`], `client.rs` for [`Client`], `chromium.rs` for a real browser.
#![expect(clippy::panic, clippy::expect_used, reason = "in a test, what cannot go on fails")]

mod chromium;
mod client;
mod config;
mod server;

pub use chromium::{Chromium, Script};
pub use client::{Answer, Client};
pub use config::{PERSON, UI, as_url, base_config, set};
pub use server::{Builder, Database, TestServer};
