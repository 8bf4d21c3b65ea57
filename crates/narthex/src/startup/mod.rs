//! From a configuration to a running server: data directory, secrets, database, schemas, courier, listeners.
//! Never answers a request. Next: `secrets.rs` for what is kept on disk, `reload.rs` for settings that change, `server/` for what runs then.

mod courier;
mod reload;
mod secrets;
mod warn;

pub use courier::{Courier, prepare_courier};
pub use reload::Reload;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use narthex_config::{Config, Loaded, Sources, Watch};
use narthex_courier::Dispatcher;
use narthex_db::{Db, Dsn, MigrationStatus, Options};
use narthex_hash::{Hasher, PoolOptions};
use narthex_jsonnet::{Evaluator, Limits, WorkerCommand};
use tokio::sync::watch;

use crate::app::{App, Parts};
use crate::backlog;
use crate::cleanup;
use crate::clock::Clock;
use crate::config::Settings;
use crate::hook::outbox;
use crate::identity::store as identities;
use crate::outside::{Outside, is_private};
use crate::server::{self, Bound};
use reload::Reloader;

/// Why the server does not start: lines for the person who started it.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct StartError(pub Vec<String>);

impl StartError {
    fn one(reason: impl ToString) -> Self {
        Self(vec![reason.to_string()])
    }
}

/// A configuration that a server can be made of, and where to read it again.
#[derive(Clone, Debug)]
pub struct Configured {
    /// The configuration.
    pub loaded: Loaded,
    /// What it was made from, generated secrets included.
    pub sources: Sources,
}

/// What the server takes from the machine that it runs on, and tests set otherwise.
pub struct Surroundings {
    /// The time.
    pub clock: Clock,
    /// What evaluates jsonnet; where there is none, worker processes of this very program.
    pub jsonnet: Option<Evaluator>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self { clock: Clock::system(), jsonnet: None }
    }
}

/// Reads the configuration; secrets that it lacks are made, and kept in the data directory.
///
/// # Errors
/// Every mistake in the configuration.
pub fn load(sources: &Sources) -> Result<Configured, StartError> {
    let mut sources = sources.clone();
    let mut loaded = narthex_config::load(&sources).map_err(StartError::one)?;
    if loaded.missing_secrets.any() {
        let (generated, warning) = secrets::generate(&loaded, &sources)?;
        sources.generated = Some(generated);
        loaded = narthex_config::load(&sources).map_err(StartError::one)?;
        loaded.warnings.extend(warning);
    }
    Ok(Configured { loaded, sources })
}

/// Opens the database at this address.
///
/// # Errors
/// Where it cannot be had.
pub async fn open(dsn: &str) -> Result<Db, StartError> {
    let dsn = Dsn::parse(dsn).map_err(StartError::one)?;
    Db::open(&dsn, Options::default()).await.map_err(|error| StartError(vec![format!("the database {dsn} cannot be opened: {error}")]))
}

/// Brings the database's tables up to date, and what the program keeps in them for searching.
///
/// # Errors
/// Where a step fails, or the database is newer than this program.
pub async fn migrate(db: &Db) -> Result<usize, StartError> {
    let failed = |error| StartError(vec![format!("the database could not be migrated: {error}")]);
    let applied = db.migrate(crate::migrations::ALL).await.map_err(failed)?.len();
    let refreshed = identities::refresh_search(db).await.map_err(failed)?;
    if refreshed > 0 {
        tracing::info!(identities = refreshed, "made what identities are looked for by");
    }
    Ok(applied)
}

/// Tells of each migration whether the database has it.
///
/// # Errors
/// Where the database does not answer.
pub async fn migration_status(db: &Db) -> Result<Vec<MigrationStatus>, StartError> {
    db.migration_status(crate::migrations::ALL).await.map_err(StartError::one)
}

/// A server that has everything, and answers nobody yet.
pub struct Server {
    app: App,
    public: Bound,
    admin: Bound,
    reloader: Reloader,
}

