//! The server over HTTP: one program, a module for each noun of the API.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod audit;
mod audit_sessions;
mod audit_strangers;
mod backlog;
mod browser;
mod browser_loop;
mod browser_story;
mod cleanup;
mod code_tries;
mod databases;
mod edges;
mod enumeration;
mod identities;
mod instances;
mod listeners;
mod mailbox;
mod npm_client;
mod outbox;
mod outdated;
mod recovery;
mod registration;
mod reload;
mod session_limits;
mod sessions;
mod settings;
mod throttle;
mod web_hooks;
