//! One connection and the statements prepared on it.
//! Never decides what to do about an error; it hands on the driver's.
//! Next: `lane.rs` and `pool.rs` own sessions.

use std::borrow::Cow;
use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use futures_util::TryStreamExt;
use futures_util::future::maybe_done;
use tokio_postgres::{Client, Error, Statement};

use super::bind::{self, Bind};
use crate::{Row, Value};

/// Statements kept prepared; when a program with ever new texts fills this, all are let go.
const STATEMENTS: usize = 512;

pub(super) type Sql = Cow<'static, str>;

pub(super) struct Session {
    client: Client,
    statements: Mutex<HashMap<Sql, Statement>>,
}

impl Session {
    pub(super) fn new(client: Client) -> Self {
        Self { client, statements: Mutex::new(HashMap::new()) }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(super) async fn prepare(&self, sql: &Sql) -> Result<Statement, Error> {
        if let Some(known) = self.known().get(sql) {
            return Ok(known.clone());
        }
        let statement = self.client.prepare(sql).await?;
        let mut known = self.known();
        if known.len() >= STATEMENTS {
            known.clear();
        }
        known.insert(sql.clone(), statement.clone());
        Ok(statement)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<Sql, Statement>> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn select(&self, sql: &Sql, params: &[Value]) -> Result<Vec<Row>, Error> {
        let statement = self.prepare(sql).await?;
        let rows = self.client.query_raw(&statement, params.iter().map(Bind)).await?;
        rows.and_then(|row| std::future::ready(bind::row(&row))).try_collect().await
    }

    /// Runs a prepared statement and answers how many rows it changed.
    pub(super) async fn execute(&self, statement: &Statement, params: &[Value]) -> Result<u64, Error> {
        self.client.execute_raw(statement, params.iter().map(Bind)).await
    }

    /// Like `execute`, with a list of values for each parameter.
    pub(super) async fn execute_columns(&self, statement: &Statement, columns: &[Vec<Bind<'_>>]) -> Result<u64, Error> {
        self.client.execute_raw(statement, columns).await
    }

    /// Runs plain text without parameters.
    pub(super) async fn command(&self, sql: &str) -> Result<(), Error> {
        self.client.batch_execute(sql).await
    }
}

/// Runs the requests as one flight: each is sent, in this order, before any answer is waited for.
pub(super) async fn in_flight<F: Future>(requests: Vec<F>) -> Vec<F::Output> {
    let mut requests: Vec<_> = requests.into_iter().map(|request| Box::pin(maybe_done(request))).collect();
    poll_fn(|context| {
        let mut all = true;
        for request in &mut requests {
            all &= request.as_mut().poll(context).is_ready();
        }
        if all { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    requests.iter_mut().filter_map(|request| request.as_mut().take_output()).collect()
}
