//! The identity server: flows, methods, sessions, identities, and the HTTP around them.
//! Never names a database driver and never parses a configuration file. Next: `app.rs` for the whole, `flow/` for its main job.

pub mod app;
pub mod audit;
mod backlog;
pub mod cleanup;
pub mod clock;
pub mod config;
pub mod edge;
pub mod flow;
pub mod health;
pub mod hook;
pub mod identity;
pub mod messages;
pub mod method;
pub mod metrics;
pub mod migrations;
pub mod oauth2;
pub mod outside;
pub mod pages;
pub mod secret;
pub mod server;
pub mod session;
pub mod startup;
pub mod throttle;
mod well_known;
