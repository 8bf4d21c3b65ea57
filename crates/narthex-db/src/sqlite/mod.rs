//! SQLite: one writer thread that commits in groups, readers called in place.
//! Never blocks an async thread for longer than a look-up; writes wait in a bounded queue.
//! Next: `writer.rs`, `readers.rs`.

mod bind;
mod connect;
mod errors;
mod group;
mod readers;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio::sync::{Semaphore, mpsc, oneshot};

use self::readers::{Readers, closed};
use self::writer::Job;
use crate::migrate::Script;
use crate::{Batch, DbError, Options, Row, Value};

/// How many long scans may run at a time.
const SLOW: usize = 4;

pub(crate) struct Engine {
    readers: Arc<Readers>,
    jobs: mpsc::Sender<Job>,
    slow: Arc<Semaphore>,
}

impl Engine {
    pub(crate) fn memory(options: &Options) -> Result<Self, DbError> {
        let conn = Arc::new(Mutex::new(connect::memory()?));
        Self::start(Readers::Shared(conn.clone()), conn, options)
    }

    pub(crate) fn file(path: &Path, create: bool, options: &Options) -> Result<Self, DbError> {
        let (conn, write_ahead) = connect::writer(path, create, options.timeout)?;
        let conn = Arc::new(Mutex::new(conn));
        let readers = if write_ahead {
            Readers::pool(path.to_owned())
        } else {
            tracing::warn!(path = %path.display(), "the file system has no write-ahead mode; reads will wait for writes");
            Readers::Shared(conn.clone())
        };
        Self::start(readers, conn, options)
    }

    fn start(readers: Readers, conn: Arc<Mutex<rusqlite::Connection>>, options: &Options) -> Result<Self, DbError> {
        let (jobs, queue) = mpsc::channel(options.queue.max(1));
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || writer::serve(&conn, queue))
            .map_err(|error| DbError::unavailable(error.to_string()))?;
        Ok(Self { readers: Arc::new(readers), jobs, slow: Arc::new(Semaphore::new(SLOW)) })
    }

    pub(crate) fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, DbError> {
        if self.jobs.is_closed() {
            return Err(closed());
        }
        self.readers.select(sql, params)
    }

    /// Like `query`, on a thread that may be kept busy.
    pub(crate) async fn query_slow(&self, sql: String, params: Vec<Value>) -> Result<Vec<Row>, DbError> {
        let permit = self.slow.clone().acquire_owned().await.map_err(|_| closed())?;
        let readers = self.readers.clone();
        let scan = move || {
            let _permit = permit;
            readers.select(&sql, &params)
        };
        tokio::task::spawn_blocking(scan).await.map_err(|_| DbError::other("the scan was interrupted"))?
    }

    pub(crate) async fn write(&self, batch: Batch) -> Result<Vec<u64>, DbError> {
        let (reply, answer) = oneshot::channel();
        self.jobs.try_send(Job::Write(batch, reply)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => DbError::Busy,
            mpsc::error::TrySendError::Closed(_) => closed(),
        })?;
        answer.await.map_err(|_| closed())?
    }

    pub(crate) async fn run_script(&self, script: Script) -> Result<bool, DbError> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Job::Script(script, reply)).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    /// Commits what waits, then leaves the file in order. Closing twice is no mistake.
    pub(crate) async fn close(&self) {
        self.readers.close();
        let (reply, done) = oneshot::channel();
        if self.jobs.send(Job::Close(reply)).await.is_ok() {
            // An error means that the thread has ended already.
            let _ = done.await;
        }
    }
}
