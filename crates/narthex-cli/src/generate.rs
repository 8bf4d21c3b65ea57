//! `generate api-key`: a key for the admin listener.

use std::process::ExitCode;

use narthex::edge::admin_key;
use serde_json::json;

use crate::args::FormatArgs;
use crate::output::Output;
use crate::process;

/// Makes a key. It is shown this once; the configuration gets its hash.
pub(crate) fn api_key(name: &str, format: &FormatArgs) -> ExitCode {
    let key = admin_key::generate();
    let hash = admin_key::hash(&key);
    let json = json!({ "key": key, "config": { "narthex": { "admin": { "api_keys": [{ "name": name, "hash": hash }] } } } });
    let columns = [("KEY", key), ("NAME", name.to_owned()), ("HASH", hash)];
    process::finish(Output::single(&columns, json).print(format).map(|()| {
        eprintln!("Keep the key where its user finds it (NARTHEX_ADMIN_API_KEY): it is not shown again. Name and hash go to narthex.admin.api_keys.");
        ExitCode::SUCCESS
    }))
}
