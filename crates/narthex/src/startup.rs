//! From a configuration to a running server: data directory, secrets, database, schemas, courier, listeners.
//! Next: `server/` for what runs then.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use narthex_config::{GeneratedSecrets, Loaded, Secret, Sources};
use narthex_courier::Dispatcher;
use narthex_db::{Db, Dsn, Options};
use narthex_hash::{Hasher, PoolOptions};
use narthex_jsonnet::{Evaluator, Limits, WorkerCommand};
use tokio::sync::watch;

use crate::app::{App, Parts};
use crate::clock::Clock;
use crate::config::Settings;
use crate::config::schemas::Schemas;
use crate::outside::Outside;
use crate::secret::alphanumeric;
use crate::server::{self, Bound};

/// Why the server does not start: lines for the person who started it.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct StartError(pub Vec<String>);

impl StartError {
    fn one(reason: impl ToString) -> Self {
        Self(vec![reason.to_string()])
    }
}

/// The name of the file in the data directory that keeps generated secrets.
const SECRETS_FILE: &str = "secrets.json";

/// Reads the configuration; secrets that it lacks are made, and kept in the data directory.
///
/// # Errors
/// Every mistake in the configuration.
pub fn load(sources: &Sources) -> Result<Loaded, StartError> {
    let loaded = narthex_config::load(sources).map_err(StartError::one)?;
    if !loaded.missing_secrets.any() {
        return Ok(loaded);
    }
    let directory = &loaded.config.narthex.data_dir;
    let generated = if loaded.standalone || directory.exists() { kept_secrets(directory)? } else { fresh_secrets() };
    let again = Sources { generated: Some(generated), ..sources.clone() };
    let mut loaded = narthex_config::load(&again).map_err(StartError::one)?;
    if !loaded.standalone {
        loaded.warnings.push(
            "secrets.default and secrets.cookie are not set: the server made secrets of its own. Other instances, and this one with another data directory, do not understand its cookies and codes."
                .to_owned(),
        );
    }
    Ok(loaded)
}

fn fresh_secrets() -> GeneratedSecrets {
    GeneratedSecrets { default: Secret::new(alphanumeric(43)), cipher: Secret::new(alphanumeric(32)) }
}

/// The secrets of the data directory, made if there are none yet: readable by the owner only.
fn kept_secrets(directory: &Path) -> Result<GeneratedSecrets, StartError> {
    let path = directory.join(SECRETS_FILE);
    let failed = |error: &dyn std::fmt::Display| StartError(vec![format!("the secrets in {} cannot be kept: {error}", path.display())]);
    make_directory(directory)?;
    if let Ok(text) = std::fs::read_to_string(&path) {
        let kept: serde_json::Value = serde_json::from_str(&text).map_err(|error| failed(&error))?;
        let field = |name: &str| kept.get(name).and_then(serde_json::Value::as_str).map(Secret::new);
        return match (field("default"), field("cipher")) {
            (Some(default), Some(cipher)) => Ok(GeneratedSecrets { default, cipher }),
            _ => Err(failed(&"the file lacks default or cipher; remove it to have new ones made")),
        };
    }
    let fresh = fresh_secrets();
    let text = serde_json::json!({ "default": fresh.default.expose(), "cipher": fresh.cipher.expose() }).to_string();
    write_private(&path, text.as_bytes()).map_err(|error| failed(&error))?;
    Ok(fresh)
}

#[cfg(unix)]
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn make_directory(directory: &Path) -> Result<(), StartError> {
    std::fs::create_dir_all(directory).map_err(|error| {
        StartError(vec![format!("the data directory {} cannot be made: {error}. Name another one with --data-dir.", directory.display())])
    })
}

/// Opens the database at this address.
///
/// # Errors
/// Where it cannot be had.
pub async fn open(dsn: &str) -> Result<Db, StartError> {
    let dsn = Dsn::parse(dsn).map_err(StartError::one)?;
    Db::open(&dsn, Options::default()).await.map_err(|error| StartError(vec![format!("the database {dsn} cannot be opened: {error}")]))
}

