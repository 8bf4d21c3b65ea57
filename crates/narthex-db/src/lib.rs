//! One SQL text on every database: reads are queries, writes are batches, the schema is a list of migrations.
//! Never offers an open transaction: a write is data, so it can be grouped, pipelined and tried again.
//! Next: `batch.rs` for writes, `migrate.rs` for the schema, `sqlite/` and `postgres/` for the engines.
//!
//! Parameters are written `$1`, `$2` … on every engine, and each given value must be used.
//! Statements keep to what all engines share: ids and times come from the caller, upserts are
//! `ON CONFLICT`, there is no `RETURNING` and no JSON operator. PostgreSQL gives each parameter one
//! type: where it cannot see it (`$1 IS NULL`), write `CAST($1 AS BIGINT)` or `CAST($1 AS TEXT)`, and
//! do not use one parameter for columns of different types. Where `NULL`s stand in an order is said
//! with `NULLS FIRST` or `NULLS LAST`, and text is ordered by the rules of each engine. No text has a
//! zero character: one that is given is refused before an engine is asked.
//!
//! ```
//! use narthex_db::{Batch, Db, Dsn, Migration, Options, params};
//!
//! const SCHEMA: &[Migration] = &[Migration {
//!     number: 1,
//!     name: "codes",
//!     sql: "CREATE TABLE codes (id {uuid} PRIMARY KEY, used {bool} NOT NULL);",
//! }];
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let db = Db::open(&Dsn::parse("memory")?, Options::default()).await?;
//! db.migrate(SCHEMA).await?;
//! let id = uuid::Uuid::now_v7();
//! db.write(Batch::durable().push("INSERT INTO codes (id, used) VALUES ($1, $2)", params![id, false])).await?;
//!
//! // Works once: the second time the row no longer matches, and nothing of the batch happens.
//! let use_code = || {
//!     let sql = "UPDATE codes SET used = TRUE WHERE id = $1 AND used = FALSE";
//!     db.write(Batch::durable().push_expecting(1, sql, params![id]))
//! };
//! assert!(use_code().await.is_ok());
//! assert!(use_code().await.is_err());
//! # Ok(())
//! # }
//! ```

mod batch;
mod dsn;
mod error;
mod migrate;
mod postgres;
mod queue;
mod row;
mod sqlite;
#[cfg(feature = "testkit")]
pub mod testkit;
mod value;

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

pub use batch::Batch;
pub use dsn::{Dsn, DsnError};
pub use error::DbError;
pub use migrate::{Applied, Migration, MigrationStatus};
pub use queue::{Backlog, Full, Queue};
pub use row::{FromValue, Row};
pub use value::Value;

use uuid::Uuid;

use dsn::Target;
use migrate::Script;

/// Which database answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite, in a file or in memory.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// CockroachDB, over PostgreSQL's protocol.
    Cockroach,
    /// YugabyteDB, over PostgreSQL's protocol.
    Yugabyte,
}

/// Bounds that hold on every engine.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many batches may wait before [`DbError::Busy`].
    pub queue: usize,
    /// The longest that one read or write may take, connecting and waiting for locks included.
    pub timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { queue: 4096, timeout: Duration::from_secs(10) }
    }
}

/// An open database. Clones share it.
#[derive(Clone)]
pub struct Db {
    engine: Arc<Engine>,
    observer: Arc<OnceLock<Observer>>,
}

type Observer = Box<dyn Fn(&[Uuid]) + Send + Sync>;

enum Engine {
    Sqlite(sqlite::Engine),
    Postgres(postgres::Engine),
}

impl Db {
    /// Opens the database, and creates the file if it is one and is missing.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] if it cannot be reached.
    pub async fn open(dsn: &Dsn, options: Options) -> Result<Self, DbError> {
        if !dsn.ignored().is_empty() {
            tracing::warn!(parameters = ?dsn.ignored(), "these DSN parameters have no meaning here");
        }
        let engine = match &dsn.target {
            Target::Memory => Engine::Sqlite(sqlite::Engine::memory(&options)?),
            Target::File { path, create } => Engine::Sqlite(sqlite::Engine::file(path, *create, &options)?),
            Target::Server(server) => Engine::Postgres(postgres::Engine::open(server, &options).await?),
        };
        Ok(Self { engine: Arc::new(engine), observer: Arc::default() })
    }

