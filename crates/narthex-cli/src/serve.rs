//! `serve` and `migrate`: the process around the server.

use std::process::ExitCode;

use narthex::startup::{self, StartError};
use narthex_config::{LogFormat, LogLevel, Sources};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Runs the server until it is told to end.
pub(crate) fn serve(sources: &Sources) -> ExitCode {
    finish(runtime().and_then(|runtime| runtime.block_on(run(sources))))
}

async fn run(sources: &Sources) -> Result<(), StartError> {
    let loaded = startup::load(sources)?;
    log(loaded.config.log.level, loaded.config.log.format);
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    let server = startup::prepare(&loaded).await?;
    let (tell, stop) = watch::channel(false);
    let mut term = signal(SignalKind::terminate()).map_err(|error| StartError(vec![error.to_string()]))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| StartError(vec![error.to_string()]))?;
    if loaded.standalone {
        let config = &loaded.config;
        println!("Narthex is ready.");
        println!("  Sign up:    {}ui/registration", config.serve.public.base_url);
        println!("  Mail:       {}ui/mailbox", config.serve.admin.base_url);
        println!("  Data:       {}", config.narthex.data_dir.display());
    }
    tokio::spawn(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
        let _ = tell.send(true);
    });
    server.run(stop).await;
    Ok(())
}

/// Brings the database up to date.
pub(crate) fn migrate(sources: &Sources, dsn: Option<&str>) -> ExitCode {
    let result = runtime().and_then(|runtime| runtime.block_on(async {
        let found = match dsn {
            Some(dsn) => dsn.to_owned(),
            None => narthex_config::dsn(sources).map_err(|error| StartError(vec![error.to_string()]))?.map(|dsn| dsn.expose().to_owned()).ok_or_else(|| {
                StartError(vec!["no database is named: set dsn in the configuration or the environment variable DSN, or give it as an argument".to_owned()])
            })?,
        };
        let db = startup::open(&found).await?;
        let applied = startup::migrate(&db).await?;
        db.close().await;
        println!("{applied} migrations applied; the database is up to date.");
        Ok(())
    }));
    finish(result)
}

fn runtime() -> Result<tokio::runtime::Runtime, StartError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| StartError(vec![error.to_string()]))
}

fn finish(result: Result<(), StartError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn log(level: LogLevel, format: LogFormat) {
    let level = match level {
        LogLevel::Panic | LogLevel::Fatal | LogLevel::Error => tracing::Level::ERROR,
        LogLevel::Warning => tracing::Level::WARN,
        LogLevel::Info => tracing::Level::INFO,
        LogLevel::Debug => tracing::Level::DEBUG,
        LogLevel::Trace => tracing::Level::TRACE,
    };
    let _ = format;
    let _ = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).try_init();
}
