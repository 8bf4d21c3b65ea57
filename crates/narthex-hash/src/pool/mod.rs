//! The threads that hash, and the bounded queue before them.
//! Never runs a job whose caller is gone, never lets more wait than it was told. What a thread does is in `worker`.

mod worker;

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::bcrypt::MAX_LANES;
use crate::error::HashError;
use crate::password::Password;
use crate::recipe::Recipe;

/// The bounds of the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolOptions {
    /// Threads at most; they start when there is work. Zero counts as one.
    pub threads: usize,
    /// Jobs that may wait for a thread before callers are told [`HashError::Busy`].
    pub queue: usize,
}

impl Default for PoolOptions {
    /// A thread for each core, and 256 waiting jobs.
    fn default() -> Self {
        Self { threads: thread::available_parallelism().map_or(1, usize::from), queue: 256 }
    }
}

/// What a job answers.
pub(crate) type Derived = Result<Zeroizing<Vec<u8>>, HashError>;

/// One key to compute.
struct Job {
    recipe: Recipe,
    password: Password,
    reply: oneshot::Sender<Derived>,
}

/// The pool. Its threads end when it is dropped, after the jobs that they have begun.
#[derive(Debug)]
pub(crate) struct Pool(Arc<Shared>);

struct Shared {
    options: PoolOptions,
    state: Mutex<State>,
    /// Told when there is a job or when the pool ends.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    threads: usize,
    /// Threads that wait for a job.
    idle: usize,
    ended: bool,
}

impl Pool {
    pub(crate) fn new(options: PoolOptions) -> Self {
        let options = PoolOptions { threads: options.threads.max(1), ..options };
        Self(Arc::new(Shared { options, state: Mutex::default(), changed: Condvar::new() }))
    }

    /// Queues a job; its answer comes through the receiver, whose end takes the job off the queue.
    pub(crate) fn submit(&self, recipe: Recipe, password: Password) -> Result<oneshot::Receiver<Derived>, HashError> {
        let (reply, answer) = oneshot::channel();
        let mut state = self.0.lock();
        if state.is_full(self.0.options) {
            state.queue.retain(|job| !job.reply.is_closed());
            if state.is_full(self.0.options) {
                return Err(HashError::Busy);
            }
        }
        state.queue.push_back(Job { recipe, password, reply });
        if state.queue.len() > state.idle && state.threads < self.0.options.threads {
            worker::start(&self.0, &mut state);
        }
        if state.threads == 0 {
            state.queue.clear();
            return Err(HashError::Stopped);
        }
        drop(state);
        self.0.changed.notify_one();
        Ok(answer)
    }

    pub(crate) fn queue_len(&self) -> usize {
        self.0.lock().queue.iter().filter(|job| !job.reply.is_closed()).count()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.ended = true;
        state.queue.clear();
        drop(state);
        self.0.changed.notify_all();
    }
}

impl Shared {
    /// The state is whole after every statement, so a panic elsewhere while it was locked spoils nothing.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("options", &self.options).finish_non_exhaustive()
    }
}

impl State {
    /// A job that a free thread is about to take does not wait.
    fn is_full(&self, options: PoolOptions) -> bool {
        let free = self.idle + options.threads.saturating_sub(self.threads);
        self.queue.len() >= options.queue.saturating_add(free)
    }

    /// The next job, and with a bcrypt job others of its cost: as many as go together,
    /// but none that another idle thread could begin at once.
    fn take(&mut self) -> Option<Vec<Job>> {
        let first = loop {
            let job = self.queue.pop_front()?;
            if !job.reply.is_closed() {
                break job;
            }
        };
        let Recipe::Bcrypt { cost, .. } = first.recipe else {
            return Some(vec![first]);
        };
        let threads = self.idle + 1;
        let fellows: Vec<usize> = (self.queue.iter().enumerate())
            .filter(|(_, job)| matches!(job.recipe, Recipe::Bcrypt { cost: other, .. } if other == cost) && !job.reply.is_closed())
            .map(|(index, _)| index)
            .take(threads * MAX_LANES)
            .collect();
        let share = (1 + fellows.len()).div_ceil(threads).min(MAX_LANES);
        let mut batch = vec![first];
        // Each removal moves the later ones forward.
        for (removed, index) in fellows.into_iter().take(share - 1).enumerate() {
            batch.extend(self.queue.remove(index - removed));
        }
        Some(batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Function;

    fn bcrypt(cost: u32) -> Recipe {
        Recipe::Bcrypt { cost, salt: [0; 16] }
    }

    fn other() -> Recipe {
        Recipe::Digest { function: Function::Sha256, pieces: Vec::new() }
    }

    /// How many jobs each thread that comes takes, and what kind they are, until there are none.
    fn batches(recipes: Vec<Recipe>, mut idle: usize) -> Vec<Vec<Option<u32>>> {
        let mut state = State::default();
        let mut answers = Vec::new();
        for recipe in recipes {
            let (reply, answer) = oneshot::channel();
            answers.push(answer);
            let password = Password::from(String::new());
            state.queue.push_back(Job { recipe, password, reply });
        }
        let cost = |job: Job| match job.recipe {
            Recipe::Bcrypt { cost, .. } => Some(cost),
            _ => None,
        };
        let mut batches = Vec::new();
        loop {
            state.idle = idle;
            idle = idle.saturating_sub(1);
            match state.take() {
                Some(batch) => batches.push(batch.into_iter().map(cost).collect()),
                None => return batches,
            }
        }
    }

    #[test]
    fn bcrypt_jobs_of_one_cost_go_together_up_to_the_number_of_lanes() {
        let got = batches((0..6).map(|_| bcrypt(12)).collect(), 0);
        assert_eq!(got, [vec![Some(12); 4], vec![Some(12); 2]]);
    }

    #[test]
    fn other_costs_and_other_algorithms_keep_their_place() {
        let got = batches(vec![bcrypt(12), other(), bcrypt(10), bcrypt(12), other(), bcrypt(10)], 0);
        let expected = [vec![Some(12); 2], vec![None], vec![Some(10); 2], vec![None]];
        assert_eq!(got, expected);
    }

    #[test]
    fn idle_threads_share_what_waits_before_jobs_go_together() {
        let got = batches((0..2).map(|_| bcrypt(12)).collect(), 1);
        assert_eq!(got, [vec![Some(12)], vec![Some(12)]]);
        let got = batches((0..5).map(|_| bcrypt(12)).collect(), 1);
        assert_eq!(got, [vec![Some(12); 3], vec![Some(12); 2]]);
    }
}
