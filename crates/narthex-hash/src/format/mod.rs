//! The text forms of password hashes: which format it is, whether its costs are bearable, and the recipe and key in it.
//! Never panics and never computes a hash, whatever the text. The recipes go to `hasher`.

mod crypt;
mod digest;
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
    /// `$pbkdf2-sha256$` and its kin
    Pbkdf2,
    /// `$scrypt$`
    Scrypt,
    /// `$firescrypt$`
    FirebaseScrypt,
    /// `$md5-crypt$`
    Md5Crypt,
    /// `$sha256-crypt$`
    Sha256Crypt,
    /// `$sha512-crypt$`
    Sha512Crypt,
    /// `{SSHA}`, `{SSHA256}`, `{SSHA512}`
    SaltedSha,
    /// `$sha1$`, `$sha256$`, `$sha512$`, with a pattern of password and salt
    Sha,
    /// `$md5$`, with or without a pattern of password and salt
    Md5,
    /// `$hmac-sha256$` and its kin
    Hmac,
}

impl Format {
    /// The format's name, as an error message has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bcrypt => "bcrypt",
            Self::Argon2id => "argon2id",
            Self::Argon2i => "argon2i",
            Self::Pbkdf2 => "pbkdf2",
            Self::Scrypt => "scrypt",
            Self::FirebaseScrypt => "firescrypt",
            Self::Md5Crypt => "md5-crypt",
            Self::Sha256Crypt => "sha256-crypt",
            Self::Sha512Crypt => "sha512-crypt",
            Self::SaltedSha => "salted SHA",
            Self::Sha => "SHA",
            Self::Md5 => "MD5",
            Self::Hmac => "HMAC",
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
    /// It is longer than any password hash.
    #[error("the text is longer than {} bytes, which no password hash is", LONGEST)]
    TooLong,
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
        return Err(HashFormatError::TooLong);
    }
    let (format, checkable) = if hash.starts_with('{') {
        (Format::SaltedSha, digest::salted_sha(hash)?)
    } else {
        let fields: Vec<&str> = hash.split('$').collect();
        let ["", name, fields @ ..] = fields.as_slice() else {
            return Err(HashFormatError::Unknown);
        };
        parse_fields(name, fields, limits)?
    };
    // An empty key would match whatever has an empty key too.
    let checkable = checkable.filter(|checkable| !checkable.key.is_empty());
    Ok(Stored { format, checkable })
}

type Parsed = (Format, Option<Checkable>);

/// Takes the formats apart whose fields begin with `$`, the first of them with the format's name.
fn parse_fields(name: &str, fields: &[&str], limits: &Limits) -> Result<Parsed, HashFormatError> {
    let kdf = |format| kdf::Reader { format, limits };
    if let Some(function) = name.strip_prefix("pbkdf2-") {
        return Ok((Format::Pbkdf2, kdf(Format::Pbkdf2).pbkdf2(function, fields)?));
    }
    if let Some(function) = name.strip_prefix("hmac-") {
        let function = digest::hmac_function(function).ok_or(HashFormatError::Unknown)?;
        return Ok((Format::Hmac, digest::hmac(function, fields)));
    }
    let format = named(name).ok_or(HashFormatError::Unknown)?;
    let checkable = match format {
        Format::Bcrypt => kdf(format).bcrypt(fields)?,
        Format::Argon2id | Format::Argon2i => kdf(format).argon2(fields)?,
        Format::Scrypt => kdf(format).scrypt(fields)?,
        Format::FirebaseScrypt => kdf(format).firebase_scrypt(fields)?,
        Format::Md5Crypt | Format::Sha256Crypt | Format::Sha512Crypt => crypt::read(format, fields, limits)?,
        _ => digest::patterned(name, fields),
    };
    Ok((format, checkable))
}

fn named(name: &str) -> Option<Format> {
    Some(match name {
        "2" | "2a" | "2b" | "2y" | "2z" => Format::Bcrypt,
        "argon2id" => Format::Argon2id,
        "argon2i" => Format::Argon2i,
        "scrypt" => Format::Scrypt,
        "firescrypt" => Format::FirebaseScrypt,
        "md5-crypt" => Format::Md5Crypt,
        "sha256-crypt" => Format::Sha256Crypt,
        "sha512-crypt" => Format::Sha512Crypt,
        "sha1" | "sha256" | "sha512" => Format::Sha,
        "md5" => Format::Md5,
        _ => return None,
    })
}
