//! `serve`.

use std::path::PathBuf;

use clap::Args;
use narthex_config::Flags;

use super::shared::ConfigArgs;

#[derive(Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
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

impl ServeArgs {
    pub(crate) fn flags(&self) -> Flags {
        Flags {
            dev: Some(self.dev),
            watch_courier: Some(self.watch_courier),
            sqa_opt_out: Some(self.sqa_opt_out),
            data_dir: self.data_dir.clone(),
        }
    }
}
