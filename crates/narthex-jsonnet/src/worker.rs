//! The process that evaluates: reads requests from its input, answers on its output, and ends itself when a bound is broken.
//! It never opens a file but its own memory figures, and a broken bound never goes by unanswered: time out, then exit.
//! Next: `engine` evaluates, `protocol` frames, `pool` is the other side.

use std::io::{BufRead, Read, Write};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};

use crate::engine;
use crate::protocol::{END, Failure, Request, encode_answer};

/// Memory that a worker may take in addition to what it has when it starts.
const MEMORY_BYTES: u64 = 256 * 1024 * 1024;

/// Longest request that is read.
const MAX_REQUEST_BYTES: u64 = 16 * 1024 * 1024;

/// What a worker reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// One request, the whole input. A failure goes to standard error.
    Single,
    /// Many requests, each ended by a NUL byte, as is each answer. A failure is an answer that begins with `ERROR: `.
    Stream,
}

/// Serves the requests of standard input. To be called by a hidden sub-command before anything else is set up.
pub fn worker_main(input: Input) -> ExitCode {
    let engine = match Engine::start() {
        Ok(engine) => engine,
        Err(failure) => {
            eprintln!("{failure}");
            return ExitCode::FAILURE;
        }
    };
    if let Err(error) = limit_memory() {
        eprintln!("memory cannot be limited: {error}");
    }
    match input {
        Input::Single => single(&engine),
        Input::Stream => stream(&engine),
    }
}

fn single(engine: &Engine) -> ExitCode {
    let mut request = Vec::new();
    if let Err(error) = std::io::stdin().take(MAX_REQUEST_BYTES).read_to_end(&mut request) {
        eprintln!("failed to read from stdin: {error}");
        return ExitCode::FAILURE;
    }
    match Request::decode(&request).and_then(|request| engine.evaluate(request)) {
        Ok(json) if std::io::stdout().write_all(json.as_bytes()).is_ok() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("failed to evaluate jsonnet: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn stream(engine: &Engine) -> ExitCode {
    let mut input = std::io::stdin().lock();
    let mut output = std::io::stdout().lock();
    loop {
        let mut request = Vec::new();
        match input.by_ref().take(MAX_REQUEST_BYTES).read_until(END, &mut request) {
            Ok(0) => return ExitCode::SUCCESS,
            Ok(_) => {}
            Err(error) => {
                eprintln!("failed to read from stdin: {error}");
                return ExitCode::FAILURE;
            }
        }
        if request.last() == Some(&END) {
            request.pop();
        }
        let answer = Request::decode(&request).and_then(|request| engine.evaluate(request));
        let mut text = encode_answer(&answer).into_bytes();
        text.push(END);
        if output.write_all(&text).and_then(|()| output.flush()).is_err() {
            return ExitCode::FAILURE;
        }
        if answer == Err(Failure::TimedOut) {
            // The snippet still runs: only the end of the process ends it.
            return ExitCode::FAILURE;
        }
    }
}

/// A thread that evaluates one request after the other.
pub(crate) struct Engine {
    requests: SyncSender<Request>,
    answers: Receiver<Result<String, Failure>>,
}

impl Engine {
    pub(crate) fn start() -> Result<Self, Failure> {
        let (requests, incoming) = sync_channel(0);
        let (outgoing, answers) = sync_channel(0);
        let serve = move || {
            while let Ok(request) = incoming.recv() {
                if outgoing.send(engine::evaluate(&request)).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new()
            .name("jsonnet".to_owned())
            .stack_size(engine::STACK_BYTES)
            .spawn(serve)
            .map_err(|error| Failure::Request(format!("no thread for the jsonnet engine: {error}")))?;
        Ok(Self { requests, answers })
    }

    /// After [`Failure::TimedOut`] the engine is of no more use.
    pub(crate) fn evaluate(&self, request: Request) -> Result<String, Failure> {
        let time = request.limits.time();
        let broken = || Failure::Runtime("the jsonnet engine panicked".to_owned());
        self.requests.send(request).map_err(|_| broken())?;
        self.answers.recv_timeout(time).unwrap_or_else(|error| match error {
            RecvTimeoutError::Timeout => Err(Failure::TimedOut),
            RecvTimeoutError::Disconnected => Err(broken()),
        })
    }
}

/// Bounds the address space. An allocation beyond the bound aborts the process.
fn limit_memory() -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let bound = Some(address_space()?.saturating_add(MEMORY_BYTES));
    Ok(setrlimit(Resource::As, Rlimit { current: bound, maximum: bound })?)
}

/// Bytes of address space in use.
fn address_space() -> std::io::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmSize:")?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kibibytes.map(|size| size * 1024).ok_or_else(|| std::io::Error::other("the size of the address space is unknown"))
}
