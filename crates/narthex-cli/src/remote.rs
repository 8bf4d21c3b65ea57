//! `remote`: how a running server is.

use std::process::ExitCode;

use serde_json::json;

use crate::args::{EndpointArgs, FormatArgs};
use crate::connect::client;
use crate::identities::told;
use crate::output::Output;
use crate::process::{self, failed};

/// Whether it is alive and ready; told even where it is not.
pub(crate) fn status(endpoint: &EndpointArgs, format: &FormatArgs) -> ExitCode {
    process::run(async {
        let client = client(endpoint)?;
        let (alive, ready) = (client.health("alive").await, client.health("ready").await);
        let json = json!({ "alive": alive.is_ok(), "ready": ready.is_ok() });
        Output::single(&[("ALIVE", alive.is_ok().to_string()), ("READY", ready.is_ok().to_string())], json).print(format)?;
        let failures: Vec<String> = [alive, ready].into_iter().filter_map(|answer| answer.err().map(|error| error.to_string())).collect();
        Ok(told(&failures))
    })
}

/// Its version.
pub(crate) fn version(endpoint: &EndpointArgs, format: &FormatArgs) -> ExitCode {
    process::run(async {
        let version = client(endpoint)?.version().await.map_err(failed)?;
        Output::single(&[("VERSION", version.clone())], json!({ "version": version })).print(format)?;
        Ok(ExitCode::SUCCESS)
    })
}
