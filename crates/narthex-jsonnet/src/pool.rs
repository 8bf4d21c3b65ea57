//! Worker processes: started when needed, used again, killed when they break a bound, stopped when idle.
//! It never keeps a worker whose last answer did not arrive whole.
//! Next: `worker` for what runs in the process.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::evaluator::{EvalError, Limits, WorkerCommand};
use crate::protocol::{END, Failure, Request, decode_answer};

/// What a worker is given over the snippet's own time, to start and to answer that the time is over.
const GRACE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct Pool {
    command: WorkerCommand,
    limits: Arc<Limits>,
    permits: Semaphore,
    idle: Mutex<Vec<Idle>>,
    reaping: AtomicBool,
}

#[derive(Debug)]
struct Idle {
    worker: Worker,
    since: Instant,
}

impl Pool {
    pub(crate) fn new(command: WorkerCommand, limits: Arc<Limits>) -> Self {
        let permits = Semaphore::new(limits.workers.max(1));
        Self { command, limits, permits, idle: Mutex::new(Vec::new()), reaping: AtomicBool::new(false) }
    }

    pub(crate) async fn evaluate(self: &Arc<Self>, request: &Request) -> Result<String, EvalError> {
        let mut message = request.encode()?;
        message.push(END);
        let permit = timeout(self.limits.wait, self.permits.acquire()).await.map_err(|_| EvalError::Busy)?;
        let _permit = permit.map_err(|_| EvalError::Unavailable("it is being shut down".to_owned()))?;
        let waiting = self.idle().pop().map(|idle| idle.worker);
        // A worker may have died while it had nothing to do; a new one has no such excuse.
        if let Some(worker) = waiting
            && let Ok(answer) = self.ask(worker, &message).await
        {
            return answer;
        }
        let worker = Worker::start(&self.command).map_err(|error| EvalError::Unavailable(error.to_string()))?;
        let answer = self.ask(worker, &message).await;
        answer.unwrap_or_else(|Gone| Err(EvalError::Unavailable("the worker ends at once".to_owned())))
    }

    /// Outer error: the worker had gone before it took the request.
    async fn ask(self: &Arc<Self>, mut worker: Worker, message: &[u8]) -> Result<Result<String, EvalError>, Gone> {
        let answer_bytes = u64::try_from(self.limits.result_bytes).unwrap_or(u64::MAX).saturating_add(64 * 1024);
        match timeout(self.limits.time + GRACE, worker.exchange(message, answer_bytes)).await {
            Err(_) => Ok(Err(EvalError::TimedOut)),
            Ok(Err(gone)) => Err(gone),
            Ok(Ok(Answer::None)) => Ok(Err(EvalError::OutOfMemory)),
            Ok(Ok(Answer::Last(answer))) => Ok(answer.map_err(EvalError::from)),
            Ok(Ok(Answer::Whole(answer))) => {
                self.keep(worker);
                Ok(answer.map_err(EvalError::from))
            }
        }
    }

    fn keep(self: &Arc<Self>, worker: Worker) {
        self.idle().push(Idle { worker, since: Instant::now() });
        if !self.reaping.swap(true, Ordering::AcqRel) {
            tokio::spawn(reap(Arc::downgrade(self), self.limits.idle));
        }
    }

    pub(crate) fn shut_down(&self) {
        self.permits.close();
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stops workers that have been idle for `time`, until none is left or the pool is gone.
async fn reap(pool: std::sync::Weak<Pool>, time: Duration) {
    loop {
        tokio::time::sleep(time).await;
        let Some(pool) = pool.upgrade() else { return };
        let mut idle = pool.idle();
        idle.retain(|worker| worker.since.elapsed() < time);
        if idle.is_empty() {
            pool.reaping.store(false, Ordering::Release);
            return;
        }
    }
}

/// The worker had ended before it could take a request.
#[derive(Debug)]
struct Gone;

/// What came back for a request.
enum Answer {
    /// The worker can take another request.
    Whole(Result<String, Failure>),
    /// The worker ends after this answer.
    Last(Result<String, Failure>),
    /// The worker ended while it evaluated: out of memory is what ends it.
    None,
}

/// A running worker process; dropping it kills it.
#[derive(Debug)]
struct Worker {
    _process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    /// The environment is all but empty: a snippet's process has no use for the server's secrets. The one variable keeps
    /// mimalloc, if it is the allocator, from reserving a gigabyte, which would count as in use and so raise the bound.
    fn start(command: &WorkerCommand) -> std::io::Result<Self> {
        let mut process = Command::new(&command.program)
            .args(&command.args)
            .env_clear()
            .env("MIMALLOC_ARENA_RESERVE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(requests), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(std::io::Error::other("the worker has no pipes"));
        };
        Ok(Self { _process: process, requests, answers: BufReader::new(answers) })
    }

    async fn exchange(&mut self, message: &[u8], answer_bytes: u64) -> Result<Answer, Gone> {
        self.requests.write_all(message).await.map_err(|_| Gone)?;
        let mut answer = Vec::new();
        let read = (&mut self.answers).take(answer_bytes).read_until(END, &mut answer).await;
        if read.is_err() || answer.pop() != Some(END) {
            return Ok(Answer::None);
        }
        let answer = decode_answer(String::from_utf8_lossy(&answer).into_owned());
        Ok(if answer == Err(Failure::TimedOut) { Answer::Last(answer) } else { Answer::Whole(answer) })
    }
}
