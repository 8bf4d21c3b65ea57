//! A process that only delivers messages: the courier without a server around it.

use std::sync::Arc;
use std::time::Duration;

use narthex_config::Watch;
use narthex_courier::Dispatcher;
use narthex_hash::{Hasher, PoolOptions};
use tokio::sync::watch;

use super::{Configured, Reload, Reloader, StartError, Surroundings, courier_of, database, evaluator};
use crate::app::{App, Parts};
use crate::config::Settings;
use crate::outside::Outside;
use crate::server::{self, Bound};

/// A courier that delivers already, and answers nobody yet.
pub struct Courier {
    app: App,
    metrics: Option<Bound>,
    reloader: Reloader,
}

/// Makes a courier of a configuration. With `metrics_port`, metrics and health are served there, on the admin listener's host.
///
/// # Errors
/// With everything that keeps it from starting.
pub async fn prepare_courier(
    configured: &Configured,
    surroundings: Surroundings,
    metrics_port: Option<u16>,
) -> Result<Courier, StartError> {
    let Configured { loaded, sources } = configured;
    let config = Arc::new(loaded.config.clone());
    let files = Watch::new(sources.files.clone());
    let outside = Outside::new(&config.clients.http).map_err(StartError::one)?;
    let settings = Settings::load(config.clone(), loaded.hash.clone(), &outside).await.map_err(StartError)?;
    let metrics = match metrics_port {
        Some(port) => {
            let mut listener = config.serve.admin.clone();
            listener.port = port;
            Some(server::bind("metrics", &listener, config.narthex.admin.client_ca.as_deref()).await.map_err(StartError::one)?)
        }
        None => None,
    };
    let db = database(loaded).await?;
    let jsonnet = evaluator(surroundings.jsonnet)?;
    let time = surroundings.clock.clone();
    let (courier_settings, ways_out) = courier_of(&config, &outside, &jsonnet);
    let dispatcher = Dispatcher::start(db.clone(), &courier_settings, &ways_out, Arc::new(move || time.now())).map_err(StartError::one)?;
    let (reload, requests) = Reload::channel();
    let (hasher, courier) = (Hasher::new(PoolOptions::default()), Some(dispatcher.bell()));
    let app = App::new(Parts { db, clock: surroundings.clock, hasher, jsonnet, outside, courier, reload }, settings);
    let certificates = metrics.iter().filter_map(Bound::certificates).collect();
    let reloader = Reloader {
        app: app.clone(),
        sources: sources.clone(),
        current: config,
        dispatcher: Some(dispatcher),
        certificates,
        requests,
        admin_is_open: false,
        files,
    };
    Ok(Courier { app, metrics, reloader })
}

impl Courier {
    /// What its requests share.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Delivers until `stop` says so, and ends in order.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let db = self.app.db.clone();
        let reloader = tokio::spawn(self.reloader.run(stop.clone()));
        match self.metrics {
            Some(metrics) => server::serve_metrics(self.app, metrics, stop).await,
            None => drop(stop.changed().await),
        }
        if let Ok(Some(dispatcher)) = reloader.await {
            dispatcher.stop(Duration::from_secs(5)).await;
        }
        db.close().await;
    }
}
