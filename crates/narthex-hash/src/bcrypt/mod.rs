//! bcrypt (Provos and Mazières, 1999), for one hash or for up to four at once in one thread, which costs little more than one.
//! Never truncates silently: whoever makes a hash checks [`MAX_PASSWORD`] before. Only equal costs go together.
//! The cipher is in `blowfish`; the text form of a hash is the business of `format`.

mod blowfish;
mod pi;

use zeroize::Zeroizing;

use blowfish::{Block, Key, Lanes};

/// The longest password bcrypt takes in, in bytes.
pub const MAX_PASSWORD: usize = 72;

/// How many hashes go together at most.
pub(crate) const MAX_LANES: usize = 4;

/// Bytes of a salt.
pub(crate) const SALT_LENGTH: usize = 16;

/// Bytes of the result: bcrypt drops the last of the 24 it computes.
pub(crate) const KEY_LENGTH: usize = 23;

/// What is encrypted with the final key, in blocks: `OrpheanBeholderScryDoubt`.
const PLAINTEXT: [Block; 3] = [[0x4f72_7068, 0x6561_6e42], [0x6568_6f6c, 0x6465_7253], [0x6372_7944, 0x6f75_6274]];

/// What differs between hashes that are computed together.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    pub(crate) password: &'a [u8],
    pub(crate) salt: &'a [u8; SALT_LENGTH],
}

/// Hashes all inputs with `2^cost` rounds, [`MAX_LANES`] at a time.
pub(crate) fn hash(cost: u32, inputs: &[Input<'_>]) -> Vec<[u8; KEY_LENGTH]> {
    let mut keys = Vec::with_capacity(inputs.len());
    for chunk in inputs.chunks(MAX_LANES) {
        match *chunk {
            [a] => keys.extend(together(cost, [a])),
            [a, b] => keys.extend(together(cost, [a, b])),
            [a, b, c] => keys.extend(together(cost, [a, b, c])),
            [a, b, c, d] => keys.extend(together(cost, [a, b, c, d])),
            _ => {}
        }
    }
    keys
}

fn together<const N: usize>(cost: u32, inputs: [Input<'_>; N]) -> [[u8; KEY_LENGTH]; N] {
    let keys = Zeroizing::new(inputs.map(|input| key_words(input.password)));
    let salts: [[u32; 4]; N] = inputs.map(|input| words(input.salt.iter()));
    let salt_keys: [Key; N] = inputs.map(|input| words(input.salt.iter().cycle()));

    let mut lanes = Lanes::new();
    lanes.expand_salted(&keys, &salts);
    for _ in 0..1_u64 << cost.min(31) {
        lanes.expand(&keys);
        lanes.expand(&salt_keys);
    }

    let mut results = [[0; 24]; N];
    for (index, block) in PLAINTEXT.into_iter().enumerate() {
        let mut blocks = [block; N];
        for _ in 0..64 {
            lanes.encrypt(&mut blocks);
        }
        for (result, block) in results.iter_mut().zip(blocks) {
            for (byte, new) in result.iter_mut().skip(8 * index).zip(block.into_iter().flat_map(u32::to_be_bytes)) {
                *byte = new;
            }
        }
    }
    results.map(|result| std::array::from_fn(|index| result.get(index).copied().unwrap_or_default()))
}

/// The password with its closing NUL, repeated until the key is full.
fn key_words(password: &[u8]) -> Key {
    words(password.iter().chain([&0]).cycle())
}

/// Big-endian words of bytes, of which there are enough.
fn words<'a, const N: usize>(mut bytes: impl Iterator<Item = &'a u8>) -> [u32; N] {
    std::array::from_fn(|_| u32::from_be_bytes(std::array::from_fn(|_| bytes.next().copied().unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reference(cost: u32, input: Input<'_>) -> [u8; KEY_LENGTH] {
        let key: Vec<u8> = input.password.iter().copied().chain([0]).take(MAX_PASSWORD).collect();
        let mut out = [0; KEY_LENGTH];
        out.copy_from_slice(&bcrypt::bcrypt(cost, *input.salt, &key)[..KEY_LENGTH]);
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_number_together_gives_what_the_reference_crate_gives_for_each(
            cost in 4_u32..6,
            inputs in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..90), any::<[u8; SALT_LENGTH]>()), 0..7),
        ) {
            let inputs: Vec<_> = inputs.iter().map(|(password, salt)| Input { password, salt }).collect();
            let expected: Vec<_> = inputs.iter().map(|input| reference(cost, *input)).collect();
            prop_assert_eq!(hash(cost, &inputs), expected);
        }
    }
}
