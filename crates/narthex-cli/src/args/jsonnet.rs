//! Commands about jsonnet files: `format`, `lint`.

use clap::Subcommand;

#[derive(Subcommand)]
pub(crate) enum Format {
    /// Jsonnet files.
    Jsonnet {
        /// Files, or patterns of their names.
        #[arg(required = true, value_name = "PATTERN")]
        patterns: Vec<String>,
        /// Write the files anew instead of printing them.
        #[arg(short, long)]
        write: bool,
    },
}

#[derive(Subcommand)]
pub(crate) enum Lint {
    /// Jsonnet files.
    #[command(alias = "jsonnet")]
    Lint {
        /// Files, or patterns of their names.
        #[arg(required = true, value_name = "PATTERN")]
        patterns: Vec<String>,
    },
}
