//! `DbError`: the few outcomes that a caller can act on.
//! Never carries a bound value: engines like to quote them, so their details are dropped on the way.
//! Next: `sqlite/errors.rs` and `postgres/errors.rs` translate what the drivers say.

/// Why a statement, a batch or a migration did not go through. Nothing of it was stored.
/// (One exception, on PostgreSQL: [`DbError::Unavailable`] for a write whose connection died while
/// it waited for the answer to its commit; whether it was stored is then unknown.)
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum DbError {
    /// A unique index or primary key already holds such a row.
    #[error("a row with the same {constraint} exists")]
    Conflict {
        /// `table.column, table.column` where the engine tells, else the name of the index.
        constraint: String,
    },
    /// A statement changed another number of rows than the batch expected.
    #[error("statement {statement} of the batch did not change the expected number of rows")]
    Unmet {
        /// Its place in the batch, from 0.
        statement: usize,
    },
    /// A text has a zero character. PostgreSQL can neither keep nor compare one, so no engine is asked to.
    #[error("a text has a zero character (U+0000)")]
    ZeroCharacter,
    /// Too much work is waiting already; answer 503 and let the client come again.
    #[error("the database has too much work waiting")]
    Busy,
    /// The database was migrated by a newer version of this program.
    #[error("the database is at migration {found}, this version knows them only up to {known}")]
    Newer {
        /// The highest migration in the database.
        found: u32,
        /// The highest migration of this program.
        known: u32,
    },
    /// The database cannot be reached or did not answer in time.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Anything else: wrong SQL, a foreign key without its row, a full disk.
    #[error("database error: {0}")]
    Other(String),
}

impl DbError {
    pub(crate) fn other(message: impl Into<String>) -> Self {
        Self::Other(message.into())
    }

    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::Unavailable(message.into())
    }

    /// Whether this is a conflict on `column` (`table.column`) or on the index of that name.
    pub fn is_conflict_on(&self, name: &str) -> bool {
        matches!(self, Self::Conflict { constraint } if constraint.split(", ").any(|part| part == name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_is_found_by_any_of_its_columns() {
        let error = DbError::Conflict { constraint: "credentials.type, credentials.identifier".into() };
        assert!(error.is_conflict_on("credentials.identifier"));
        assert!(!error.is_conflict_on("credentials"));
        assert!(!DbError::Busy.is_conflict_on("credentials.type"));
    }
}
