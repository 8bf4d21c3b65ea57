//! The command line: every command with its arguments. What they do stands in the modules beside.

mod database;
mod hashers;
mod identities;
mod jsonnet;
mod serve;
mod server;
mod shared;

use clap::{Parser, Subcommand, ValueEnum};

pub(crate) use database::{Cleanup, CleanupSql, Courier, Migrate, MigrateStep, MigrateUp};
pub(crate) use hashers::{Argon2, Argon2Costs, Argon2More, Calibrate, Hashers};
pub(crate) use identities::{Delete, Get, GetIdentity, Import, ImportIdentities, List, ListIdentities, Validate};
pub(crate) use jsonnet::{Format, Lint};
pub(crate) use serve::ServeArgs;
pub(crate) use server::{Generate, Remote};
pub(crate) use shared::{ConfigArgs, DatabaseArgs, EndpointArgs, FormatArgs};

/// Narthex: identity and user management.
#[derive(Parser)]
#[command(name = "narthex", about, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run the server.
    Serve(ServeArgs),
    /// Deliver messages.
    #[command(subcommand)]
    Courier(Courier),
    /// Bring the database up to date.
    #[command(subcommand)]
    Migrate(Migrate),
    /// Remove what has expired.
    #[command(subcommand)]
    Cleanup(Cleanup),
    /// List things of a running server.
    #[command(subcommand, visible_alias = "ls")]
    List(List),
    /// Show things of a running server.
    #[command(subcommand)]
    Get(Get),
    /// Remove things from a running server.
    #[command(subcommand)]
    Delete(Delete),
    /// Bring things into a running server.
    #[command(subcommand)]
    Import(Import),
    /// Check things before they are imported.
    #[command(subcommand)]
    Validate(Validate),
    /// Make things that a configuration needs.
    #[command(subcommand)]
    Generate(Generate),
    /// Ask how a running server is.
    #[command(subcommand)]
    Remote(Remote),
    /// Try out how passwords are hashed.
    #[command(subcommand)]
    Hashers(Hashers),
    /// Lay out files.
    #[command(subcommand)]
    Format(Format),
    /// Look files over.
    #[command(subcommand)]
    Lint(Lint),
    /// Evaluate jsonnet for a running server.
    #[command(hide = true)]
    Jsonnet {
        /// Answer many requests, each ended by a NUL byte.
        #[arg(short = '0', long)]
        null: bool,
    },
    /// Write a script that completes commands in a shell.
    #[command(arg_required_else_help = true)]
    Completion {
        /// The shell.
        shell: Shell,
    },
    /// Tell the version.
    Version,
}

/// A shell that a script can be had for.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    #[value(name = "powershell")]
    Power,
}
