//! One transaction for many batches.
//! Never lets one batch's failure touch another: each has its savepoint, and if the engine gives up the whole transaction, each is tried alone.
//! Next: `bind.rs` for the statements, `writer.rs` for who calls.

use jiff::Timestamp;
use rusqlite::Connection;

use super::bind::prepare;
use super::errors::translate;
use crate::batch::Durability;
use crate::migrate::{RECORD, Script};
use crate::{Batch, DbError, params};

type Outcome = Result<Vec<u64>, DbError>;

/// Runs groups, and remembers how the connection commits at the moment.
#[derive(Default)]
pub(super) struct Group {
    durability: Option<Durability>,
}

impl Group {
    /// Runs the batches in one transaction and answers for each.
    pub(super) fn run(&mut self, conn: &Connection, batches: &[Batch]) -> Vec<Outcome> {
        match self.commit(conn, batches) {
            Ok(outcomes) => outcomes,
            Err(error) if batches.len() == 1 || matches!(error, DbError::Unavailable(_)) => {
                vec![Err(error); batches.len()]
            }
            Err(_) => batches.iter().map(|batch| self.run_alone(conn, batch)).collect(),
        }
    }

    fn run_alone(&mut self, conn: &Connection, batch: &Batch) -> Outcome {
        let mut outcomes = self.commit(conn, std::slice::from_ref(batch))?;
        outcomes.pop().unwrap_or_else(|| Err(DbError::other("the batch has no outcome")))
    }

    /// `Err` if nothing was committed for anyone, else the outcome of each.
    fn commit(&mut self, conn: &Connection, batches: &[Batch]) -> Result<Vec<Outcome>, DbError> {
        let durability = batches.iter().map(|batch| batch.durability).max().unwrap_or(Durability::Durable);
        self.begin(conn, durability)?;
        let mut outcomes = Vec::with_capacity(batches.len());
        for batch in batches {
            let outcome = run_batch(conn, batch);
            // A full disk, for one, ends the whole transaction and not only the statement.
            if conn.is_autocommit() {
                return Err(outcome.err().unwrap_or_else(|| DbError::other("the transaction was lost")));
            }
            outcomes.push(outcome);
        }
        end(conn, Ok(()))?;
        Ok(outcomes)
    }

    fn begin(&mut self, conn: &Connection, durability: Durability) -> Result<(), DbError> {
        if self.durability != Some(durability) {
            let pragma = match durability {
                Durability::Ephemeral => "PRAGMA synchronous = NORMAL",
                Durability::Durable => "PRAGMA synchronous = FULL",
            };
            conn.execute_batch(pragma).map_err(|error| translate(&error))?;
            self.durability = Some(durability);
        }
        command(conn, "BEGIN IMMEDIATE")
    }

    /// Runs a step of the schema unless it was run already; answers whether it was run.
    pub(super) fn run_script(&mut self, conn: &Connection, script: &Script) -> Result<bool, DbError> {
        self.begin(conn, Durability::Durable)?;
        let run = || {
            match change(conn, RECORD, &params![script.number, script.name, Timestamp::now()]) {
                Err(DbError::Conflict { .. }) => return Ok(false),
                result => result?,
            };
            for statement in &script.statements {
                conn.execute_batch(statement).map_err(|error| translate(&error))?;
            }
            Ok(true)
        };
        end(conn, run())
    }
}

/// Commits if `result` is good, else rolls back, unless the engine did so itself.
fn end<T>(conn: &Connection, result: Result<T, DbError>) -> Result<T, DbError> {
    let result = result.and_then(|value| command(conn, "COMMIT").map(|()| value));
    if result.is_err() && !conn.is_autocommit() {
        command(conn, "ROLLBACK")?;
    }
    result
}

fn run_batch(conn: &Connection, batch: &Batch) -> Outcome {
    if batch.undoes_itself() {
        return run_statements(conn, batch);
    }
    command(conn, "SAVEPOINT batch")?;
    let outcome = run_statements(conn, batch);
    if outcome.is_err() && !conn.is_autocommit() {
        command(conn, "ROLLBACK TO batch")?;
    }
    if !conn.is_autocommit() {
        command(conn, "RELEASE batch")?;
    }
    outcome
}

fn run_statements(conn: &Connection, batch: &Batch) -> Outcome {
    let run = |(index, statement): (usize, &crate::batch::Statement)| {
        let changed = change(conn, &statement.sql, &statement.params)?;
        match statement.expected {
            Some(expected) if expected != changed => Err(DbError::Unmet { statement: index }),
            _ => Ok(changed),
        }
    };
    batch.statements.iter().enumerate().map(run).collect()
}

fn change(conn: &Connection, sql: &str, params: &[crate::Value]) -> Result<u64, DbError> {
    let mut statement = prepare(conn, sql, params)?;
    let changed = statement.raw_execute().map_err(|error| translate(&error))?;
    Ok(changed.try_into().unwrap_or(u64::MAX))
}

fn command(conn: &Connection, sql: &str) -> Result<(), DbError> {
    change(conn, sql, &[]).map(drop)
}
