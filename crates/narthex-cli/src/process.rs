//! What all commands share: the runtime, and how they end.

use std::process::ExitCode;

use narthex::startup::StartError;

/// What runs asynchronous work.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, StartError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)
}

/// An error that ends the command.
pub(crate) fn failed(error: impl ToString) -> StartError {
    StartError(vec![error.to_string()])
}

/// The exit code, after the reason was told.
pub(crate) fn finish(result: Result<(), StartError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
