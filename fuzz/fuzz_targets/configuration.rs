//! Any file can be read as a configuration: it is taken or refused, with a text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use narthex_config::{Sources, load};

fuzz_target!(|data: &[u8]| {
    let directory = tempfile::tempdir().expect("a directory");
    for extension in ["yml", "json", "toml"] {
        let path = directory.path().join(format!("kratos.{extension}"));
        std::fs::write(&path, data).expect("a file");
        let sources = Sources { files: vec![path], ..Sources::default() };
        if let Err(errors) = load(&sources) {
            assert!(!errors.to_string().is_empty());
        }
    }
});
