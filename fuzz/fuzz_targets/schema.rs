//! Any document can be offered as an identity schema, and any value as its traits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use narthex_schema::{IdentitySchema, References, normalize_identifier};

fuzz_target!(|data: (&str, &str)| {
    let (document, traits) = data;
    let once = normalize_identifier(traits);
    assert_eq!(normalize_identifier(&once), once);
    if let Ok(schema) = IdentitySchema::compile(document, &References::none())
        && let Ok(traits) = serde_json::from_str(traits)
    {
        let _ = schema.validate(&traits);
    }
});
