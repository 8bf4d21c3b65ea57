//! Blowfish with bcrypt's expensive key schedule (`EksBlowfish`), for `N` hashes step by step together.
//! Never branches on a secret. One hash leaves most of a core waiting for table look-ups, several side by side fill it:
//! their tables take 4 KiB each, so four still fit the first-level cache. The caller is `bcrypt`, one level up.
#![expect(
    clippy::indexing_slicing,
    reason = "rounds and bytes are in range by their constant bounds; checked access would hide the cipher"
)]

use zeroize::Zeroize;

use super::pi;

/// A key, repeated until it covers the subkeys.
pub(super) type Key = [u32; 18];

/// A block of the cipher: its left and right half.
pub(super) type Block = [u32; 2];

/// The state of one cipher.
#[derive(Clone, Copy)]
struct Cipher {
    subkeys: [u32; 18],
    boxes: [[u32; 256]; 4],
}

/// `N` ciphers that go the same steps.
pub(super) struct Lanes<const N: usize>([Cipher; N]);

impl Cipher {
    /// Blowfish's round function.
    #[inline]
    fn mix(&self, word: u32) -> u32 {
        let byte = |shift: u32| (word >> shift & 0xff) as usize;
        let [a, b, c, d] = &self.boxes;
        (a[byte(24)].wrapping_add(b[byte(16)]) ^ c[byte(8)]).wrapping_add(d[byte(0)])
    }
}

impl<const N: usize> Lanes<N> {
    /// The state that every key schedule starts from.
    pub(super) fn new() -> Self {
        let cipher = Cipher { subkeys: pi::SUBKEYS, boxes: pi::BOXES };
        Self([cipher; N])
    }

    /// Mixes keys in, one for each cipher: the fast schedule of Blowfish.
    pub(super) fn expand(&mut self, keys: &[Key; N]) {
        self.schedule::<false>(keys, &[[0; 4]; N]);
    }

    /// Mixes keys and salts in, one of each for each cipher.
    pub(super) fn expand_salted(&mut self, keys: &[Key; N], salts: &[[u32; 4]; N]) {
        self.schedule::<true>(keys, salts);
    }

    fn schedule<const SALTED: bool>(&mut self, keys: &[Key; N], salts: &[[u32; 4]; N]) {
        for (cipher, key) in self.0.iter_mut().zip(keys) {
            for (subkey, word) in cipher.subkeys.iter_mut().zip(key) {
                *subkey ^= word;
            }
        }
        let mut blocks = [[0; 2]; N];
        let mut half = 0;
        let mut next = |lanes: &Self| {
            if SALTED {
                for (block, salt) in blocks.iter_mut().zip(salts) {
                    block[0] ^= salt[half];
                    block[1] ^= salt[half + 1];
                }
                half ^= 2;
            }
            lanes.encrypt(&mut blocks);
            blocks
        };
        for pair in (0..18).step_by(2) {
            let blocks = next(self);
            for (cipher, block) in self.0.iter_mut().zip(blocks) {
                [cipher.subkeys[pair], cipher.subkeys[pair + 1]] = block;
            }
        }
        for table in 0..4 {
            for pair in (0..256).step_by(2) {
                let blocks = next(self);
                for (cipher, block) in self.0.iter_mut().zip(blocks) {
                    [cipher.boxes[table][pair], cipher.boxes[table][pair + 1]] = block;
                }
            }
        }
    }

    /// Encrypts one block with each cipher.
    #[inline]
    pub(super) fn encrypt(&self, blocks: &mut [Block; N]) {
        for (cipher, [left, _]) in self.0.iter().zip(blocks.iter_mut()) {
            *left ^= cipher.subkeys[0];
        }
        // Two rounds of one cipher, then of the next: the processor looks far enough ahead to overlap them,
        // and this order leaves it the fewest values to keep at a time.
        for round in (1..17).step_by(2) {
            for (cipher, [left, right]) in self.0.iter().zip(blocks.iter_mut()) {
                *right ^= cipher.subkeys[round];
                *right ^= cipher.mix(*left);
                *left ^= cipher.subkeys[round + 1];
                *left ^= cipher.mix(*right);
            }
        }
        for (cipher, [left, right]) in self.0.iter().zip(blocks.iter_mut()) {
            *right ^= cipher.subkeys[17];
            std::mem::swap(left, right);
        }
    }
}

impl<const N: usize> Drop for Lanes<N> {
    fn drop(&mut self) {
        for cipher in &mut self.0 {
            cipher.subkeys.zeroize();
            cipher.boxes.as_flattened_mut().zeroize();
        }
    }
}
