//! Batches as transactions: all statements leave in one flight, and with them the commit if nothing has to be checked first.
//! Never tries again what may have been committed; collisions, announced shutdowns and connections that were lost before anything
//! was sent are, a bounded number of times.
//! Next: `pool.rs` for the connections, `inserts.rs` for lone inserts that need no transaction.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use rand::Rng;
use tokio_postgres::{Error, Statement};

use super::errors::{is_collision, is_lost, is_shutdown, translate};
use super::pool::Pool;
use super::session::{Session, in_flight};
use crate::{Batch, DbError};

/// Tries in all when others are faster.
const TRIES: u32 = 12;

enum Failure {
    /// The server's or the driver's, before anything of the batch was sent.
    Unsent(Error),
    /// The server's or the driver's.
    Driver(Error),
    /// An expectation did not hold.
    Unmet(usize),
}

impl Failure {
    /// Whether nothing was committed, and another try may go better.
    fn may_go_better(&self) -> bool {
        match self {
            Self::Unsent(error) => is_lost(error) || is_collision(error),
            Self::Driver(error) => is_collision(error) || is_shutdown(error),
            Self::Unmet(_) => false,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Driver(error)
    }
}

/// Runs the batch in a task of its own, so that a caller who goes away leaves no half-used connection.
pub(super) async fn write(pool: &Arc<Pool>, batch: Batch) -> Result<Vec<u64>, DbError> {
    let place = pool.enter()?;
    let pool = pool.clone();
    let work = async move {
        let _place = place;
        let patience = pool.timeout;
        match tokio::time::timeout(patience, run(&pool, &batch)).await {
            Ok(result) => result,
            Err(_) => Err(DbError::unavailable("no answer in time")),
        }
    };
    tokio::spawn(work).await.map_err(|_| DbError::other("the write was interrupted"))?
}

async fn run(pool: &Pool, batch: &Batch) -> Result<Vec<u64>, DbError> {
    let _slot = pool.slot().await?;
    let mut tried = 1;
    loop {
        let session = pool.take().await?;
        let Attempt { outcome, ended } = attempt(&session, batch, pool.begin(batch)).await;
        if ended {
            pool.give_back(session);
        }
        match outcome {
            Ok(changed) => return Ok(changed),
            Err(failure) if tried < TRIES && failure.may_go_better() => {
                tokio::time::sleep(pause(tried)).await;
                tried += 1;
            }
            Err(Failure::Unmet(statement)) => return Err(DbError::Unmet { statement }),
            Err(Failure::Unsent(error) | Failure::Driver(error)) => return Err(translate(&error)),
        }
    }
}

/// A random pause that doubles in the mean, up to a quarter of a second.
fn pause(tried: u32) -> Duration {
    let most = 1_u64 << tried.min(8);
    Duration::from_micros(rand::rng().random_range(500..=most * 1000))
}

/// How a try went, and whether its transaction has certainly ended, so that the connection may be
/// used again.
struct Attempt {
    outcome: Result<Vec<u64>, Failure>,
    ended: bool,
}

async fn attempt(session: &Session, batch: &Batch, begin: &'static str) -> Attempt {
    let mut prepared = Vec::with_capacity(batch.len());
    for statement in &batch.statements {
        match session.prepare(&statement.sql).await {
            Ok(statement) => prepared.push(statement),
            Err(error) => {
                let ended = !is_lost(&error);
                return Attempt { outcome: Err(Failure::Unsent(error)), ended };
            }
        }
    }
    let checked = batch.statements.iter().any(|statement| statement.expected.is_some());
    let last = if checked { None } else { Some("COMMIT") };
    let mut answers = fly(session, batch, &prepared, (begin, last)).await;
    if !checked {
        let ended = answers.pop();
        let outcome = changed(answers);
        return match ended {
            Some(Err(error)) => Attempt { outcome: outcome.and(Err(error.into())), ended: false },
            _ => Attempt { outcome, ended: true },
        };
    }
    let outcome = changed(answers).and_then(|changed| expect(batch, changed));
    let last = if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" };
    match session.command(last).await {
        Ok(()) => Attempt { outcome, ended: true },
        Err(error) => Attempt { outcome: outcome.and(Err(error.into())), ended: false },
    }
}

/// The rows that each statement changed, without the answer to `BEGIN`, or the first error.
fn changed(answers: Vec<Result<u64, Error>>) -> Result<Vec<u64>, Failure> {
    let mut changed = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
    changed.drain(..changed.len().min(1));
    Ok(changed)
}

fn expect(batch: &Batch, changed: Vec<u64>) -> Result<Vec<u64>, Failure> {
    let unmet = |(statement, changed): (&crate::batch::Statement, &u64)| statement.expected.is_some_and(|expected| expected != *changed);
    match batch.statements.iter().zip(&changed).position(unmet) {
        Some(statement) => Err(Failure::Unmet(statement)),
        None => Ok(changed),
    }
}

/// Sends the first command, the statements and, if there is one, the last command: a `COMMIT`,
/// which is a rollback if anything before it failed. Commands answer with 0 rows.
async fn fly(
    session: &Session,
    batch: &Batch,
    prepared: &[Statement],
    (begin, last): (&'static str, Option<&'static str>),
) -> Vec<Result<u64, Error>> {
    let command = |sql: &'static str| session.command(sql).map(|result| result.map(|()| 0)).boxed();
    let mut flight = vec![command(begin)];
    for (statement, prepared) in batch.statements.iter().zip(prepared) {
        flight.push(session.execute(prepared, &statement.params).boxed());
    }
    flight.extend(last.map(command));
    in_flight(flight).await
}
