//! Commands that work on the database: `courier`, `migrate`, `cleanup`.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::shared::{ConfigArgs, DatabaseArgs, FormatArgs, duration};

#[derive(Subcommand)]
pub(crate) enum Courier {
    /// Deliver what is queued in the database, without answering requests.
    Watch {
        #[command(flatten)]
        config: ConfigArgs,
        /// Serve metrics and health on this port of the admin listener's host; 0 for not at all.
        #[arg(long, value_name = "PORT")]
        expose_metrics_port: Option<u16>,
    },
}

#[derive(Subcommand)]
pub(crate) enum Migrate {
    /// The SQL database.
    Sql(MigrateSql),
    /// Bring phone numbers into one form, which Narthex has them in from the start.
    NormalizePhoneNumbers(NormalizePhoneNumbers),
}

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct MigrateSql {
    #[command(subcommand)]
    pub(crate) step: Option<MigrateStep>,
    #[command(flatten)]
    pub(crate) up: MigrateUp,
}

#[derive(Subcommand)]
pub(crate) enum MigrateStep {
    /// Apply all steps that have not been applied yet.
    Up(MigrateUp),
    /// Take back the last steps, which Narthex never has to.
    Down {
        #[command(flatten)]
        database: DatabaseArgs,
        /// How many.
        #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
        steps: i64,
        /// Do not ask before the database is changed.
        #[arg(short = 'y', long)]
        yes: bool,
    },
    /// Tell which steps have been applied.
    Status {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Wait until all steps have been applied.
        #[arg(long)]
        block: bool,
        #[command(flatten)]
        format: FormatArgs,
    },
}

#[derive(Args)]
pub(crate) struct MigrateUp {
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
    /// Do not ask before the database is changed.
    #[arg(short = 'y', long)]
    pub(crate) yes: bool,
}

#[derive(Args)]
pub(crate) struct NormalizePhoneNumbers {
    #[command(flatten)]
    database: DatabaseArgs,
    #[arg(short, long, default_value_t = 1000, hide = true)]
    batch_size: u32,
    #[arg(long, value_parser = duration, default_value = "1s", hide = true)]
    batch_delay: Duration,
    #[arg(long, hide = true)]
    dry_run: bool,
    #[arg(long, hide = true)]
    start_after: Vec<String>,
}

#[derive(Subcommand)]
pub(crate) enum Cleanup {
    /// The SQL database: flows, codes and sessions that have expired.
    Sql(CleanupSql),
}

#[derive(Args)]
pub(crate) struct CleanupSql {
    /// The database's URL, where it is not read from the environment or the configuration.
    #[arg(value_name = "DATABASE_URL")]
    pub(crate) dsn: Option<String>,
    /// Read the database's URL from the environment variable DSN or the configuration.
    #[arg(short = 'e', long, num_args = 0..=1, require_equals = true, default_value_t = true, default_missing_value = "true")]
    pub(crate) read_from_env: bool,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Rows that are removed at a time.
    #[arg(short = 'b', long = "database.cleanup.batch_size", allow_negative_numbers = true, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..), value_name = "ROWS")]
    pub(crate) batch_size: u32,
    /// The pause between two tables.
    #[arg(long = "database.cleanup.sleep.tables", default_value = "1m", value_parser = duration, value_name = "DURATION")]
    pub(crate) pause: Duration,
    /// Keep what has expired within this time.
    #[arg(long, default_value = "0s", value_parser = duration, value_name = "DURATION")]
    pub(crate) keep_last: Duration,
}