    /// Which database answers.
    pub fn dialect(&self) -> Dialect {
        match &*self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(engine) => engine.dialect(),
        }
    }

    /// The rows of a look-up. On SQLite it runs in the calling thread, so it should touch few rows;
    /// lists and reports take [`Db::query_slow`].
    ///
    /// # Errors
    /// [`DbError::Unavailable`], [`DbError::ZeroCharacter`], or [`DbError::Other`] for wrong SQL and for a statement that writes.
    pub async fn query(&self, sql: impl Into<Cow<'static, str>>, params: Vec<Value>) -> Result<Vec<Row>, DbError> {
        refuse_zero(&params)?;
        match &*self.engine {
            Engine::Sqlite(engine) => engine.query(&sql.into(), &params),
            Engine::Postgres(engine) => engine.query(&sql.into(), &params).await,
        }
    }

    /// The first row of a look-up, if there is one.
    ///
    /// # Errors
    /// As for [`Db::query`].
    pub async fn query_opt(&self, sql: impl Into<Cow<'static, str>>, params: Vec<Value>) -> Result<Option<Row>, DbError> {
        Ok(self.query(sql, params).await?.into_iter().next())
    }

    /// The rows of a scan that may take long. It keeps no look-up waiting.
    ///
    /// # Errors
    /// As for [`Db::query`].
    pub async fn query_slow(&self, sql: impl Into<Cow<'static, str>>, params: Vec<Value>) -> Result<Vec<Row>, DbError> {
        refuse_zero(&params)?;
        match &*self.engine {
            Engine::Sqlite(engine) => engine.query_slow(sql.into().into_owned(), params).await,
            Engine::Postgres(engine) => engine.query_slow(&sql.into(), &params).await,
        }
    }

    /// Runs a batch and answers, once it is committed, how many rows each statement changed.
    /// A caller that stops waiting does not stop the batch.
    ///
    /// # Errors
    /// [`DbError::Conflict`], [`DbError::Unmet`], [`DbError::ZeroCharacter`], [`DbError::Busy`],
    /// [`DbError::Unavailable`] or [`DbError::Other`]; in each case the batch as a whole has not happened, save for the one
    /// exception told at [`DbError`].
    pub async fn write(&self, batch: Batch) -> Result<Vec<u64>, DbError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        batch.statements.iter().try_for_each(|statement| refuse_zero(&statement.params))?;
        let mut batch = batch;
        let thens = batch.thens();
        let concerns = std::mem::take(&mut batch.concerns);
        let written = match &*self.engine {
            Engine::Sqlite(engine) => engine.write(batch).await,
            Engine::Postgres(engine) => engine.write(batch).await,
        };
        // Told after failures, too: of some it is not known what has become of the batch.
        if let Some(observer) = self.observer.get().filter(|_| !concerns.is_empty()) {
            observer(&concerns);
        }
        let changed = written?;
        for (_, then) in thens.iter().filter(|(at, _)| changed.get(*at).is_some_and(|rows| *rows > 0)) {
            then.run();
        }
        Ok(changed)
    }

    /// Has `observer` told what the batches that this process writes concern, each time one has run. Only the first observer is kept.
    pub fn observe(&self, observer: impl Fn(&[Uuid]) + Send + Sync + 'static) {
        let _ = self.observer.set(Box::new(observer));
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] if it does not.
    pub async fn ping(&self) -> Result<(), DbError> {
        self.query("SELECT 1", Vec::new()).await.map(drop)
    }

    /// Commits what waits and closes; later calls fail. For the end of the process.
    pub async fn close(&self) {
        match &*self.engine {
            Engine::Sqlite(engine) => engine.close().await,
            Engine::Postgres(engine) => engine.close().await,
        }
    }

    async fn run_script(&self, script: Script) -> Result<bool, DbError> {
        match &*self.engine {
            Engine::Sqlite(engine) => engine.run_script(script).await,
            Engine::Postgres(engine) => engine.run_script(script).await,
        }
    }
}

/// What one engine cannot take is taken by none, so that a server behaves alike on all of them.
fn refuse_zero(params: &[Value]) -> Result<(), DbError> {
    let has_zero = |value: &Value| matches!(value, Value::Text(text) if text.contains('\0'));
    if params.iter().any(has_zero) { Err(DbError::ZeroCharacter) } else { Ok(()) }
}
