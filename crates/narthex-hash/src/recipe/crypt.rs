//! The functions of crypt(3): MD5-crypt, and SHA-crypt over SHA-256 and SHA-512.
//! Never used for new hashes. They write their key in an alphabet and order of their own, in which it is compared.

use md5::{Digest as _, Md5};

/// Bytes of salt that MD5-crypt takes in.
const MD5_SALT: usize = 8;

/// Rounds of MD5-crypt, which has no parameter for it.
const MD5_ROUNDS: u32 = 1000;

/// The characters for six bits each, from 0 on.
const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A function of crypt(3) besides the password.
#[derive(Debug, Clone)]
pub(crate) enum Crypt {
    Md5 { salt: Vec<u8> },
    Sha256 { params: sha_crypt::Params, salt: Vec<u8> },
    Sha512 { params: sha_crypt::Params, salt: Vec<u8> },
}

impl Crypt {
    /// The key as the hash has it.
    pub(crate) fn derive(&self, password: &[u8]) -> Vec<u8> {
        match self {
            Self::Md5 { salt } => {
                let key = md5_crypt(password, salt);
                encode(&key, [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]], &[11])
            }
            Self::Sha256 { params, salt } => {
                let key = sha_crypt::sha256_crypt(password, salt, *params);
                encode(&key, std::iter::successors(Some([0, 10, 20]), |[a, b, c]| Some([c + 1, a + 1, b + 1])).take(10), &[31, 30])
            }
            Self::Sha512 { params, salt } => {
                let key = sha_crypt::sha512_crypt(password, salt, *params);
                encode(&key, std::iter::successors(Some([0, 21, 42]), |[a, b, c]| Some([b + 1, c + 1, a + 1])).take(21), &[63])
            }
        }
    }
}

/// Writes the key's bytes in the order of these groups, three bytes as four characters, the lowest bits first;
/// the last group, which has fewer bytes, as one character more than it has bytes.
fn encode(key: &[u8], groups: impl IntoIterator<Item = [usize; 3]>, last: &[usize]) -> Vec<u8> {
    let group = |bytes: &[usize]| {
        let bits = bytes.iter().fold(0, |bits, &index| bits << 8 | key.get(index).copied().map_or(0, usize::from));
        (0..=bytes.len()).filter_map(move |place| ALPHABET.get(bits >> (6 * place) & 63).copied())
    };
    groups.into_iter().flat_map(|bytes| group(&bytes)).chain(group(last)).collect()
}

fn md5_crypt(password: &[u8], salt: &[u8]) -> [u8; 16] {
    let salt = salt.get(..MD5_SALT).unwrap_or(salt);
    let inner = Md5::new().chain_update(password).chain_update(salt).chain_update(password).finalize();

    let mut digest = Md5::new().chain_update(password).chain_update("$1$").chain_update(salt);
    for chunk in password.chunks(inner.len()) {
        digest.update(inner.get(..chunk.len()).unwrap_or_default());
    }
    let first = password.get(..1).unwrap_or_default();
    let mut length = password.len();
    while length > 0 {
        digest.update(if length & 1 == 1 { &[0] } else { first });
        length >>= 1;
    }

    let mut key = digest.finalize();
    for round in 0..MD5_ROUNDS {
        let mut digest = Md5::new();
        let odd = round & 1 == 1;
        digest.update(if odd { password } else { &key });
        if round % 3 != 0 {
            digest.update(salt);
        }
        if round % 7 != 0 {
            digest.update(password);
        }
        digest.update(if odd { &key } else { password });
        key = digest.finalize();
    }
    key.into()
}
