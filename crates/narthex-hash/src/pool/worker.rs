//! One thread of the pool: takes jobs, computes, answers, waits.
//! Never holds the queue's lock while computing. It gives its memory back when it has been idle for a while.

use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::Duration;

use zeroize::Zeroizing;

use super::{Job, Shared, State};
use crate::bcrypt;
use crate::recipe::{Arena, Recipe};

/// How long an idle thread keeps its memory: longer than a gap in steady traffic, and soon over when traffic ends.
const KEEP_MEMORY: Duration = Duration::from_secs(1);

/// Starts a thread and counts it. If the system has none to give, the threads that run serve the queue.
pub(super) fn start(shared: &Arc<Shared>, state: &mut State) {
    let shared = Arc::clone(shared);
    let thread = thread::Builder::new().name("narthex-hash".to_owned());
    if thread.spawn(move || Worker(shared).run()).is_ok() {
        state.threads += 1;
    }
}

struct Worker(Arc<Shared>);

impl Worker {
    fn run(self) {
        lower_priority();
        let mut arena = Arena::default();
        while let Some(batch) = self.next(&mut arena) {
            compute(batch, &mut arena);
        }
    }

    /// Waits for work. Nothing when the pool has ended.
    fn next(&self, arena: &mut Arena) -> Option<Vec<Job>> {
        let Shared { changed, .. } = &*self.0;
        let mut state = self.0.lock();
        while !state.ended {
            if let Some(batch) = state.take() {
                return Some(batch);
            }
            state.idle += 1;
            if arena.is_empty() {
                state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            } else {
                let (woken, waited) = changed.wait_timeout(state, KEEP_MEMORY).unwrap_or_else(PoisonError::into_inner);
                state = woken;
                if waited.timed_out() {
                    arena.release();
                }
            }
            state.idle -= 1;
        }
        None
    }
}

impl Drop for Worker {
    /// A thread that a panic ends is replaced, so that the jobs behind the one that failed do not wait for ever.
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.threads -= 1;
        if !state.ended && !state.queue.is_empty() {
            start(&self.0, &mut state);
        }
    }
}

/// Computes the jobs and answers them. An answer that nobody waits for any more is dropped.
fn compute(batch: Vec<Job>, arena: &mut Arena) {
    let inputs: Option<Vec<_>> = batch.iter().map(bcrypt_input).collect();
    match (batch.first().map(|job| &job.recipe), inputs) {
        (Some(Recipe::Bcrypt { cost, .. }), Some(inputs)) => {
            let keys = bcrypt::hash(*cost, &inputs);
            for (job, key) in batch.into_iter().zip(keys) {
                let _ = job.reply.send(Ok(Zeroizing::new(key.to_vec())));
            }
        }
        _ => {
            for job in batch {
                let key = job.recipe.derive(&job.password, arena);
                let _ = job.reply.send(key);
            }
        }
    }
}

fn bcrypt_input(job: &Job) -> Option<bcrypt::Input<'_>> {
    match &job.recipe {
        Recipe::Bcrypt { salt, .. } => Some(bcrypt::Input { password: job.password.as_bytes(), salt }),
        _ => None,
    }
}

/// Lets the threads that answer requests go first where the system has priorities for single threads.
/// Hashing loses nothing by it on a machine that is not busy otherwise.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    {
        /// A quarter to a third of the weight of a normal thread: first come the requests, but hashing is not starved.
        const NICENESS: i32 = 5;
        // A priority is a courtesy: where it may not be lowered, the thread works at the normal one.
        let _ = rustix::process::setpriority_process(None, NICENESS);
    }
}
