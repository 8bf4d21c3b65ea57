//! What SQLite says, in the terms of `DbError`.
//! Never passes on a bound value; SQLite's own messages name tables and columns only.
//! Next: `../error.rs` for the meaning of each case.

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::DbError;

pub(super) fn translate(error: &rusqlite::Error) -> DbError {
    let message = match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) | rusqlite::Error::SqlInputError { msg: message, .. } => message.clone(),
        other => other.to_string(),
    };
    match error.sqlite_error() {
        Some(failure) if is_unique(failure.extended_code) => DbError::Conflict { constraint: columns(&message) },
        Some(failure) if matches!(failure.code, ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            DbError::unavailable("another process holds the lock of the database file")
        }
        Some(failure) if matches!(failure.code, ErrorCode::CannotOpen | ErrorCode::NotADatabase) => DbError::unavailable(message),
        _ => DbError::Other(message),
    }
}

fn is_unique(extended_code: i32) -> bool {
    matches!(extended_code, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID)
}

/// From `UNIQUE constraint failed: t.a, t.b` or `…: index 'name'` the part after the colon.
fn columns(message: &str) -> String {
    let rest = message.split_once("failed: ").map_or(message, |(_, rest)| rest);
    rest.strip_prefix("index '").and_then(|name| name.strip_suffix('\'')).unwrap_or(rest).to_owned()
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn columns_or_the_index_are_kept() {
        assert_eq!(columns("UNIQUE constraint failed: t.a, t.b"), "t.a, t.b");
        assert_eq!(columns("UNIQUE constraint failed: index 'lower_name'"), "lower_name");
    }
}
