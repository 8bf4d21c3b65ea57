//! Any text can be offered as a password hash.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|hash: &str| {
    let _ = narthex_hash::recognise(hash);
});
