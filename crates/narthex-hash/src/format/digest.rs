//! Reads the formats that are one pass of a digest.
//! Never refuses one whose name is known: what cannot be read matches no password, as imports have always had it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Checkable, HashFormatError};
use crate::recipe::{Function, Piece, Recipe};

/// The place of the salt in a pattern.
const SALT: &[u8] = b"{SALT}";

/// The place of the password in a pattern.
const PASSWORD: &[u8] = b"{PASSWORD}";

/// `{SSHA…}<key followed by salt>`
pub(super) fn salted_sha(hash: &str) -> Result<Option<Checkable>, HashFormatError> {
    let (label, text) = hash.split_once('}').ok_or(HashFormatError::Unknown)?;
    let (function, length) = match label {
        "{SSHA" => (Function::Sha1, 20),
        "{SSHA256" => (Function::Sha256, 32),
        "{SSHA512" => (Function::Sha512, 64),
        _ => return Err(HashFormatError::Unknown),
    };
    let decoded = STANDARD.decode(text).unwrap_or_default();
    let Some((key, salt)) = decoded.split_at_checked(length) else {
        return Ok(None);
    };
    let recipe = Recipe::Digest { function, pieces: vec![Piece::Password, Piece::Text(salt.to_vec())] };
    Ok(Some(Checkable { recipe, key: key.to_vec() }))
}

/// `pf=<pattern>$<salt>$<key>`, or `<key>` for plain MD5.
pub(super) fn patterned(name: &str, fields: &[&str]) -> Option<Checkable> {
    let function = function(name)?;
    let (pieces, key) = match *fields {
        [key] if function == Function::Md5 => (vec![Piece::Password], key),
        [pattern, salt, key] => {
            let pattern = STANDARD.decode(pattern.strip_prefix("pf=")?).ok()?;
            (pieces(&pattern, &STANDARD.decode(salt).ok()?), key)
        }
        _ => return None,
    };
    // Without a place for the password every password would match.
    if !pieces.iter().any(|piece| matches!(piece, Piece::Password)) {
        return None;
    }
    Some(Checkable { recipe: Recipe::Digest { function, pieces }, key: STANDARD.decode(key).ok()? })
}

/// The digests that HMAC hashes may name.
pub(super) fn hmac_function(name: &str) -> Option<Function> {
    match name {
        "md4" => Some(Function::Md4),
        "sha224" => Some(Function::Sha224),
        "sha384" => Some(Function::Sha384),
        name => function(name),
    }
}

/// `<hexadecimal digits of the MAC>$<key of the MAC>`, both in base64.
pub(super) fn hmac(function: Function, fields: &[&str]) -> Option<Checkable> {
    let [mac, key] = fields else {
        return None;
    };
    let recipe = Recipe::Hmac { function, key: STANDARD.decode(key).ok()? };
    Some(Checkable { recipe, key: STANDARD.decode(mac).ok()? })
}

fn function(name: &str) -> Option<Function> {
    match name {
        "md5" => Some(Function::Md5),
        "sha1" => Some(Function::Sha1),
        "sha256" => Some(Function::Sha256),
        "sha512" => Some(Function::Sha512),
        _ => None,
    }
}

/// Fills the salt in and leaves places for the password. What is filled in is not looked at again.
fn pieces(pattern: &[u8], salt: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut text = Vec::new();
    let mut rest = pattern;
    loop {
        if let Some(after) = rest.strip_prefix(SALT) {
            text.extend_from_slice(salt);
            rest = after;
        } else if let Some(after) = rest.strip_prefix(PASSWORD) {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
            pieces.push(Piece::Password);
            rest = after;
        } else if let Some((&byte, after)) = rest.split_first() {
            text.push(byte);
            rest = after;
        } else {
            pieces.push(Piece::Text(text));
            return pieces;
        }
    }
}
