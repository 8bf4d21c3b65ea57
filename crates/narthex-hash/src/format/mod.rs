//! The text forms of password hashes: which format it is, whether its costs are bearable, and the recipe and key in it.
//! Never panics and never computes a hash, whatever the text. The recipes go to `hasher`.

mod kdf;
mod limits;

use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, NO_PAD};

pub(crate) use limits::Limits;

use crate::recipe::Recipe;

/// bcrypt's base64. Some of its implementations leave chance in the bits that are over.
pub(crate) const BCRYPT64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::BCRYPT,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::RequireNone),
);

/// Standard base64 without padding, as PHC strings have it.
pub(crate) const RAW64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, NO_PAD);

/// A hash longer than this is none: the longest honest ones, with a key of their own inside, have a quarter of it.
const LONGEST: usize = 4096;

/// The formats of stored password hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// `$2a$`, `$2b$`, `$2y$`, `$2z$` or `$2$`: all mean the same.
    Bcrypt,
    /// `$argon2id$`
    Argon2id,
    /// `$argon2i$`
    Argon2i,
}

impl Format {
    /// The format's name, as an error message has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bcrypt => "bcrypt",
            Self::Argon2id => "argon2id",
            Self::Argon2i => "argon2i",
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a text is not accepted as a password hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HashFormatError {
    /// It starts like none of the known formats.
    #[error("the text is in no known password hash format")]
    Unknown,
    /// It starts like a known format and does not go on like it.
    #[error("the {format} hash is malformed: {what}")]
    Malformed {
        /// The format that it starts like.
        format: Format,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Checking a password against it would take too much time or memory.
    #[error("the {format} hash is too costly: {parameter} is {found}, at most {limit} is accepted")]
    TooCostly {
        /// The hash's format.
        format: Format,
        /// The parameter that is too high, by its name in the hash.
        parameter: &'static str,
        /// Its value.
        found: u64,
        /// The highest value accepted.
        limit: u64,
    },
}

/// Checks a hash that somebody wants to import: a known format, readable where its format has parameters,
/// and no costlier than what one login may cost.
///
/// # Errors
/// [`HashFormatError`], whose message names what is wrong.
pub fn recognise(hash: &str) -> Result<Format, HashFormatError> {
    parse(hash, &Limits::IMPORT).map(|stored| stored.format)
}

/// A hash taken apart.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) format: Format,
    /// Nothing for a hash that is accepted but that no password can match.
    pub(crate) checkable: Option<Checkable>,
}

/// What a password is checked against.
#[derive(Debug)]
pub(crate) struct Checkable {
    pub(crate) recipe: Recipe,
    pub(crate) key: Vec<u8>,
}

/// Takes a hash apart.
pub(crate) fn parse(hash: &str, limits: &Limits) -> Result<Stored, HashFormatError> {
    if hash.len() > LONGEST {
        return Err(HashFormatError::Unknown);
    }
    let fields: Vec<&str> = hash.split('$').collect();
    let ["", name, fields @ ..] = fields.as_slice() else {
        return Err(HashFormatError::Unknown);
    };
    let format = format_named(name).ok_or(HashFormatError::Unknown)?;
    let reader = kdf::Reader { format, limits };
    let checkable = match format {
        Format::Bcrypt => reader.bcrypt(fields),
        Format::Argon2id | Format::Argon2i => reader.argon2(fields),
    }?;
    Ok(Stored { format, checkable })
}

fn format_named(name: &str) -> Option<Format> {
    Some(match name {
        "2" | "2a" | "2b" | "2y" | "2z" => Format::Bcrypt,
        "argon2id" => Format::Argon2id,
        "argon2i" => Format::Argon2i,
        _ => return None,
    })
}
