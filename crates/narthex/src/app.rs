//! The server as one value: what is shared by all requests, built once at start, and the settings of the moment.
//! Never decides anything about a request. Next: `edge/` for the way in, `config/` for where settings come from.

use std::sync::Arc;

use arc_swap::ArcSwap;
use narthex_db::Db;
use narthex_hash::Hasher;
use narthex_jsonnet::Evaluator;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::config::Settings;
use crate::outside::Outside;
use crate::session::cache::Cache;
use crate::startup::Reload;

/// What all requests share. Cloning it is cheap.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// The parts of an [`App`].
pub struct Shared {
    /// Where everything is kept.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The threads that hash passwords.
    pub hasher: Hasher,
    /// Users' jsonnet snippets.
    pub jsonnet: Evaluator,
    /// Requests to other servers.
    pub outside: Outside,
    /// Wakes the worker that delivers messages, where this process has one.
    pub courier: Option<narthex_courier::Bell>,
    /// Has the settings read again.
    pub reload: Reload,
    /// Wakes the worker that delivers kept web hooks.
    pub outbox: Notify,
    /// What whoami has just read.
    pub sessions: Arc<Cache>,
    /// What has been counted since the start.
    pub metrics: crate::metrics::Metrics,
    settings: ArcSwap<Settings>,
}

impl App {
    /// A server of these parts.
    pub fn new(shared: Parts, settings: Settings) -> Self {
        let Parts { db, clock, hasher, jsonnet, outside, courier, reload } = shared;
        let sessions = Arc::new(Cache::default());
        let told = sessions.clone();
        db.observe(move |ids| told.changed(ids));
        Self(Arc::new(Shared {
            db,
            clock,
            hasher,
            jsonnet,
            outside,
            courier,
            reload,
            outbox: Notify::new(),
            sessions,
            metrics: crate::metrics::Metrics::default(),
            settings: ArcSwap::from_pointee(settings),
        }))
    }

    /// The settings of this moment. A request takes them once and keeps them to its end.
    pub fn settings(&self) -> Arc<Settings> {
        self.0.settings.load_full()
    }

    /// Puts other settings in force for the requests to come.
    pub fn reconfigure(&self, settings: Settings) {
        self.0.settings.store(Arc::new(settings));
    }
}

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// What a server is made of.
pub struct Parts {
    /// Where everything is kept.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The threads that hash passwords.
    pub hasher: Hasher,
    /// Users' jsonnet snippets.
    pub jsonnet: Evaluator,
    /// Requests to other servers.
    pub outside: Outside,
    /// Wakes the worker that delivers messages, where this process has one.
    pub courier: Option<narthex_courier::Bell>,
    /// Has the settings read again.
    pub reload: Reload,
}
