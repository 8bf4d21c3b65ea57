//! `serve`: the process around the server.

use std::process::ExitCode;

use narthex::startup::{self, Configured, StartError, Surroundings};
use narthex_config::{Config, Sources};
use tokio::sync::watch;

use crate::log;
use crate::process::{self, Signals, failed};

/// Runs the server until it is told to end.
pub(crate) fn serve(sources: &Sources) -> ExitCode {
    process::run(run(sources))
}

async fn run(sources: &Sources) -> Result<ExitCode, StartError> {
    let configured = startup::load(sources)?;
    let config = &configured.loaded.config;
    let log = log::start(&config.log).map_err(failed)?;
    warn(&configured);
    let signals = Signals::listen()?;
    let server = match startup::prepare(&configured, Surroundings::default()).await {
        Ok(server) => server,
        Err(error) => {
            // What led there stands before what it led to.
            drop(log);
            return Err(error);
        }
    };
    greet(&configured);
    let (tell, stop) = watch::channel(false);
    tokio::spawn(signals.obey(server.app().clone(), tell));
    server.run(stop).await;
    Ok(ExitCode::SUCCESS)
}

/// What the operator may want to know before anybody comes.
fn warn(configured: &Configured) {
    let loaded = &configured.loaded;
    warn_of_profiling();
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    if !loaded.standalone {
        for flow in flows_without_pages(&loaded.config) {
            tracing::warn!(
                "selfservice.flows.{flow}.ui_url is not set: browsers are sent to a page that explains how to set it. Set it to your page, or narthex.ui.enabled to true for the server's own."
            );
        }
    }
}

/// The reference server profiles itself on demand; this one is watched from outside.
fn warn_of_profiling() {
    if std::env::var_os("PROFILING").is_some() {
        tracing::warn!("PROFILING is set, but this server does not profile itself: use perf or a profiler like it");
    }
}

/// The flows that are on and have no page: they lead where the reference server's would.
fn flows_without_pages(config: &Config) -> Vec<&'static str> {
    let flows = &config.selfservice.flows;
    let pages = [
        ("login", &flows.login.ui_url, true),
        ("registration", &flows.registration.ui_url, flows.registration.enabled),
        ("settings", &flows.settings.ui_url, true),
        ("recovery", &flows.recovery.ui_url, flows.recovery.enabled),
        ("verification", &flows.verification.ui_url, flows.verification.enabled),
        ("error", &flows.error.ui_url, true),
    ];
    let missing = pages.into_iter().filter(|(_, url, on)| *on && url.as_str().starts_with("https://www.ory.com/kratos/docs/fallback/"));
    missing.map(|(flow, ..)| flow).collect()
}

/// Where to go, for somebody who started the server with nothing.
fn greet(configured: &Configured) {
    let config = &configured.loaded.config;
    if configured.loaded.standalone {
        println!("Narthex is ready.");
        println!("  Sign up:    {}ui/registration", config.serve.public.base_url);
        println!("  Sign in:    {}ui/login", config.serve.public.base_url);
        println!("  Mail:       {}ui/mailbox (what would have been sent; links in it work)", config.serve.admin.base_url);
        println!("  Data:       {}", config.narthex.data_dir.display());
    } else {
        tracing::info!(public = %config.serve.public.base_url, admin = %config.serve.admin.base_url, "ready");
    }
}
