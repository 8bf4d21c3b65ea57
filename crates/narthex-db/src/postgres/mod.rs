//! PostgreSQL and what speaks its protocol: pipelined reads, joined inserts, transactions on a pool.
//! Never waits without a bound, and never uses what CockroachDB or YugabyteDB lack.
//! Next: `reads.rs`, `inserts.rs`, `transactions.rs`.

mod bind;
mod connect;
mod errors;
mod inserts;
mod lane;
mod pool;
mod reads;
mod scripts;
mod session;
mod shape;
mod tls;
mod transactions;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{mpsc, oneshot};

use self::connect::{Connector, Purpose};
use self::inserts::{Insert, Inserter, Job};
use self::pool::Pool;
use self::reads::Reads;
use self::session::Sql;
use crate::dsn::ServerDsn;
use crate::migrate::Script;
use crate::{Batch, DbError, Dialect, Options, Row, Value};

/// Connections in all, unless the DSN says otherwise.
const CONNECTIONS: usize = 16;

/// Shared connections for reads; more cost more than they bring.
const READ_LANES: usize = 4;

pub(crate) struct Engine {
    connector: Arc<Connector>,
    reads: Reads,
    inserts: mpsc::Sender<Job>,
    pool: Arc<Pool>,
    closed: AtomicBool,
}

impl Engine {
    pub(crate) async fn open(dsn: &ServerDsn, options: &Options) -> Result<Self, DbError> {
        let mut connector = Connector::new(dsn, options)?;
        connector.dialect = detect(&connector).await?;
        let connector = Arc::new(connector);
        let connections = dsn.max_connections.unwrap_or(CONNECTIONS);
        let lanes = (connections / 4).clamp(1, READ_LANES);
        // One more is for the inserts.
        let pooled = connections.saturating_sub(lanes + 1).max(1);
        let reads = Reads::new(&connector, lanes, options.timeout);
        Ok(Self {
            inserts: Inserter::start(connector.clone(), options.queue, options.timeout),
            pool: Arc::new(Pool::new(connector.clone(), pooled, options.queue, options.timeout)),
            reads,
            connector,
            closed: AtomicBool::new(false),
        })
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.connector.dialect
    }

    pub(crate) async fn query(&self, sql: &Sql, params: &[Value]) -> Result<Vec<Row>, DbError> {
        self.check_open()?;
        self.reads.select(sql, params).await
    }

    /// Like `query`, on a connection of its own.
    pub(crate) async fn query_slow(&self, sql: &Sql, params: &[Value]) -> Result<Vec<Row>, DbError> {
        self.check_open()?;
        self.pool.select(sql, params).await
    }

    pub(crate) async fn write(&self, mut batch: Batch) -> Result<Vec<u64>, DbError> {
        self.check_open()?;
        if shape::joinable(&batch).is_none() {
            return transactions::write(&self.pool, batch).await;
        }
        let Some(only) = batch.statements.pop() else {
            return Ok(Vec::new());
        };
        let (reply, answer) = oneshot::channel();
        let insert = Insert { sql: only.sql, params: only.params, reply };
        self.inserts.try_send(Job::Insert(insert)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => DbError::Busy,
            mpsc::error::TrySendError::Closed(_) => closed(),
        })?;
        answer.await.map_err(|_| closed())?
    }

    pub(crate) async fn run_script(&self, script: Script) -> Result<bool, DbError> {
        self.check_open()?;
        scripts::run(&self.connector, &script).await
    }

    /// Waits for what is under way, then lets go of all connections.
    pub(crate) async fn close(&self) {
        if self.closed.swap(true, Ordering::AcqRel) {
            return;
        }
        let (reply, done) = oneshot::channel();
        if self.inserts.send(Job::Close(reply)).await.is_ok() {
            // An error means that the task has ended already.
            let _ = done.await;
        }
        self.pool.close().await;
        self.reads.close();
    }

    fn check_open(&self) -> Result<(), DbError> {
        if self.closed.load(Ordering::Acquire) { Err(closed()) } else { Ok(()) }
    }
}

fn closed() -> DbError {
    DbError::unavailable("it was closed")
}

/// Asks the server what it is.
async fn detect(connector: &Connector) -> Result<Dialect, DbError> {
    let session = connector.connect(Purpose::Read).await?;
    let rows = session.select(&Sql::Borrowed("SELECT version()"), &[]).await;
    let rows = rows.map_err(|error| errors::translate(&error))?;
    let version = rows.first().map_or(Ok(""), |row| row.get(0))?;
    Ok(dialect(version, connector.dialect))
}

/// What the server calls itself, whatever the scheme of the DSN says.
fn dialect(version: &str, promised: Dialect) -> Dialect {
    if version.contains("CockroachDB") {
        Dialect::Cockroach
    } else if version.contains("-YB-") {
        Dialect::Yugabyte
    } else if version.starts_with("PostgreSQL") {
        Dialect::Postgres
    } else {
        promised
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_tells_what_it_is() {
        let cases = [
            ("CockroachDB CCL v24.1.0 (x86_64-pc-linux-gnu)", Dialect::Cockroach),
            ("PostgreSQL 11.2-YB-2.20.1.0-b0 on x86_64", Dialect::Yugabyte),
            ("PostgreSQL 15.14 (Debian) on x86_64", Dialect::Postgres),
            ("something new", Dialect::Yugabyte),
        ];
        for (version, wanted) in cases {
            assert_eq!(dialect(version, Dialect::Yugabyte), wanted);
        }
    }
}
