//! Talks to the admin API as programs do: identities one by one, and imports of any size in bounded memory.
//! It prints nothing and reads no arguments. Next: [`AdminClient`] for single requests, [`Documents`] and [`Import`] for many.

#![forbid(unsafe_code)]

mod admin;
mod answer;
mod error;
mod http;
mod import;
mod tls;

pub use admin::{AdminClient, Page};
pub use answer::Answer;
pub use error::ClientError;
pub use http::Settings;
pub use import::{
    Checkpoint, CheckpointError, Document, Documents, Import, ImportError, Observer, Place, Refusal, Source, SyntaxError, Tally,
};
pub use tls::TlsFiles;
