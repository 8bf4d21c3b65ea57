//! Makes connections, each set up for what it is for.
//! Never keeps one: `lane.rs` and `pool.rs` do.
//! Next: `session.rs` for what a connection can do.

use std::time::Duration;

use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, Error};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::errors::{is_cut, unreachable};
use super::session::Session;
use super::tls;
use crate::batch::Durability;
use crate::dsn::{ServerDsn, TlsMode};
use crate::{DbError, Dialect, Options};

/// Tries to make a connection that the server ends in the making.
const TRIES: u32 = 3;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Reads alone; the server refuses the rest.
    Read,
    /// Lone inserts that need not be on disk when they are answered.
    Insert,
    /// Explicit transactions. What is sent outside of one cannot write: should a `BEGIN` fail, the
    /// statements that were sent right after it do no harm.
    Transaction,
    /// Schema changes one by one, where they cannot be part of a transaction.
    Schema,
}

pub(super) struct Connector {
    pub(super) dialect: Dialect,
    config: Config,
    tls: MakeRustlsConnect,
    search_path: Option<String>,
    timeout: Duration,
}

impl Connector {
    pub(super) fn new(dsn: &ServerDsn, options: &Options) -> Result<Self, DbError> {
        let mut config: Config = dsn.url.parse().map_err(|_| DbError::unavailable("the DSN is not valid"))?;
        config.ssl_mode(match dsn.tls {
            TlsMode::Disable => SslMode::Disable,
            TlsMode::Prefer => SslMode::Prefer,
            TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull => SslMode::Require,
        });
        if config.get_application_name().is_none() {
            config.application_name("narthex");
        }
        // A host that vanished is noticed within half a minute even while nothing is asked of it.
        config.keepalives_idle(Duration::from_secs(15)).keepalives_interval(Duration::from_secs(5));
        config.tcp_user_timeout(Duration::from_secs(30));
        Ok(Self {
            dialect: dsn.dialect,
            config,
            tls: tls::connector(dsn.tls, &dsn.files)?,
            search_path: dsn.search_path.clone(),
            timeout: options.timeout,
        })
    }

    /// A new connection; another one where the server ends it while it is being made.
    pub(super) async fn connect(&self, purpose: Purpose) -> Result<Session, DbError> {
        let connecting = async {
            let mut tried = 1;
            loop {
                match self.try_to_connect(purpose).await {
                    Err(error) if tried < TRIES && is_cut(&error) => tried += 1,
                    result => return result.map_err(|error| unreachable(&error)),
                }
            }
        };
        match tokio::time::timeout(self.timeout, connecting).await {
            Ok(result) => result,
            Err(_) => Err(DbError::unavailable("connecting took too long")),
        }
    }

    async fn try_to_connect(&self, purpose: Purpose) -> Result<Session, Error> {
        let (client, connection) = self.config.connect(self.tls.clone()).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = %unreachable(&error), "a database connection ended");
            }
        });
        client.batch_execute(&self.settings(purpose)).await?;
        if let Some(path) = &self.search_path {
            client.query("SELECT set_config('search_path', $1, false)", &[path]).await?;
        }
        Ok(Session::new(client))
    }

    fn settings(&self, purpose: Purpose) -> String {
        let limit = if purpose == Purpose::Schema { 0 } else { self.timeout.as_millis() };
        let own = match purpose {
            Purpose::Read | Purpose::Transaction => "SET default_transaction_read_only = on",
            Purpose::Insert if self.has_relaxed_commits() => "SET synchronous_commit = off",
            Purpose::Insert | Purpose::Schema => "SET default_transaction_read_only = off",
        };
        format!("SET statement_timeout = {limit}; SET idle_in_transaction_session_timeout = {limit}; {own}")
    }

    /// How a transaction begins.
    pub(super) fn begin(&self, durability: Durability) -> &'static str {
        match durability {
            Durability::Ephemeral if self.has_relaxed_commits() => "BEGIN READ WRITE; SET LOCAL synchronous_commit = off",
            Durability::Ephemeral | Durability::Durable => "BEGIN READ WRITE",
        }
    }

    /// CockroachDB commits by agreement of several machines and has no such setting.
    fn has_relaxed_commits(&self) -> bool {
        self.dialect != Dialect::Cockroach
    }
}
