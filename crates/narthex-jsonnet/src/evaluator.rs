//! The server's way to evaluate snippets.
//! It never evaluates in the server's own process unless it was built for tests.
//! Next: `pool` for the worker processes, `protocol` for what is said to them.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::pool::Pool;
use crate::protocol::{Failure, Request};
use crate::snippet::Snippet;
use crate::worker;

/// What a snippet is given. Values are JSON; a name given twice takes the last value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    /// Top-level arguments: the named parameters of a snippet that is a function, such as `ctx` of `function(ctx)`.
    pub tla: Vec<(String, serde_json::Value)>,
    /// External variables, read by `std.extVar`.
    pub ext: Vec<(String, serde_json::Value)>,
}

/// Bounds of each evaluation and of the worker processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time for one evaluation.
    pub time: Duration,
    /// Depth of calls within a snippet.
    pub stack: usize,
    /// Length of the result's JSON text in bytes.
    pub result_bytes: usize,
    /// Worker processes at most; further evaluations wait for one.
    pub workers: usize,
    /// Longest wait for a worker.
    pub wait: Duration,
    /// A worker without work for this long is stopped.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(1),
            stack: 500,
            result_bytes: 5 * 1024 * 1024,
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            wait: Duration::from_secs(10),
            idle: Duration::from_secs(30),
        }
    }
}

/// How to start a worker: a program that calls [`crate::worker_main`] with [`crate::Input::Stream`].
#[derive(Clone, Debug)]
pub struct WorkerCommand {
    /// The program, as a rule this one.
    pub program: PathBuf,
    /// Its arguments, as a rule the hidden sub-command.
    pub args: Vec<OsString>,
}

impl WorkerCommand {
    /// This very program with `args`.
    ///
    /// # Errors
    /// The operating system does not tell the program's path.
    pub fn this_program<A: Into<OsString>>(args: impl IntoIterator<Item = A>) -> std::io::Result<Self> {
        Ok(Self { program: std::env::current_exe()?, args: args.into_iter().map(Into::into).collect() })
    }
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// The snippet ran into `error "cancel"`: the caller leaves out what it was about to do.
    #[error("the snippet cancelled the operation")]
    Cancelled,
    /// The snippet failed while it ran. The first line says why, the second where.
    #[error("{0}")]
    Runtime(String),
    /// The snippet, or an argument, is no jsonnet.
    #[error("{0}")]
    Invalid(String),
    /// The snippet ran for longer than [`Limits::time`].
    #[error("the snippet ran for too long")]
    TimedOut,
    /// The snippet needed more memory than a worker may take.
    #[error("the snippet needs too much memory")]
    OutOfMemory,
    /// The result is longer than [`Limits::result_bytes`].
    #[error("the result of the snippet is too large")]
    TooLarge,
    /// No worker became free within [`Limits::wait`].
    #[error("too many snippets are being evaluated")]
    Busy,
    /// No worker could be started, or the evaluator has been shut down.
    #[error("no jsonnet worker is available: {0}")]
    Unavailable(String),
}

impl From<Failure> for EvalError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Runtime(message) if message.starts_with("cancel") => Self::Cancelled,
            Failure::Runtime(message) => Self::Runtime(message),
            Failure::Static(message) | Failure::Request(message) => Self::Invalid(message),
            Failure::TimedOut => Self::TimedOut,
            Failure::OutOfMemory => Self::OutOfMemory,
            Failure::TooLarge => Self::TooLarge,
        }
    }
}

/// Evaluates snippets in worker processes, which are started when first needed, used again, and stopped when idle.
/// Clones share the workers; when the last clone is gone, so are they.
#[derive(Clone, Debug)]
pub struct Evaluator {
    limits: Arc<Limits>,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Processes(Arc<Pool>),
    Threads,
}

impl Evaluator {
    /// Evaluates in processes started by `command`. Starts none yet.
    pub fn new(command: WorkerCommand, limits: Limits) -> Self {
        let limits = Arc::new(limits);
        Self { place: Place::Processes(Arc::new(Pool::new(command, Arc::clone(&limits)))), limits }
    }

    /// Evaluates in threads of this process: for tests, since memory is not bounded and a snippet that never ends keeps its thread.
    pub fn in_process(limits: Limits) -> Self {
        Self { limits: Arc::new(limits), place: Place::Threads }
    }

    /// Evaluates `snippet` to JSON text: several lines, ended by a line break.
    ///
    /// # Errors
    /// See [`EvalError`].
    pub async fn evaluate(&self, snippet: &Snippet, arguments: &Arguments) -> Result<String, EvalError> {
        let request = Request::new(snippet, arguments, &self.limits);
        match &self.place {
            Place::Processes(pool) => pool.evaluate(&request).await,
            Place::Threads => {
                let answer = tokio::task::spawn_blocking(move || worker::Engine::start().and_then(|engine| engine.evaluate(request)));
                Ok(answer.await.map_err(|error| EvalError::Unavailable(error.to_string()))??)
            }
        }
    }

    /// Stops all workers and refuses further evaluations.
    pub fn shut_down(&self) {
        if let Place::Processes(pool) = &self.place {
            pool.shut_down();
        }
    }
}
