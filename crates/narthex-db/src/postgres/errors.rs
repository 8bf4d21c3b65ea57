//! What the server and the driver say, in the terms of `DbError`.
//! Never passes on the server's `DETAIL`, which quotes values, nor a message about a value's form.
//! Next: `../error.rs` for the meaning of each case.

use std::io::ErrorKind;

use tokio_postgres::Error;
use tokio_postgres::error::{DbError as Report, SqlState};

use crate::DbError;

/// A failure while connecting: whatever it is, there is no database to use.
pub(super) fn unreachable(error: &Error) -> DbError {
    let message = match error.as_db_error() {
        Some(report) => report.message().to_owned(),
        None => with_cause(error),
    };
    DbError::Unavailable(message)
}

/// A failure of a statement.
pub(super) fn translate(error: &Error) -> DbError {
    match error.as_db_error() {
        Some(report) => from_report(report),
        None if is_lost(error) => DbError::unavailable("the connection was lost"),
        None => DbError::Other(with_cause(error)),
    }
}

fn from_report(report: &Report) -> DbError {
    let code = report.code();
    let class = code.code().get(..2).unwrap_or_default();
    match class {
        _ if *code == SqlState::UNIQUE_VIOLATION => DbError::Conflict { constraint: columns(report) },
        _ if *code == SqlState::QUERY_CANCELED => DbError::unavailable("a statement took too long"),
        _ if *code == SqlState::LOCK_NOT_AVAILABLE => DbError::Busy,
        // Gave way to others too often.
        "40" => DbError::Busy,
        // A value of the wrong form: the message quotes it.
        "22" => DbError::Other(format!("a value does not fit ({})", code.code())),
        // No connection, no resources, operator's intervention, system error.
        "08" | "53" | "57" | "58" => DbError::unavailable(report.message()),
        _ => DbError::Other(format!("{} ({})", report.message(), code.code())),
    }
}

/// `table.column, table.column` from `Key (column, column)=(…)`, in whatever language the server
/// speaks; else the name of the constraint.
fn columns(report: &Report) -> String {
    let named = || {
        let (start, _) = report.detail()?.split_once(")=(")?;
        let (_, keys) = start.split_once('(')?;
        let table = report.table()?;
        let column = |key: &str| format!("{table}.{}", key.trim().trim_matches('"'));
        Some(keys.split(',').map(column).collect::<Vec<_>>().join(", "))
    };
    named().or_else(|| report.constraint().map(str::to_owned)).unwrap_or_else(|| "key".to_owned())
}

/// Whether nothing came back because the connection broke.
pub(super) fn is_lost(error: &Error) -> bool {
    let is_io = |cause: &(dyn std::error::Error + 'static)| cause.is::<std::io::Error>();
    error.is_closed() || std::error::Error::source(error).is_some_and(is_io) || is_shutdown(error)
}

/// Whether the server ended the connection and said so, and therefore undid what was running.
pub(super) fn is_shutdown(error: &Error) -> bool {
    let ended = [&SqlState::ADMIN_SHUTDOWN, &SqlState::CRASH_SHUTDOWN, &SqlState::CANNOT_CONNECT_NOW];
    error.code().is_some_and(|code| ended.contains(&code))
}

/// Whether the server was reached and then ended the connection, which another one may be spared.
pub(super) fn is_cut(error: &Error) -> bool {
    let kinds = [ErrorKind::ConnectionReset, ErrorKind::ConnectionAborted, ErrorKind::BrokenPipe, ErrorKind::UnexpectedEof];
    let io = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<std::io::Error>());
    error.is_closed() || error.code() == Some(&SqlState::ADMIN_SHUTDOWN) || io.is_some_and(|cause| kinds.contains(&cause.kind()))
}

/// Whether the statement only lost against another at the same time, and may be tried again.
pub(super) fn is_collision(error: &Error) -> bool {
    let lost = [&SqlState::T_R_SERIALIZATION_FAILURE, &SqlState::T_R_DEADLOCK_DETECTED];
    error.code().is_some_and(|code| lost.contains(&code))
}

fn with_cause(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
