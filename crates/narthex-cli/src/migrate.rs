//! `migrate sql`: the database's tables, step by step.

use std::process::ExitCode;
use std::time::Duration;

use narthex::startup::{self, StartError};
use narthex_db::{Db, MigrationStatus};
use serde_json::json;

use crate::args::{DatabaseArgs, FormatArgs, MigrateUp};
use crate::database;
use crate::output::Output;
use crate::process::{self, failed};

/// Applies all steps that have not been applied yet, once somebody has agreed to it.
pub(crate) fn up(args: &MigrateUp) -> ExitCode {
    process::run(database::with(&args.database, async |db| {
        let pending = pending(&db).await?;
        if pending.is_empty() {
            // A run before this one may have been cut off after its steps, before what follows on them was done.
            startup::migrate(&db).await?;
            println!("The database is up to date.");
        } else if args.yes || asked(&pending)? {
            let applied = startup::migrate(&db).await?;
            println!("Steps applied: {applied}. The database is up to date.");
        } else {
            println!("Nothing was changed.");
        }
        Ok(ExitCode::SUCCESS)
    }))
}

/// Says why no step is taken back, and what to do instead.
pub(crate) fn down(steps: i64) -> ExitCode {
    let told = if steps <= 0 {
        "--steps has to say how many steps are to be taken back, and there is nothing to take back here either way: "
    } else {
        ""
    };
    process::finish(Err(failed(format!(
        "{told}migrations of Narthex only ever add, so the version before runs on the same database. To go back to it, start it; to go back to older data, restore a backup."
    ))))
}

/// Tells of each step whether the database has it.
pub(crate) fn status(args: &DatabaseArgs, block: bool, format: &FormatArgs) -> ExitCode {
    process::run(database::with(args, async |db| {
        loop {
            let pending = pending(&db).await?;
            if !block || pending.is_empty() {
                break;
            }
            let names: Vec<String> = pending.iter().map(|step| format!("{:04} {}", step.number, step.name)).collect();
            eprintln!("Waiting for steps that have not been applied yet: {}", names.join(", "));
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let steps = startup::migration_status(&db).await?;
        let state = |step: &MigrationStatus| if step.applied_at.is_some() { "Applied" } else { "Pending" };
        let rows = steps.iter().map(|step| vec![format!("{:04}", step.number), step.name.to_owned(), state(step).to_owned()]).collect();
        let sql = |number| narthex::migrations::ALL.iter().find(|step| step.number == number).map_or("", |step| step.sql);
        let shown = |step: &MigrationStatus| json!({ "version": format!("{:04}", step.number), "name": step.name, "state": state(step), "content": sql(step.number), "content_down": "" });
        let json = steps.iter().map(shown).collect();
        Output::table(&["Version", "Name", "Status"], rows, json).print(format)?;
        Ok(ExitCode::SUCCESS)
    }))
}

/// What phone numbers are kept in, under the names by which `--start-after` knows them.
const PHONE_NUMBERS: [&str; 3] = ["ci", "va", "ra"];

/// Tells that no phone number has to be brought into another form. Scripts may have this step, so it is no mistake.
pub(crate) fn normalize_phone_numbers() -> ExitCode {
    eprintln!("Nothing was looked at: Narthex has kept every phone number in E.164 from the start, imported ones included.");
    let row = |name: &str| [name, "0", "0", "0", "0"].map(str::to_owned).to_vec();
    let rows = PHONE_NUMBERS.into_iter().chain(["TOTAL"]).map(row).collect();
    let table = Output::table(&["TABLE", "SCANNED", "UPDATED", "SKIPPED", "ERRORS"], rows, json!([]));
    let format = FormatArgs { format: "table".to_owned(), quiet: false };
    process::finish(table.print(&format).map(|()| ExitCode::SUCCESS))
}

async fn pending(db: &Db) -> Result<Vec<MigrationStatus>, StartError> {
    let steps = startup::migration_status(db).await?;
    Ok(steps.into_iter().filter(|step| step.applied_at.is_none()).collect())
}

/// Shows what is to be done and asks whether it shall be, until there is an answer.
fn asked(pending: &[MigrationStatus]) -> Result<bool, StartError> {
    println!("These steps have not been applied to the database:");
    for step in pending {
        println!("  {:04} {}", step.number, step.name);
    }
    loop {
        print!("Apply them? Make a backup first. [y/n]: ");
        let mut answer = String::new();
        if std::io::stdin().read_line(&mut answer).map_err(failed)? == 0 {
            return Err(failed("nobody is there to answer, so nothing was changed. Give --yes to apply the steps without being asked."));
        }
        match answer.trim().to_lowercase().as_str() {
            "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => {}
        }
    }
}
