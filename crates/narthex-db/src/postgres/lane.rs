//! A connection that many share: requests are pipelined on it, and it is made anew when it broke.
//! Never carries a transaction.
//! Next: `mod.rs` spreads reads over lanes, `inserts.rs` has one of its own.

use std::sync::{Arc, Mutex, PoisonError};

use super::connect::{Connector, Purpose};
use super::session::Session;
use crate::DbError;

pub(super) struct Lane {
    connector: Arc<Connector>,
    purpose: Purpose,
    current: Mutex<Option<Arc<Session>>>,
    connecting: tokio::sync::Mutex<()>,
}

impl Lane {
    pub(super) fn new(connector: Arc<Connector>, purpose: Purpose) -> Self {
        Self { connector, purpose, current: Mutex::new(None), connecting: tokio::sync::Mutex::new(()) }
    }

    /// The connection, made if there is none that works.
    pub(super) async fn session(&self) -> Result<Arc<Session>, DbError> {
        if let Some(session) = self.open() {
            return Ok(session);
        }
        let _only_one = self.connecting.lock().await;
        if let Some(session) = self.open() {
            return Ok(session);
        }
        let session = Arc::new(self.connector.connect(self.purpose).await?);
        *self.current() = Some(session.clone());
        Ok(session)
    }

    /// Lets go of a connection that does not answer.
    pub(super) fn discard(&self) {
        *self.current() = None;
    }

    fn open(&self) -> Option<Arc<Session>> {
        self.current().as_ref().filter(|session| !session.is_closed()).cloned()
    }

    fn current(&self) -> std::sync::MutexGuard<'_, Option<Arc<Session>>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
