//! Blowfish with bcrypt's expensive key schedule (`EksBlowfish`), for `N` hashes step by step together.
//! Never branches on a secret. One hash leaves most of a core waiting for table look-ups, several side by side fill it:
//! their tables take 4 KiB each, so four still fit the first-level cache. The caller is `bcrypt`, one level up.
#![expect(
    clippy::indexing_slicing,
    reason = "lanes, rounds and bytes are in range by their types and constant bounds; checked access would hide the cipher"
)]

use zeroize::Zeroize;

use super::pi;

/// One word for each of the `N` hashes.
type Words<const N: usize> = [u32; N];

/// The ciphers' states of `N` hashes.
pub(super) struct Lanes<const N: usize> {
    subkeys: [Words<N>; 18],
    boxes: [[[u32; 256]; 4]; N],
}

impl<const N: usize> Lanes<N> {
    /// The state that every key schedule starts from.
    pub(super) fn new() -> Self {
        Self {
            subkeys: pi::SUBKEYS.map(|word| [word; N]),
            boxes: [pi::BOXES; N],
        }
    }

    /// Mixes a key in: the fast schedule of Blowfish.
    pub(super) fn expand(&mut self, key: &[Words<N>; 18]) {
        self.schedule::<false>(key, &[[0; N]; 4]);
    }

    /// Mixes a key and a salt in.
    pub(super) fn expand_salted(&mut self, key: &[Words<N>; 18], salt: &[Words<N>; 4]) {
        self.schedule::<true>(key, salt);
    }

    fn schedule<const SALTED: bool>(&mut self, key: &[Words<N>; 18], salt: &[Words<N>; 4]) {
        for (subkey, word) in self.subkeys.iter_mut().zip(key) {
            xor(subkey, word);
        }
        let (mut left, mut right) = ([0; N], [0; N]);
        let mut half = 0;
        let mut next = |state: &Self, left: &mut Words<N>, right: &mut Words<N>| {
            if SALTED {
                xor(left, &salt[half]);
                xor(right, &salt[half + 1]);
                half ^= 2;
            }
            state.encrypt(left, right);
        };
        for pair in 0..9 {
            next(self, &mut left, &mut right);
            self.subkeys[2 * pair] = left;
            self.subkeys[2 * pair + 1] = right;
        }
        for table in 0..4 {
            for pair in 0..128 {
                next(self, &mut left, &mut right);
                for lane in 0..N {
                    self.boxes[lane][table][2 * pair] = left[lane];
                    self.boxes[lane][table][2 * pair + 1] = right[lane];
                }
            }
        }
    }

    /// Encrypts one block in every lane.
    #[inline]
    pub(super) fn encrypt(&self, left: &mut Words<N>, right: &mut Words<N>) {
        xor(left, &self.subkeys[0]);
        for round in (1..17).step_by(2) {
            for lane in 0..N {
                right[lane] ^= self.mix(lane, left[lane]) ^ self.subkeys[round][lane];
            }
            for lane in 0..N {
                left[lane] ^= self.mix(lane, right[lane]) ^ self.subkeys[round + 1][lane];
            }
        }
        xor(right, &self.subkeys[17]);
        std::mem::swap(left, right);
    }

    /// Blowfish's round function.
    #[inline]
    fn mix(&self, lane: usize, word: u32) -> u32 {
        let [a, b, c, d] = word.to_be_bytes().map(usize::from);
        let boxes = &self.boxes[lane];
        (boxes[0][a].wrapping_add(boxes[1][b]) ^ boxes[2][c]).wrapping_add(boxes[3][d])
    }
}

impl<const N: usize> Drop for Lanes<N> {
    fn drop(&mut self) {
        self.subkeys.as_flattened_mut().zeroize();
    }
}

#[inline]
fn xor<const N: usize>(words: &mut Words<N>, with: &Words<N>) {
    for (word, other) in words.iter_mut().zip(with) {
        *word ^= other;
    }
}