/// Makes a server of a configuration. Every mistake that can be found without a port is found before one is taken.
///
/// # Errors
/// With everything that keeps it from starting.
pub async fn prepare(configured: &Configured, surroundings: Surroundings) -> Result<Server, StartError> {
    let Configured { loaded, sources } = configured;
    let config = Arc::new(loaded.config.clone());
    let files = Watch::new(sources.files.clone());
    let outside = Outside::new(&config.clients.http).map_err(StartError::one)?;
    let settings = Settings::load(config.clone(), loaded.hash.clone(), &outside).await.map_err(StartError)?;
    for warning in warn::warnings(&config, &outside).await {
        tracing::warn!("{warning}");
    }
    let db = database(loaded).await?;
    let jsonnet = evaluator(surroundings.jsonnet)?;
    let dispatcher = if config.watch_courier || config.narthex.mailbox.enabled {
        let time = surroundings.clock.clone();
        let (settings, ways_out) = courier_of(&config, &outside, &jsonnet);
        Some(Dispatcher::start(db.clone(), &settings, &ways_out, Arc::new(move || time.now())).map_err(StartError::one)?)
    } else {
        None
    };
    let (public, admin) = bind(&config).await?;
    let admin_is_open = admin.is_open_to_others();
    reload::warn_of_open_admin(&config, admin_is_open);
    let hasher = Hasher::new(PoolOptions { queue: config.narthex.limits.hash_queue, ..PoolOptions::default() });
    let courier = dispatcher.as_ref().map(Dispatcher::bell);
    let (reload, requests) = Reload::channel();
    let app = App::new(Parts { db, clock: surroundings.clock, hasher, jsonnet, outside, courier, reload }, settings);
    let certificates = [public.certificates(), admin.certificates()].into_iter().flatten().collect();
    let sources = sources.clone();
    let reloader = Reloader { app: app.clone(), sources, current: config, dispatcher, certificates, requests, admin_is_open, files };
    Ok(Server { app, public, admin, reloader })
}

/// What evaluates jsonnet: the one that is given, or worker processes of this very program.
fn evaluator(given: Option<Evaluator>) -> Result<Evaluator, StartError> {
    match given {
        Some(evaluator) => Ok(evaluator),
        None => Ok(Evaluator::new(WorkerCommand::this_program(["jsonnet", "--null"]).map_err(StartError::one)?, Limits::default())),
    }
}

/// The database of a configuration, with all its tables. One that a newer version has migrated will do: steps only ever add.
async fn database(loaded: &Loaded) -> Result<Db, StartError> {
    let config = &loaded.config;
    let dsn = Dsn::parse(config.dsn.expose()).map_err(StartError::one)?;
    if loaded.standalone {
        secrets::make_directory(&config.narthex.data_dir)?;
        secrets::make_private(&config.narthex.data_dir.join("narthex.sqlite"))?;
    }
    let db = open(config.dsn.expose()).await?;
    let newer = db.newer_migration(crate::migrations::ALL).await.map_err(StartError::one)?;
    if let Some(step) = newer {
        tracing::warn!(step, "the database was migrated by a newer version of this program; this one runs on it without using what is new");
    }
    if newer.is_none() && (loaded.standalone || dsn.is_memory()) {
        migrate(&db).await?;
    } else if migration_status(&db).await?.iter().any(|step| step.applied_at.is_none()) {
        return Err(StartError(vec![format!("the database {dsn} is not up to date. Run: narthex migrate sql up -e -y")]));
    }
    Ok(db)
}

/// Both ports, or every reason why they cannot be had.
async fn bind(config: &Config) -> Result<(Bound, Bound), StartError> {
    let public = server::bind("public", &config.serve.public, None).await;
    let admin = server::bind("admin", &config.serve.admin, config.narthex.admin.client_ca.as_deref()).await;
    match (public, admin) {
        (Ok(public), Ok(admin)) => Ok((public, admin)),
        (public, admin) => Err(StartError([public.err(), admin.err()].into_iter().flatten().map(|error| error.to_string()).collect())),
    }
}

/// What the courier is to do, and with what.
fn courier_of(config: &Config, outside: &Outside, jsonnet: &Evaluator) -> (narthex_courier::Settings, narthex_courier::Outside) {
    let mut settings = narthex_courier::Settings::from_config(&config.courier, config.narthex.mailbox.enabled);
    settings.keeps_texts |= config.dev;
    let forbidden: Option<fn(IpAddr) -> bool> = config.clients.smtp.disallow_private_ip_ranges.then_some(is_private);
    (settings, narthex_courier::Outside { http: outside.for_courier(), forbidden, jsonnet: jsonnet.clone() })
}

impl Server {
    /// What all requests share.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Serves until `stop` says so, or nobody is left to say it, and ends in order.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        let db = self.app.db.clone();
        let reloader = tokio::spawn(self.reloader.run(stop.clone()));
        let cleaner = tokio::spawn(cleanup::run(self.app.clone(), stop.clone()));
        let watcher = tokio::spawn(backlog::watch(self.app.clone(), stop.clone()));
        let mut outbox = tokio::spawn(outbox::worker::run(self.app.clone(), stop.clone()));
        server::serve(self.app, self.public, self.admin, stop).await;
        if let Ok(Some(dispatcher)) = reloader.await {
            dispatcher.stop(Duration::from_secs(1)).await;
        }
        // Calls that take longer come again once their claim has run out.
        if tokio::time::timeout(Duration::from_secs(1), &mut outbox).await.is_err() {
            outbox.abort();
        }
        cleaner.abort();
        watcher.abort();
        db.close().await;
    }
}
