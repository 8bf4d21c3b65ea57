//! Which database a command works on.

use narthex::startup::{self, StartError};
use narthex_config::{Flags, Sources};
use narthex_db::Db;

use crate::args::{ConfigArgs, DatabaseArgs};
use crate::process::failed;

/// Works on the database that the arguments name, and closes it.
pub(crate) async fn with<T>(args: &DatabaseArgs, work: impl AsyncFnOnce(Db) -> Result<T, StartError>) -> Result<T, StartError> {
    at(&address(args.dsn.as_deref(), args.read_from_env, &args.config)?, work).await
}

/// Works on the database at this address, and closes it.
pub(crate) async fn at<T>(dsn: &str, work: impl AsyncFnOnce(Db) -> Result<T, StartError>) -> Result<T, StartError> {
    let db = startup::open(dsn).await?;
    let result = work(db.clone()).await;
    db.close().await;
    result
}

/// The database's address: the environment's or the configuration's where that is asked for, else the argument's.
pub(crate) fn address(argument: Option<&str>, from_env: bool, config: &ConfigArgs) -> Result<String, StartError> {
    // A configuration that is given is there to be read.
    if !from_env && (argument.is_some() || config.config.is_empty()) {
        return argument.map(str::to_owned).ok_or_else(|| {
            failed("no database is named: give its URL as an argument, or --read-from-env to take it from the environment variable DSN or the configuration")
        });
    }
    if argument.is_some() {
        eprintln!(
            "The database is read from the environment or the configuration (--read-from-env); the one named as an argument is not used."
        );
    }
    let sources: Sources = config.sources(Flags::default());
    let configured = narthex_config::dsn(&sources).map_err(failed)?;
    configured
        .map(|dsn| dsn.expose().to_owned())
        .ok_or_else(|| failed("no database is named: set the environment variable DSN, or dsn in a configuration file"))
}
