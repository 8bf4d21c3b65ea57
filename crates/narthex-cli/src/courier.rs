//! `courier watch`: the process around a courier without a server.

use std::process::ExitCode;

use narthex::startup::{self, StartError, Surroundings};
use narthex_config::{Flags, Sources};
use tokio::sync::watch;

use crate::args::ConfigArgs;
use crate::log;
use crate::process::{self, Signals, failed};

/// Delivers messages until it is told to end. The flag goes before the configuration's `expose-metrics-port`; port 0 is none.
pub(crate) fn watch(config: &ConfigArgs, metrics_port: Option<u16>) -> ExitCode {
    let sources = config.sources(Flags::default());
    process::run(run(&sources, metrics_port))
}

async fn run(sources: &Sources, metrics_port: Option<u16>) -> Result<ExitCode, StartError> {
    let configured = startup::load(sources)?;
    let log = log::start(&configured.loaded.config.log).map_err(failed)?;
    for warning in &configured.loaded.warnings {
        tracing::warn!("{warning}");
    }
    let metrics_port = metrics_port.unwrap_or(configured.loaded.config.expose_metrics_port);
    let metrics_port = (metrics_port != 0).then_some(metrics_port);
    let signals = Signals::listen()?;
    let courier = match startup::prepare_courier(&configured, Surroundings::default(), metrics_port).await {
        Ok(courier) => courier,
        Err(error) => {
            drop(log);
            return Err(error);
        }
    };
    tracing::info!("delivering messages");
    let (tell, stop) = watch::channel(false);
    tokio::spawn(signals.obey(courier.app().clone(), tell));
    courier.run(stop).await;
    Ok(ExitCode::SUCCESS)
}
