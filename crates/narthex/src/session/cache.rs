//! What whoami has just read, for those who ask again within a moment. An entry is never older than the configured time, which is at
//! most a second, so that what another instance has changed is seen by then; what this instance changes is seen at once.
//! Never decides whether a session counts: `session::seen` does, each time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use uuid::Uuid;

use super::Session;
use crate::config::Settings;
use crate::identity::Identity;

/// Stands for the sessions of everyone where it is told what has changed.
pub const EVERYONE: Uuid = Uuid::nil();

/// Parts of the cache that are locked each by itself, and the most entries of one.
const SHARDS: usize = 16;
const SHARD_SIZE: usize = 256;
/// Ids that share a mark of when they were last changed.
const MARKS: usize = 1024;
/// The oldest entry that any configuration lets count.
const OLDEST: Duration = Duration::from_secs(1);

/// A session that counted when it was read, and whose it is.
pub struct Known {
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub identity: Identity,
    answer: OnceLock<(Weak<Settings>, Bytes)>,
}

impl Known {
    /// A session that was read just now.
    pub fn new(session: Session, identity: Identity) -> Self {
        Self { session, identity, answer: OnceLock::new() }
    }

    /// The answer under these settings, made by `make` the first time; nothing where it cannot be made.
    pub fn answer(&self, settings: &Arc<Settings>, make: impl Fn() -> Option<Bytes>) -> Option<Bytes> {
        if let Some((made_under, answer)) = self.answer.get() {
            return if std::ptr::eq(made_under.as_ptr(), Arc::as_ptr(settings)) { Some(answer.clone()) } else { make() };
        }
        let answer = make()?;
        let _ = self.answer.set((Arc::downgrade(settings), answer.clone()));
        Some(answer)
    }
}

/// The moment before something is read: changes after it make what was read worthless.
#[derive(Clone, Copy)]
pub struct Reading {
    at: Instant,
    change: u64,
}

struct Entry {
    read: Reading,
    known: Arc<Known>,
}

type Shard = Mutex<HashMap<Vec<u8>, Entry>>;

/// The cache of one instance, of bounded size.
pub struct Cache {
    shards: [Shard; SHARDS],
    /// The number of the last change.
    last: AtomicU64,
    /// For ids that agree in their last bits, the last change of any of them.
    marks: Box<[AtomicU64]>,
    /// The last change that was everyone's.
    everyone: AtomicU64,
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            shards: Default::default(),
            last: AtomicU64::new(0),
            marks: (0..MARKS).map(|_| AtomicU64::new(0)).collect(),
            everyone: AtomicU64::new(0),
        }
    }
}

impl Cache {
    /// To be called before the database is asked.
    pub fn reading(&self) -> Reading {
        Reading { at: Instant::now(), change: self.last.load(Ordering::SeqCst) }
    }

    /// What was read for this token at most `age` ago and has not been changed since.
    pub fn get(&self, token: &[u8], age: Duration) -> Option<Arc<Known>> {
        let shard = self.shard(token)?.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = shard.get(token).filter(|entry| entry.read.at.elapsed() < age)?;
        self.is_unchanged(entry).then(|| entry.known.clone())
    }

    /// Keeps what was read.
    pub fn keep(&self, token: Vec<u8>, read: Reading, known: Arc<Known>) {
        let Some(shard) = self.shard(&token) else { return };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if shard.len() >= SHARD_SIZE {
            shard.retain(|_, entry| entry.read.at.elapsed() < OLDEST);
        }
        if shard.len() >= SHARD_SIZE {
            shard.clear();
        }
        shard.insert(token, Entry { read, known });
    }

    /// Sessions or identities of these ids have been changed.
    pub fn changed(&self, ids: &[Uuid]) {
        let change = self.last.fetch_add(1, Ordering::SeqCst) + 1;
        for id in ids {
            let mark = if *id == EVERYONE { Some(&self.everyone) } else { self.mark(*id) };
            if let Some(mark) = mark {
                mark.fetch_max(change, Ordering::SeqCst);
            }
        }
    }

    /// Gives the memory of entries back that do not count any more.
    pub fn sweep(&self) {
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.retain(|_, entry| entry.read.at.elapsed() < OLDEST);
            shard.shrink_to_fit();
        }
    }

    fn is_unchanged(&self, entry: &Entry) -> bool {
        let ids = [entry.known.session.id, entry.known.identity.id];
        let before = |mark: &AtomicU64| mark.load(Ordering::SeqCst) <= entry.read.change;
        before(&self.everyone) && ids.into_iter().all(|id| self.mark(id).is_some_and(before))
    }

    fn shard(&self, token: &[u8]) -> Option<&Shard> {
        self.shards.get(usize::from(*token.first()?) % SHARDS)
    }

    fn mark(&self, id: Uuid) -> Option<&AtomicU64> {
        let [.., high, low] = *id.as_bytes();
        self.marks.get(usize::from(u16::from_be_bytes([high, low])) % MARKS)
    }
}
