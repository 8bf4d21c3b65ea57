//! Settings that change while the server runs: on a signal, or when a file that they were read from changes.
//! What cannot be used changes nothing and is told to the log. Requests under way keep the settings they began with.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use narthex_config::{Config, Loaded, Sources, TlsMaterial, Watch};
use narthex_courier::Dispatcher;
use tokio::sync::{mpsc, oneshot, watch};

use crate::app::App;
use crate::config::Settings;
use crate::server::Certificates;

/// Asks for the settings to be read again. Clones ask the same server.
#[derive(Clone)]
pub struct Reload {
    requests: mpsc::Sender<oneshot::Sender<()>>,
    last: Arc<Mutex<Option<Instant>>>,
}

/// The shortest time between two readings that requests of clients lead to.
const SELDOM: Duration = Duration::from_secs(1);

/// The receiving end of [`Reload`].
pub(super) type Requests = mpsc::Receiver<oneshot::Sender<()>>;

impl Reload {
    /// An asker and what hears it.
    pub(super) fn channel() -> (Self, Requests) {
        let (asker, requests) = mpsc::channel(8);
        (Self { requests: asker, last: Arc::default() }, requests)
    }

    /// Whether it is long enough ago that a client's request had the settings read, so that nobody can keep the server busy with it.
    pub(crate) fn is_due(&self) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| last.elapsed() >= SELDOM);
        if due {
            *last = Some(Instant::now());
        }
        due
    }

    /// Has the settings read again and waits until they are in force, or have been refused.
    pub async fn ask(&self) {
        let (done, told) = oneshot::channel();
        if self.requests.send(done).await.is_ok() {
            // An error means that the server is about to end.
            let _ = told.await;
        }
    }
}

/// What reads the settings again.
pub(super) struct Reloader {
    pub(super) app: App,
    pub(super) sources: Sources,
    pub(super) current: Arc<Config>,
    pub(super) dispatcher: Option<Dispatcher>,
    pub(super) certificates: Vec<Certificates>,
    pub(super) requests: Requests,
    /// Whether other machines can reach the admin listener.
    pub(super) admin_is_open: bool,
    /// The configuration's files, under watch since before they were read.
    pub(super) files: Watch,
}

impl Reloader {
    /// Reads the settings again whenever there is reason to, until `stop` says so. Gives back what delivers messages.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) -> Option<Dispatcher> {
        let mut named = Watch::new(named_files(&self.current));
        loop {
            let asked = tokio::select! {
                _ = stop.changed() => return self.dispatcher,
                () = self.files.changed() => None,
                () = named.changed() => None,
                Some(done) = self.requests.recv() => Some(done),
            };
            match narthex_config::reload(&self.current, &self.sources) {
                Err(errors) => tracing::error!("the configuration could not be used, so the former one stays in force:\n{errors}"),
                Ok(loaded) => {
                    named = Watch::new(named_files(&loaded.config));
                    self.apply(loaded).await;
                }
            }
            if let Some(done) = asked {
                let _ = done.send(());
            }
        }
    }

    async fn apply(&mut self, loaded: Loaded) {
        let config = Arc::new(loaded.config);
        let outside = self.app.outside.following(&config.clients.http);
        let settings = match Settings::load(config.clone(), loaded.hash, &outside).await {
            Ok(settings) => settings,
            Err(errors) => {
                for error in errors {
                    tracing::error!("{error}. The former settings stay in force.");
                }
                return;
            }
        };
        for certificates in &self.certificates {
            if let Err(error) = certificates.reload() {
                tracing::error!("{error}. The former certificate stays in use.");
            }
        }
        if let Some(dispatcher) = &self.dispatcher {
            let (settings, ways_out) = super::courier_of(&config, &outside, &self.app.jsonnet);
            if let Err(error) = dispatcher.reload(&settings, &ways_out) {
                return tracing::error!(%error, "the courier's settings could not be used, so all former ones stay in force");
            }
        }
        self.app.outside.follow(&config.clients.http);
        warn_of_open_admin(&config, self.admin_is_open);
        self.app.reconfigure(settings);
        self.current = config;
        for warning in loaded.warnings.into_iter().chain(super::warn::warnings(&self.current, &outside).await) {
            tracing::warn!("{warning}");
        }
        if loaded.needs_restart.is_empty() {
            tracing::info!("the configuration was read again and is in force");
        } else {
            tracing::warn!(
                "the configuration was read again and is in force, except for what needs a restart: {}",
                loaded.needs_restart.join(", ")
            );
        }
    }
}

/// Whoever reaches the admin listener can do everything. That others can, and are not asked who they are, is worth a word.
pub(super) fn warn_of_open_admin(config: &Config, open: bool) {
    if open && config.narthex.admin.api_keys.is_empty() && config.narthex.admin.client_ca.is_none() {
        tracing::warn!(
            "the admin listener can be reached from other machines and asks nobody who they are. Set narthex.admin.api_keys (narthex generate api-key makes one), narthex.admin.client_ca, or serve.admin.host to a loopback address, unless something else keeps strangers out."
        );
    }
}

/// The files that a configuration names and that count when it is read again.
fn named_files(config: &Config) -> Vec<PathBuf> {
    let schemas = config.identity.schemas.iter().filter_map(|schema| schema.url.as_str().strip_prefix("file://")).map(PathBuf::from);
    let listeners = [&config.serve.public, &config.serve.admin];
    let certificates = listeners.into_iter().filter_map(|listener| match listener.tls.material()? {
        TlsMaterial::Files { key, cert } => Some([PathBuf::from(key), PathBuf::from(cert)]),
        TlsMaterial::Inline { .. } => None,
    });
    schemas.chain(certificates.flatten()).chain(config.narthex.admin.client_ca.clone()).collect()
}
