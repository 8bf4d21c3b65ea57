//! The reading side: connections used in place, in the thread that asks.
//! Never waits for one: as many exist as there are threads reading at the same moment, and a look-up takes microseconds.
//! Next: `bind.rs` runs the statement; `mod.rs` keeps long scans off the async threads.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::{bind, connect};
use crate::{DbError, Row, Value};

/// Idle connections kept; a burst of more threads closes its surplus again.
const KEPT: usize = 16;

pub(super) enum Readers {
    /// Connections to a file in write-ahead mode; `None` once closed.
    Pool { path: PathBuf, idle: Mutex<Option<Vec<Connection>>> },
    /// The writer's own connection, between its transactions: memory, or a file without write-ahead mode.
    Shared(Arc<Mutex<Connection>>),
}

impl Readers {
    pub(super) fn pool(path: PathBuf) -> Self {
        Self::Pool { path, idle: Mutex::new(Some(Vec::new())) }
    }

    pub(super) fn select(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, DbError> {
        match self {
            Self::Shared(conn) => bind::select(&lock(conn), sql, params),
            Self::Pool { path, idle } => {
                let spare = lock(idle).as_mut().ok_or_else(closed)?.pop();
                let conn = spare.map_or_else(|| connect::reader(path), Ok)?;
                let answer = bind::select(&conn, sql, params);
                if let Some(idle) = lock(idle).as_mut()
                    && idle.len() < KEPT
                {
                    idle.push(conn);
                }
                answer
            }
        }
    }

    /// Closes the idle connections; those in use close when their answer is there.
    pub(super) fn close(&self) {
        if let Self::Pool { idle, .. } = self {
            lock(idle).take();
        }
    }
}

pub(super) fn closed() -> DbError {
    DbError::unavailable("it was closed")
}

/// A panic in another thread leaves a connection that is still sound: SQLite undoes what was open.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
