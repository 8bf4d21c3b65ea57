//! The `narthex` command: arguments and exit codes, nothing else.

mod log;
mod migrate;
mod process;
mod serve;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use narthex_config::{Flags, Sources};

/// Narthex: identity and user management.
#[derive(Parser)]
#[command(name = "narthex", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    Serve(ServeArgs),
    /// Bring the database up to date.
    #[command(subcommand)]
    Migrate(Migrate),
    /// Evaluate jsonnet for a running server.
    #[command(hide = true)]
    JsonnetWorker,
    /// Tell the version.
    Version,
}

#[derive(Subcommand)]
enum Migrate {
    /// The SQL database.
    Sql(MigrateSql),
}

#[derive(Args)]
struct MigrateSql {
    #[command(subcommand)]
    command: Option<MigrateStep>,
    #[command(flatten)]
    up: MigrateUp,
}

#[derive(Subcommand)]
enum MigrateStep {
    /// Apply all steps that have not been applied yet.
    Up(MigrateUp),
    /// Tell which steps have been applied.
    Status(MigrateUp),
}

#[derive(Args)]
struct MigrateUp {
    /// The database's URL, where it is not read from the environment or the configuration.
    dsn: Option<String>,
    /// Read the database's URL from the environment variable DSN or the configuration.
    #[arg(short = 'e', long)]
    read_from_env: bool,
    /// Do not ask before the database is changed.
    #[arg(short = 'y', long)]
    yes: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Args)]
struct ConfigArgs {
    /// A configuration file (YAML, JSON or TOML). May be given several times; later files win.
    #[arg(short = 'c', long = "config", value_delimiter = ',')]
    config: Vec<PathBuf>,
}

#[derive(Args)]
struct ServeArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// For development: cookies without TLS, weak hashes allowed, messages readable.
    #[arg(long)]
    dev: bool,
    /// Deliver messages in this process.
    #[arg(long)]
    watch_courier: bool,
    /// Accepted for compatibility: Narthex sends no telemetry.
    #[arg(long)]
    sqa_opt_out: bool,
    /// Where the server keeps what it makes itself: database and secrets.
    #[arg(long, env = "NARTHEX_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// Ignored, as the reference server does.
    #[arg(hide = true)]
    ignored: Vec<String>,
}

fn main() -> ExitCode {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let command = match Cli::try_parse() {
        Ok(cli) => cli.command,
        Err(error) => {
            // A mistake on the command line ends as every other one does: with 1. Naming a group of commands only asks what is in it.
            let asks = !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
            let code = if asks { ExitCode::SUCCESS } else { ExitCode::FAILURE };
            let _ = error.print();
            return code;
        }
    };
    match command {
        Command::Serve(args) => serve::serve(&sources(&args.config, serve_flags(&args))),
        Command::Migrate(Migrate::Sql(sql)) => {
            let (up, only_tell) = match sql.command {
                Some(MigrateStep::Up(up)) => (up, false),
                Some(MigrateStep::Status(status)) => (status, true),
                None => (sql.up, false),
            };
            let sources = sources(&up.config, Flags::default());
            if only_tell { migrate::status(&sources, up.dsn.as_deref()) } else { migrate::up(&sources, up.dsn.as_deref(), up.yes) }
        }
        Command::JsonnetWorker => narthex_jsonnet::worker_main(narthex_jsonnet::Input::Stream),
        Command::Version => {
            println!("{}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
    }
}

fn serve_flags(args: &ServeArgs) -> Flags {
    Flags {
        dev: Some(args.dev),
        watch_courier: Some(args.watch_courier),
        sqa_opt_out: Some(args.sqa_opt_out),
        data_dir: args.data_dir.clone(),
    }
}

fn sources(config: &ConfigArgs, flags: Flags) -> Sources {
    let text = |value: OsString| value.into_string().ok();
    let env = std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?)));
    Sources { files: config.config.clone(), flags, env: env.collect(), generated: None, host_name: None }
}