/// Brings the database's tables up to date.
///
/// # Errors
/// Where a step fails, or the database is newer than this program.
pub async fn migrate(db: &Db) -> Result<usize, StartError> {
    db.migrate(crate::migrations::ALL).await.map(|applied| applied.len()).map_err(|error| StartError(vec![format!("the database could not be migrated: {error}")]))
}

/// Whether every step has been taken.
async fn is_migrated(db: &Db) -> Result<bool, StartError> {
    let status = db.migration_status(crate::migrations::ALL).await.map_err(StartError::one)?;
    Ok(status.iter().all(|step| step.applied_at.is_some()))
}

/// A server that has everything, and answers nobody yet.
pub struct Server {
    app: App,
    public: Bound,
    admin: Bound,
    dispatcher: Option<Dispatcher>,
}

/// Makes a server of a configuration.
///
/// # Errors
/// With everything that keeps it from starting.
pub async fn prepare(loaded: &Loaded) -> Result<Server, StartError> {
    let config = &loaded.config;
    if loaded.standalone {
        make_directory(&config.narthex.data_dir)?;
    }
    let outside = Outside::new().map_err(StartError::one)?;
    let schemas = Schemas::load(config, &outside).await.map_err(|errors| StartError(errors.iter().map(ToString::to_string).collect()))?;
    let db = open(config.dsn.expose()).await?;
    let dsn = Dsn::parse(config.dsn.expose()).map_err(StartError::one)?;
    if loaded.standalone || dsn.is_memory() {
        migrate(&db).await?;
    } else if !is_migrated(&db).await? {
        return Err(StartError(vec![format!("the database {dsn} is not up to date. Run: narthex migrate sql up -e -y")]));
    }
    let clock = Clock::system();
    let worker = WorkerCommand::this_program(["jsonnet-worker"]).map_err(StartError::one)?;
    let jsonnet = Evaluator::new(worker, Limits::default());
    let dispatcher = match config.watch_courier || config.narthex.mailbox.enabled {
        true => {
            let time = clock.clone();
            let settings = narthex_courier::Settings::from_config(&config.courier, config.narthex.mailbox.enabled);
            let ways_out = narthex_courier::Outside { http: outside.client(), jsonnet: jsonnet.clone() };
            Some(Dispatcher::start(db.clone(), &settings, &ways_out, Arc::new(move || time.now())).map_err(StartError::one)?)
        }
        false => None,
    };
    let hasher = Hasher::new(PoolOptions { queue: config.narthex.limits.hash_queue, ..PoolOptions::default() });
    let (public, admin) = (server::bind(&config.serve.public).await.map_err(StartError::one), server::bind(&config.serve.admin).await.map_err(StartError::one));
    let (public, admin) = match (public, admin) {
        (Ok(public), Ok(admin)) => (public, admin),
        (public, admin) => {
            let reasons = [public.err(), admin.err()].into_iter().flatten().flat_map(|error| error.0);
            return Err(StartError(reasons.collect()));
        }
    };
    let settings = Settings::new(Arc::new(config.clone()), schemas).map_err(|error| StartError(vec![format!("narthex.ui.brand: {error}")]))?;
    let courier = dispatcher.as_ref().map(Dispatcher::bell);
    let app = App::new(Parts { db, clock, hasher, jsonnet, outside, courier }, settings);
    Ok(Server { app, public, admin, dispatcher })
}

impl Server {
    /// What all requests share.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Serves until `stop` says so, and ends in order.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        let db = self.app.db.clone();
        server::serve(self.app, self.public, self.admin, stop).await;
        if let Some(dispatcher) = self.dispatcher {
            dispatcher.stop(Duration::from_secs(1)).await;
        }
        db.close().await;
    }
}

/// Where generated secrets are kept.
pub fn secrets_file(directory: &Path) -> PathBuf {
    directory.join(SECRETS_FILE)
}
