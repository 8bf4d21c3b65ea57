//! What all commands share: the runtime, the signals that end them, and how they end.

use std::process::ExitCode;

use narthex::app::App;
use narthex::startup::StartError;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// What runs asynchronous work.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, StartError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)
}

/// An error that ends the command.
pub(crate) fn failed(error: impl ToString) -> StartError {
    StartError(vec![error.to_string()])
}

/// The exit code, after the reason was told.
pub(crate) fn finish(result: Result<ExitCode, StartError>) -> ExitCode {
    result.unwrap_or_else(|error| {
        eprintln!("Error: {error}");
        ExitCode::FAILURE
    })
}

/// Does asynchronous work, and tells why it failed.
pub(crate) fn run(work: impl Future<Output = Result<ExitCode, StartError>>) -> ExitCode {
    finish(runtime().and_then(|runtime| runtime.block_on(work)))
}

/// The signals that a server obeys.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    pub(crate) fn listen() -> Result<Self, StartError> {
        let on = |kind| signal(kind).map_err(failed);
        Ok(Self { terminate: on(SignalKind::terminate())?, interrupt: on(SignalKind::interrupt())?, hang_up: on(SignalKind::hangup())? })
    }

    /// SIGHUP has the configuration read again; SIGTERM and SIGINT end the server.
    pub(crate) async fn obey(mut self, app: App, tell: watch::Sender<bool>) {
        loop {
            tokio::select! {
                _ = self.hang_up.recv() => app.reload.ask().await,
                _ = self.terminate.recv() => break,
                _ = self.interrupt.recv() => break,
            }
        }
        tracing::info!("ending: no more connections are accepted, requests under way are answered");
        let _ = tell.send(true);
    }
}
