//! The `narthex` command: arguments and exit codes, nothing else.

// First, for its macros are those of all the others.
#[macro_use]
mod streams;

mod args;
mod cleanup;
mod connect;
mod courier;
mod database;
mod generate;
mod glob;
mod hashers;
mod identities;
mod import;
mod jsonnet;
mod load;
mod log;
mod migrate;
mod output;
mod process;
mod remote;
mod serve;
mod validate;

use std::process::ExitCode;

use clap::error::{Error, ErrorKind};
use clap::{CommandFactory, Parser};

use args::{
    Cleanup, Cli, Command, Courier, Delete, Format, Generate, Get, Hashers, Import, Lint, List, Migrate, MigrateStep, Remote, Shell,
    Validate,
};

fn main() -> ExitCode {
    let _ = rustls::crypto::ring::default_provider().install_default();
    match Cli::try_parse() {
        Ok(cli) => run(cli.command),
        Err(error) => refuse(&error),
    }
}

fn run(command: Command) -> ExitCode {
    match command {
        Command::Serve(args) => serve::serve(&args.config.sources(args.flags())),
        Command::Courier(Courier::Watch { config, expose_metrics_port }) => courier::watch(&config, expose_metrics_port),
        Command::Migrate(Migrate::Sql(sql)) => match sql.step {
            None => migrate::up(&sql.up),
            Some(MigrateStep::Up(up)) => migrate::up(&up),
            Some(MigrateStep::Down { steps, .. }) => migrate::down(steps),
            Some(MigrateStep::Status { database, block, format }) => migrate::status(&database, block, &format),
        },
        Command::Migrate(Migrate::NormalizePhoneNumbers(_)) => migrate::normalize_phone_numbers(),
        Command::Cleanup(Cleanup::Sql(args)) => cleanup::sql(&args),
        Command::List(List::Identities(args)) => identities::list(&args),
        Command::Get(Get::Identity(args)) => identities::get(&args),
        Command::Delete(Delete::Identity { ids, endpoint, format }) => identities::delete(&ids, &endpoint, &format),
        Command::Import(Import::Identities(args)) => import::identities(&args),
        Command::Validate(Validate::Identity { files, endpoint, .. }) => validate::identities(&files, &endpoint),
        Command::Generate(Generate::ApiKey { name, format }) => generate::api_key(&name, &format),
        Command::Remote(Remote::Status { endpoint, format }) => remote::status(&endpoint, &format),
        Command::Remote(Remote::Version { endpoint, format }) => remote::version(&endpoint, &format),
        Command::Hashers(Hashers::Argon2(command)) => hashers::run(command),
        Command::Format(Format::Jsonnet { patterns, write }) => jsonnet::format(&patterns, write),
        Command::Lint(Lint::Lint { patterns }) => jsonnet::lint(&patterns),
        Command::Jsonnet { null } => {
            narthex_jsonnet::worker_main(if null { narthex_jsonnet::Input::Stream } else { narthex_jsonnet::Input::Single })
        }
        Command::Completion { shell } => complete(shell),
        Command::Version => version(),
    }
}

/// Ends a command line that is none. A mistake ends as every other one does: with 1. Naming a group of commands, or one that the
/// group does not have, only asks what is in it.
fn refuse(error: &Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            print!("{}", error.render());
            ExitCode::SUCCESS
        }
        ErrorKind::InvalidSubcommand if let Some(mut group) = named_group() => {
            print!("{}", group.render_help());
            ExitCode::SUCCESS
        }
        _ => {
            let _ = error.print();
            if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
    }
}

/// The group of commands that the first words of the command line lead to.
fn named_group() -> Option<clap::Command> {
    let mut group = Cli::command();
    group.build();
    let mut named = None;
    for word in std::env::args().skip(1) {
        let Some(next) = group.find_subcommand(&word).cloned() else { break };
        named = Some(next.clone());
        group = next;
    }
    named
}

fn complete(shell: Shell) -> ExitCode {
    let shell = match shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
        Shell::Power => clap_complete::Shell::PowerShell,
    };
    clap_complete::generate(shell, &mut Cli::command(), "narthex", &mut streams::Stdout);
    ExitCode::SUCCESS
}

/// Version, commit and time of the build, as far as whoever built it told.
fn version() -> ExitCode {
    println!("Version: v{}", env!("CARGO_PKG_VERSION"));
    for (name, value) in [("Build Commit", option_env!("NARTHEX_BUILD_COMMIT")), ("Build Timestamp", option_env!("NARTHEX_BUILD_TIME"))] {
        match value {
            Some(value) => println!("{name}: {value}"),
            None => eprintln!("{name}: not told when this program was built"),
        }
    }
    ExitCode::SUCCESS
}
