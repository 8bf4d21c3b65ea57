//! `migrate sql`: the database's tables, step by step.

use std::io::Write;
use std::process::ExitCode;

use narthex::startup::{self, StartError};
use narthex_config::Sources;
use narthex_db::{Db, MigrationStatus};

use crate::process::{failed, finish, runtime};

/// Applies all steps that have not been applied yet, once somebody has agreed to it.
pub(crate) fn up(sources: &Sources, dsn: Option<&str>, agreed: bool) -> ExitCode {
    on_database(sources, dsn, async |db| {
        let pending: Vec<MigrationStatus> =
            startup::migration_status(&db).await?.into_iter().filter(|step| step.applied_at.is_none()).collect();
        if pending.is_empty() {
            println!("The database is up to date.");
        } else if agreed || asked(&pending)? {
            let applied = startup::migrate(&db).await?;
            println!("Steps applied: {applied}. The database is up to date.");
        } else {
            println!("Nothing was changed.");
        }
        Ok(())
    })
}

/// Tells of each step whether the database has it.
pub(crate) fn status(sources: &Sources, dsn: Option<&str>) -> ExitCode {
    on_database(sources, dsn, async |db| {
        let steps = startup::migration_status(&db).await?;
        println!("{:<10} {:<20} STATUS", "VERSION", "NAME");
        for step in steps {
            let status = if step.applied_at.is_some() { "Applied" } else { "Pending" };
            println!("{:<10} {:<20} {status}", format!("{:04}", step.number), step.name);
        }
        Ok(())
    })
}

fn on_database(sources: &Sources, dsn: Option<&str>, work: impl AsyncFnOnce(Db) -> Result<(), StartError>) -> ExitCode {
    let result = runtime().and_then(|runtime| {
        runtime.block_on(async {
            let db = startup::open(&address(sources, dsn)?).await?;
            let result = work(db.clone()).await;
            db.close().await;
            result
        })
    });
    finish(result)
}

/// The database's address: the argument's, the environment's, or the configuration's.
fn address(sources: &Sources, argument: Option<&str>) -> Result<String, StartError> {
    if let Some(dsn) = argument {
        return Ok(dsn.to_owned());
    }
    let configured = narthex_config::dsn(sources).map_err(failed)?;
    configured.map(|dsn| dsn.expose().to_owned()).ok_or_else(|| {
        failed("no database is named: set the environment variable DSN, or dsn in a configuration file, or give its address as an argument")
    })
}

/// Shows what is to be done and asks whether it shall be.
fn asked(pending: &[MigrationStatus]) -> Result<bool, StartError> {
    println!("These steps have not been applied to the database:");
    for step in pending {
        println!("  {:04} {}", step.number, step.name);
    }
    print!("Apply them? Make a backup first. [y/n]: ");
    std::io::stdout().flush().map_err(failed)?;
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer).map_err(failed)?;
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(true),
        _ if read == 0 => {
            Err(failed("nobody is there to answer, so nothing was changed. Give --yes to apply the steps without being asked."))
        }
        _ => Ok(false),
    }
}
