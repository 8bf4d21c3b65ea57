//! Commands about identities of a running server: `list`, `get`, `delete`, `import`, `validate`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::shared::{EndpointArgs, FormatArgs};

#[derive(Subcommand)]
pub(crate) enum List {
    /// Identities, page by page.
    #[command(alias = "identity")]
    Identities(ListIdentities),
}

#[derive(Args)]
pub(crate) struct ListIdentities {
    #[command(flatten)]
    pub(crate) endpoint: EndpointArgs,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
    /// Accepted for compatibility: every read sees all that was written before.
    #[arg(long, default_value = "eventual", value_parser = ["eventual", "strong"])]
    pub(crate) consistency: String,
    /// Identities on the page.
    #[arg(long, default_value_t = 100, allow_negative_numbers = true)]
    pub(crate) page_size: u32,
    /// Where to go on, as the page before tells.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) page_token: String,
    /// The former way of choosing a page, which the reference takes and ignores.
    #[arg(hide = true, num_args = 2)]
    pub(crate) former: Vec<String>,
}

#[derive(Subcommand)]
pub(crate) enum Get {
    /// Identities by their ids.
    #[command(alias = "identities")]
    Identity(GetIdentity),
}

#[derive(Args)]
pub(crate) struct GetIdentity {
    /// Their ids.
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<String>,
    #[command(flatten)]
    pub(crate) endpoint: EndpointArgs,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
    /// Show what these credentials hold, too.
    #[arg(short, long, value_parser = ["oidc"], value_delimiter = ',', value_name = "KIND")]
    pub(crate) include_credentials: Vec<String>,
    /// The ids are those that another system knows the identities by.
    #[arg(long)]
    pub(crate) external_id: bool,
}

#[derive(Subcommand)]
pub(crate) enum Delete {
    /// Identities by their ids.
    #[command(alias = "identities")]
    Identity {
        /// Their ids.
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        #[command(flatten)]
        endpoint: EndpointArgs,
        #[command(flatten)]
        format: FormatArgs,
    },
}

#[derive(Subcommand)]
pub(crate) enum Import {
    /// Identities from files or the standard input: one document, an array of them, or one a line.
    #[command(alias = "identity")]
    Identities(ImportIdentities),
}

#[derive(Args)]
pub(crate) struct ImportIdentities {
    /// Files of documents; the standard input without any.
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) endpoint: EndpointArgs,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
    /// Note down in this file how far the import came; if the file is there already, go on from there.
    #[arg(long, value_name = "FILE")]
    pub(crate) resume_file: Option<PathBuf>,
    /// Write a line of JSON for each document that was refused to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum Validate {
    /// Identities in files or on the standard input, by the schemas of a running server.
    #[command(alias = "identities")]
    Identity {
        /// Files of documents; the standard input without any.
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        endpoint: EndpointArgs,
        #[command(flatten)]
        format: FormatArgs,
    },
}
