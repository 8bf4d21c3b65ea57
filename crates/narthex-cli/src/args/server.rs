//! Commands for who runs a server: `generate`, `remote`.

use clap::Subcommand;

use super::shared::{EndpointArgs, FormatArgs};

#[derive(Subcommand)]
pub(crate) enum Generate {
    /// A key for the admin listener, and what the configuration needs to know of it.
    ApiKey {
        /// What the key is called in the configuration and in records.
        #[arg(default_value = "operator")]
        name: String,
        #[command(flatten)]
        format: FormatArgs,
    },
}

#[derive(Subcommand)]
pub(crate) enum Remote {
    /// Whether the server is alive and ready.
    Status {
        #[command(flatten)]
        endpoint: EndpointArgs,
        #[command(flatten)]
        format: FormatArgs,
    },
    /// The server's version.
    Version {
        #[command(flatten)]
        endpoint: EndpointArgs,
        #[command(flatten)]
        format: FormatArgs,
    },
}
