//! Opens SQLite connections and sets what must hold on each of them.
//! Never decides who uses a connection.
//! Next: `mod.rs` opens one for the writer, `readers.rs` the others.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::errors::translate;
use crate::DbError;

/// Prepared statements kept for each connection.
const STATEMENTS: usize = 256;

/// What holds on every connection. `LIKE` minds case, as it does on PostgreSQL.
const SETTINGS: &str = "PRAGMA foreign_keys = ON; PRAGMA case_sensitive_like = ON; \
                        PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF";

/// Page cache of the writer and of each reader, in KiB.
const WRITER_CACHE: u32 = 8 * 1024;
const READER_CACHE: u32 = 4 * 1024;

/// How long a reader waits in its thread for a lock. Only another process that recovers or
/// checkpoints the file makes readers wait at all.
const READER_PATIENCE: Duration = Duration::from_secs(1);

/// The one connection of a database in memory.
pub(super) fn memory() -> Result<Connection, DbError> {
    let conn = Connection::open_in_memory().map_err(|error| translate(&error))?;
    prepare(&conn, WRITER_CACHE)?;
    Ok(conn)
}

/// A connection that may write, and whether the file is in write-ahead mode, so that others may
/// read while it writes.
pub(super) fn writer(path: &Path, create: bool, patience: Duration) -> Result<(Connection, bool), DbError> {
    if create {
        create_private(path)?;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(|error| translate(&error))?;
    conn.busy_timeout(patience).map_err(|error| translate(&error))?;
    let mode: String = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(|error| translate(&error))?;
    prepare(&conn, WRITER_CACHE)?;
    // Fewer, larger checkpoints (16 MiB), and a log that does not stay large after a burst.
    conn.execute_batch("PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864").map_err(|error| translate(&error))?;
    Ok((conn, mode.eq_ignore_ascii_case("wal")))
}

/// A connection that only reads.
pub(super) fn reader(path: &Path) -> Result<Connection, DbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(|error| translate(&error))?;
    conn.busy_timeout(READER_PATIENCE).map_err(|error| translate(&error))?;
    prepare(&conn, READER_CACHE)?;
    Ok(conn)
}

fn prepare(conn: &Connection, cache_kib: u32) -> Result<(), DbError> {
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    // Otherwise a statement may be prepared anew for each value that is bound to it.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(|error| translate(&error))?;
    conn.execute_batch(&format!("{SETTINGS}; PRAGMA cache_size = -{cache_kib}")).map_err(|error| translate(&error))
}

/// Creates the file, readable by its owner alone: it holds credentials.
fn create_private(path: &Path) -> Result<(), DbError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(DbError::unavailable(format!("{}: {error}", path.display()))),
        _ => Ok(()),
    }
}
