//! Encodings and digests.
//! It never keeps secrets: digests here are for cache keys and avatars, not for passwords.
//! Next: `urls` for the encoding of addresses.

use std::fmt::Write;

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::{Function, Type, fixed};
use crate::value::Value;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("b64enc", &[Type::Str], |call| Ok(Value::str(STANDARD.encode(call.str(0))))),
    fixed("b64dec", &[Type::Str], |call| {
        let text: String = call.str(0).chars().filter(|character| !matches!(character, '\r' | '\n')).collect();
        Ok(decoded(STANDARD.decode(&text).map_err(|error| {
            let offset = match error {
                DecodeError::InvalidByte(offset, _) | DecodeError::InvalidLastSymbol(offset, _) => offset,
                DecodeError::InvalidLength(_) | DecodeError::InvalidPadding => text.len(),
            };
            format!("illegal base64 data at input byte {offset}")
        })))
    }),
    fixed("b32enc", &[Type::Str], |call| Ok(Value::str(base32(call.str(0).as_bytes())))),
    fixed("b32dec", &[Type::Str], |call| Ok(decoded(from_base32(call.str(0)).ok_or_else(|| "illegal base32 data".to_owned())))),
    fixed("sha1sum", &[Type::Str], |call| Ok(Value::str(hexadecimal(&Sha1::digest(call.str(0)))))),
    fixed("sha256sum", &[Type::Str], |call| Ok(Value::str(hexadecimal(&Sha256::digest(call.str(0)))))),
    fixed("sha512sum", &[Type::Str], |call| Ok(Value::str(hexadecimal(&Sha512::digest(call.str(0)))))),
    fixed("adler32sum", &[Type::Str], |call| Ok(Value::str(adler32(call.str(0).as_bytes()).to_string()))),
];

/// A text that cannot be decoded gives the reason as its value, as sprig does.
fn decoded(bytes: Result<Vec<u8>, String>) -> Value {
    match bytes {
        Ok(bytes) => Value::str(String::from_utf8_lossy(&bytes)),
        Err(reason) => Value::str(reason),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// RFC 4648, section 6.
fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let bits = (0..5).fold(0_u64, |bits, at| bits << 8 | u64::from(chunk.get(at).copied().unwrap_or_default()));
        let digits = (chunk.len() * 8).div_ceil(5);
        for position in 0..8 {
            let digit = usize::try_from(bits >> (35 - 5 * position) & 31).unwrap_or_default();
            let letter = BASE32.get(digit).copied().map_or('=', char::from);
            text.push(if position < digits { letter } else { '=' });
        }
    }
    text
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let text = text.replace(['\r', '\n'], "");
    let mut bytes = Vec::with_capacity(text.len() / 8 * 5);
    let chunks = text.as_bytes().chunks(8);
    let last = chunks.len().saturating_sub(1);
    for (number, chunk) in chunks.enumerate() {
        let digits = chunk.iter().take_while(|byte| **byte != b'=').count();
        let padded = chunk.iter().skip(digits).all(|byte| *byte == b'=');
        if chunk.len() != 8 || !padded || !matches!(digits, 2 | 4 | 5 | 7 | 8) || digits < 8 && number < last {
            return None;
        }
        let bits = chunk.iter().take(digits).try_fold(0_u64, |bits, byte| {
            let digit = BASE32.iter().position(|letter| letter == byte)?;
            Some(bits << 5 | u64::try_from(digit).ok()?)
        })?;
        let bits = bits << (5 * (8 - digits));
        bytes.extend(bits.to_be_bytes().iter().skip(3).take(digits * 5 / 8));
    }
    Some(bytes)
}

/// RFC 1950, section 9.
fn adler32(bytes: &[u8]) -> u32 {
    let (low, high) = bytes.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_goes_both_ways() {
        for (text, encoded) in
            [("", ""), ("f", "MY======"), ("fo", "MZXQ===="), ("foo", "MZXW6==="), ("foob", "MZXW6YQ="), ("foobar", "MZXW6YTBOI======")]
        {
            assert_eq!(base32(text.as_bytes()), encoded);
            assert_eq!(from_base32(encoded).as_deref(), Some(text.as_bytes()));
        }
        for text in ["M", "MY=====", "MY======MY======", "my======", "M=======", "MY====A="] {
            assert_eq!(from_base32(text), None, "{text}");
        }
    }

    #[test]
    fn digests_are_known() {
        assert_eq!(adler32(b"Wikipedia"), 300_286_872);
        assert_eq!(hexadecimal(&Sha1::digest("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    }
}
