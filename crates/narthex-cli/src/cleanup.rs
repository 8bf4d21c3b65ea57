//! `cleanup sql`: removes what has expired, once.

use std::process::ExitCode;

use narthex::cleanup;
use narthex::clock::Clock;

use crate::args::CleanupSql;
use crate::database;
use crate::process::{self, failed};

pub(crate) fn sql(args: &CleanupSql) -> ExitCode {
    process::run(async {
        let dsn = database::address(args.dsn.as_deref(), args.read_from_env, &args.config)?;
        database::at(&dsn, async |db| {
            let before = Clock::system().now().minus(args.keep_last);
            cleanup::at_once(&db, before, args.batch_size, args.pause).await.map_err(failed)?;
            println!("What had expired was removed.");
            Ok(ExitCode::SUCCESS)
        })
        .await
    })
}
