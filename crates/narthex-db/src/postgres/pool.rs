//! Connections that one user has alone for a moment: transactions, and scans that take long.
//! Never hands out a connection whose state is in doubt; such a one is closed.
//! Next: `transactions.rs` runs batches on it, `scripts.rs` the steps of the schema.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connect::{Connector, Purpose};
use super::errors::{is_lost, translate};
use super::session::{Session, Sql};
use crate::{Batch, DbError, Row, Value};

pub(super) struct Pool {
    connector: Arc<Connector>,
    size: usize,
    /// One permit for each connection that may exist.
    slots: Semaphore,
    /// One permit for each batch that may be here, waiting or running.
    queue: Arc<Semaphore>,
    /// Keeps scans from taking every connection.
    scans: Semaphore,
    idle: Mutex<Vec<Session>>,
    pub(super) timeout: Duration,
}

impl Pool {
    pub(super) fn new(connector: Arc<Connector>, size: usize, queue: usize, timeout: Duration) -> Self {
        Self {
            connector,
            size,
            slots: Semaphore::new(size),
            queue: Arc::new(Semaphore::new(queue.clamp(1, Semaphore::MAX_PERMITS))),
            scans: Semaphore::new((size / 2).max(1)),
            idle: Mutex::new(Vec::with_capacity(size)),
            timeout,
        }
    }

    /// A place in the queue, or `Busy`.
    pub(super) fn enter(&self) -> Result<OwnedSemaphorePermit, DbError> {
        self.queue.clone().try_acquire_owned().map_err(|_| DbError::Busy)
    }

    /// Waits for the right to use a connection.
    pub(super) async fn slot(&self) -> Result<tokio::sync::SemaphorePermit<'_>, DbError> {
        self.slots.acquire().await.map_err(|_| DbError::unavailable("it was closed"))
    }

    /// A connection that works as far as can be told. Call it while holding a slot.
    pub(super) async fn take(&self) -> Result<Session, DbError> {
        while let Some(session) = self.pop() {
            if !session.is_closed() {
                return Ok(session);
            }
        }
        self.connector.connect(Purpose::Transaction).await
    }

    /// How the transaction of a batch begins.
    pub(super) fn begin(&self, batch: &Batch) -> &'static str {
        self.connector.begin(batch.durability)
    }

    /// Gives a connection back that is in no transaction.
    pub(super) fn give_back(&self, session: Session) {
        if !session.is_closed() && !self.slots.is_closed() {
            self.idle().push(session);
        }
    }

    /// A scan outside of any transaction. The connections of the pool may only read there.
    pub(super) async fn select(&self, sql: &Sql, params: &[Value]) -> Result<Vec<Row>, DbError> {
        let scan = async {
            let _turn = self.scans.acquire().await;
            let _slot = self.slot().await?;
            let mut session = self.take().await?;
            let mut result = session.select(sql, params).await;
            if result.as_ref().is_err_and(is_lost) {
                session = self.connector.connect(Purpose::Transaction).await?;
                result = session.select(sql, params).await;
            }
            self.give_back(session);
            result.map_err(|error| translate(&error))
        };
        match tokio::time::timeout(self.timeout, scan).await {
            Ok(result) => result,
            Err(_) => Err(DbError::unavailable("no answer in time")),
        }
    }

    /// Waits for what is running, then closes.
    pub(super) async fn close(&self) {
        let all = u32::try_from(self.size).unwrap_or(u32::MAX);
        let patience = tokio::time::timeout(self.timeout, self.slots.acquire_many(all));
        if patience.await.is_err() {
            tracing::warn!("closing while transactions are still running");
        }
        self.slots.close();
        self.idle().clear();
    }

    fn pop(&self) -> Option<Session> {
        self.idle().pop()
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
