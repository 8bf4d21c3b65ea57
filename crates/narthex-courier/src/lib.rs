//! Messages to people: put into words, queued in the database, delivered by SMTP or HTTP.
//! Never decides who gets a message or when; and never sends one that was not stored first.
//! Next: `template` for what messages say, `store.rs` for the queue, `dispatcher` and `channel` for the way out.
//!
//! A caller has a [`Composer`] write a [`Letter`], appends [`enqueue`] to the write that makes the message necessary,
//! and rings the [`Bell`] of the [`Dispatcher`] once that is committed.

mod channel;
mod config;
mod dispatcher;
mod document;
mod error;
mod message;
mod outside;
mod settings;
mod store;
mod template;

pub use dispatcher::{Bell, Clock, Dispatcher};
pub use error::CourierError;
pub use message::{Dispatch, Message, NewMessage, REDACTED, Status, Via};
pub use outside::{Http, Outside};
pub use settings::{ClientCertificate, Email, HttpAuth, HttpRequest, Settings, SmtpServer, Worker};
pub use store::{Filter, Position, TABLES, WAITING, backlog, cleanup, enqueue, get, list, mailbox};
pub use template::{Composer, Letter, Locale, Occasion, Recipient, Template};
