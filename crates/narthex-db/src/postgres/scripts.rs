//! Steps of the schema on PostgreSQL, and on the engines that only speak like it.
//! Never half a step on PostgreSQL. On CockroachDB and YugabyteDB, where a schema change cannot be undone, a step that was cut off goes on where it stopped.
//! Next: `../migrate.rs` decides which steps to run.

use jiff::Timestamp;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use super::connect::{Connector, Purpose};
use super::errors::translate;
use super::session::{Session, Sql};
use crate::migrate::{RECORD, Script};
use crate::{DbError, Dialect, params};

/// Runs a step unless another process has; answers whether it was run.
pub(super) async fn run(connector: &Connector, script: &Script) -> Result<bool, DbError> {
    let session = connector.connect(Purpose::Schema).await?;
    let result = match connector.dialect {
        Dialect::Cockroach | Dialect::Yugabyte => one_by_one(&session, script).await,
        Dialect::Postgres | Dialect::Sqlite => at_once(&session, script).await,
    };
    result.map_err(|error| translate(&error))
}

/// All in one transaction. Whoever comes second waits at the record until the first has committed.
/// After an error the connection is closed, and the transaction with it.
async fn at_once(session: &Session, script: &Script) -> Result<bool, Error> {
    session.command("BEGIN").await?;
    if !record(session, script).await? {
        session.command("ROLLBACK").await?;
        return Ok(false);
    }
    for statement in &script.statements {
        session.command(statement).await?;
    }
    session.command("COMMIT").await?;
    Ok(true)
}

async fn one_by_one(session: &Session, script: &Script) -> Result<bool, Error> {
    for statement in &script.statements {
        match session.command(statement).await {
            Err(error) if exists_already(&error) => {}
            result => result?,
        }
    }
    record(session, script).await
}

async fn record(session: &Session, script: &Script) -> Result<bool, Error> {
    let statement = session.prepare(&Sql::Borrowed(RECORD)).await?;
    match session.execute(&statement, &params![script.number, script.name, Timestamp::now()]).await {
        Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Ok(false),
        result => result.map(|_| true),
    }
}

fn exists_already(error: &Error) -> bool {
    let duplicates = [&SqlState::DUPLICATE_TABLE, &SqlState::DUPLICATE_COLUMN, &SqlState::DUPLICATE_OBJECT];
    error.code().is_some_and(|code| duplicates.contains(&code))
}
