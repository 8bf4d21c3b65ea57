//! The configuration of Narthex: the keys of `kratos.yml`, loading, checking, typed settings.
//! It never reads the environment by itself, opens no port, no database and no network, and writes no file.
//! Next: [`load`] and [`Sources`] for how a configuration comes about, [`Config`] for what is in it, `keys/` for the table of all keys.

mod check;
mod defaults;
mod docs;
mod env;
mod error;
mod keys;
mod load;
mod parse;
mod settings;
mod standalone;
mod tree;
mod value;
mod warn;
mod watch;

pub use docs::{default_document, reference, variables};
pub use error::{ConfigError, ConfigErrors};
pub use load::{Flags, GeneratedSecrets, Loaded, MissingSecrets, Sources, argon2, dsn, load, reload};
pub use settings::*;
pub use value::{Secret, UrlRef, parse_bytes, parse_duration};
pub use watch::Watch;
