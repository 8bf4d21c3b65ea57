//! The server under test.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use narthex::app::App;
use narthex::clock::Clock;
use narthex::startup::{self, StartError, Surroundings};
use narthex_config::{Flags, Sources};
use narthex_db::params;
use narthex_jsonnet::{Evaluator, Limits};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::client::Client;
use crate::config::{base_config, set};

/// What a test's server keeps its data in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file in a directory of its own.
    Sqlite,
    /// An empty database of the machine's PostgreSQL.
    Postgres,
}

/// How a test's server is to be.
pub struct Builder {
    changes: Vec<(String, Value)>,
    database: Database,
    clock: Clock,
    dev: bool,
}

/// A running server. It ends when this is dropped.
pub struct TestServer {
    /// The public listener's address.
    pub public_url: String,
    /// The admin listener's address.
    pub admin_url: String,
    app: App,
    config: Value,
    dev: bool,
    directory: TempDir,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Builder {
    /// The same with this key, in dotted form, set; `null` removes it.
    #[must_use]
    pub fn set(mut self, path: &str, value: impl Into<Value>) -> Self {
        self.changes.push((path.to_owned(), value.into()));
        self
    }

    /// The same on this database.
    #[must_use]
    pub fn on(mut self, database: Database) -> Self {
        self.database = database;
        self
    }

    /// The same with this time.
    #[must_use]
    pub fn at(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The same without development mode, so that cookies are for TLS only.
    #[must_use]
    pub fn production(mut self) -> Self {
        self.dev = false;
        self
    }

    /// Starts it.
    ///
    /// # Panics
    /// Where it does not start; also where there is no PostgreSQL, see [`Self::try_start`].
    pub async fn start(self) -> TestServer {
        self.try_start().await.expect("the server starts").expect("there is a PostgreSQL")
    }

    /// Starts it; nothing where it needs a PostgreSQL that there is not.
    ///
    /// # Errors
    /// With why it does not start.
    ///
    /// # Panics
    /// Where the machine has no directory or port to give.
    pub async fn try_start(self) -> Result<Option<TestServer>, StartError> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let directory = tempfile::tempdir().expect("a directory");
        let dsn = match self.database {
            Database::Sqlite => format!("sqlite://{}/db.sqlite", directory.path().display()),
            Database::Postgres => match narthex_db::testkit::postgres() {
                Some(dsn) => dsn,
                None => return Ok(None),
            },
        };
        let (public_port, admin_port) = free_ports();
        let mut config = base_config(public_port, admin_port, &dsn);
        for (path, value) in self.changes {
            set(&mut config, &path, value);
        }
        launch(config, (public_port, admin_port), directory, self.clock, self.dev, true).await.map(Some)
    }
}

/// Starts a server with this configuration, on these ports; on a database of its own, once it has its tables.
async fn launch(
    config: Value,
    (public_port, admin_port): (u16, u16),
    directory: TempDir,
    clock: Clock,
    dev: bool,
    own_database: bool,
) -> Result<TestServer, StartError> {
    let file = directory.path().join("kratos.json");
    std::fs::write(&file, config.to_string()).expect("the configuration is written");
    let flags = Flags { dev: Some(dev), data_dir: Some(directory.path().join("data")), ..Flags::default() };
    let sources = Sources { files: vec![file], flags, ..Sources::default() };
    let configured = startup::load(&sources)?;
    if own_database {
        let db = startup::open(configured.loaded.config.dsn.expose()).await?;
        startup::migrate(&db).await?;
        db.close().await;
    }
    let server = startup::prepare(&configured, Surroundings { clock, jsonnet: Some(Evaluator::in_process(Limits::default())) }).await?;
    let app = server.app().clone();
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(server.run(stopped));
    Ok(TestServer {
        public_url: format!("http://127.0.0.1:{public_port}"),
        admin_url: format!("http://127.0.0.1:{admin_port}"),
        app,
        config,
        dev,
        directory,
        stop,
        task,
    })
}

impl TestServer {
    /// A server on SQLite, in development mode, with the configuration of [`base_config`].
    pub fn builder() -> Builder {
        Builder { changes: Vec::new(), database: Database::Sqlite, clock: Clock::system(), dev: true }
    }

    /// A server as [`Self::builder`] makes it without further ado.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Another instance of the same server: on the same database, with the same secrets and the same address for browsers, as behind
    /// one balancer.
    ///
    /// # Panics
    /// Where it does not start.
    pub async fn another(&self) -> Self {
        let (public_port, admin_port) = free_ports();
        let mut config = self.config.clone();
        set(&mut config, "serve.public.port", public_port.into());
        set(&mut config, "serve.admin.port", admin_port.into());
        let directory = tempfile::tempdir().expect("a directory");
        let started = launch(config, (public_port, admin_port), directory, self.app.clock.clone(), self.dev, false).await;
        started.expect("the other instance starts")
    }

    /// A client that keeps cookies and asks for JSON, as a page's script does.
    pub fn browser(&self) -> Client {
        Client::new(&self.public_url).with_jar().accepting("application/json")
    }

    /// A client that keeps no cookies, as an app does.
    pub fn native(&self) -> Client {
        Client::new(&self.public_url).accepting("application/json")
    }

    /// A client of the admin listener.
    pub fn admin(&self) -> Client {
        Client::new(&self.admin_url).accepting("application/json")
    }

    /// The server from inside.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The configuration as it is now.
    pub fn config(&self) -> &Value {
        &self.config
    }

    /// A directory of the test's own, which goes when the server does.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The configuration's file.
    pub fn config_file(&self) -> PathBuf {
        self.directory.path().join("kratos.json")
    }

    /// Writes the configuration anew with this key set (`null` removes it). The server sees it in its own time.
    ///
    /// # Panics
    /// Where the file cannot be written.
    pub fn reconfigure(&mut self, path: &str, value: impl Into<Value>) {
        set(&mut self.config, path, value.into());
        std::fs::write(self.config_file(), self.config.to_string()).expect("the configuration is written");
    }

    /// The bodies of the messages for this recipient, the oldest first.
    ///
    /// # Panics
    /// Where the database does not answer.
    pub async fn messages(&self, recipient: &str) -> Vec<String> {
        let sql = "SELECT body FROM courier_messages WHERE recipient = $1 ORDER BY created_at, id";
        let rows = self.app.db.query(sql, params![recipient]).await.expect("the database answers");
        rows.iter().map(|row| row.get::<&str>(0).expect("a text").to_owned()).collect()
    }

    /// The six digits of the last message for this recipient.
    ///
    /// # Panics
    /// Where there is no such message.
    pub async fn code(&self, recipient: &str) -> String {
        let last = self.messages(recipient).await.pop().unwrap_or_else(|| panic!("no message for {recipient}"));
        let code = last.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6);
        code.unwrap_or_else(|| panic!("no code in: {last}")).to_owned()
    }

    /// Tells the server to end and waits until it has.
    ///
    /// # Panics
    /// Where the server panicked.
    pub async fn end(self) {
        let _ = self.stop.send(true);
        self.task.await.expect("the server ends in order");
    }
}

/// Ports below those that systems give to outgoing connections, one of which could take a port before the server does.
const PORTS: std::ops::Range<u32> = 10_000..30_000;

/// Two ports that nobody listens on at the moment, and that no other test of this process gets soon.
fn free_ports() -> (u16, u16) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let take = || {
        (0..1_000)
            .filter_map(|_| {
                let step = std::process::id().wrapping_mul(97).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
                u16::try_from(PORTS.start + step % (PORTS.end - PORTS.start)).ok()
            })
            .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
            .expect("a free port")
    };
    (take(), take())
}
