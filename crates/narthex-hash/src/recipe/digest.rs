//! The formats that are one pass of a digest: salted, plain, or keyed (HMAC, RFC 2104).
//! Never used for new hashes: they are far too cheap. Read from text by `format`.

use hmac::{EagerHash, Hmac, KeyInit as _, Mac as _};
use md4::Md4;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

/// The hexadecimal digits.
const HEX: &[u8; 16] = b"0123456789abcdef";

/// The digests that hashes are made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Md4,
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// What goes into a digest, in this order.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    Text(Vec<u8>),
    Password,
}

impl Function {
    pub(crate) fn digest(self, pieces: &[Piece], password: &[u8]) -> Vec<u8> {
        fn over<D: Digest>(pieces: &[Piece], password: &[u8]) -> Vec<u8> {
            let mut digest = D::new();
            for piece in pieces {
                match piece {
                    Piece::Text(text) => digest.update(text),
                    Piece::Password => digest.update(password),
                }
            }
            digest.finalize().to_vec()
        }
        let digest = match self {
            Self::Md4 => over::<Md4>,
            Self::Md5 => over::<Md5>,
            Self::Sha1 => over::<Sha1>,
            Self::Sha224 => over::<Sha224>,
            Self::Sha256 => over::<Sha256>,
            Self::Sha384 => over::<Sha384>,
            Self::Sha512 => over::<Sha512>,
        };
        digest(pieces, password)
    }

    /// The MAC in lower-case hexadecimal digits, which is what the format keeps.
    pub(crate) fn hmac(self, key: &[u8], password: &[u8]) -> Vec<u8> {
        fn over<D: EagerHash>(key: &[u8], password: &[u8]) -> Vec<u8> {
            // HMAC takes a key of any length: there is no error to come.
            Hmac::<D>::new_from_slice(key).map(|mac| mac.chain_update(password).finalize().into_bytes().to_vec()).unwrap_or_default()
        }
        let mac = match self {
            Self::Md4 => over::<Md4>,
            Self::Md5 => over::<Md5>,
            Self::Sha1 => over::<Sha1>,
            Self::Sha224 => over::<Sha224>,
            Self::Sha256 => over::<Sha256>,
            Self::Sha384 => over::<Sha384>,
            Self::Sha512 => over::<Sha512>,
        };
        let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or_default();
        mac(key, password).into_iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }
}
