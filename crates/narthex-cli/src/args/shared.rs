//! Arguments that several commands share.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use narthex_config::{Flags, Sources};

/// Where the configuration is.
#[derive(Args)]
pub(crate) struct ConfigArgs {
    /// A configuration file (YAML, JSON or TOML). May be given several times; later files win.
    #[arg(short = 'c', long = "config", value_delimiter = ',')]
    pub(crate) config: Vec<PathBuf>,
}

impl ConfigArgs {
    /// What a configuration is made from.
    pub(crate) fn sources(&self, flags: Flags) -> Sources {
        let text = |value: OsString| value.into_string().ok();
        let env = std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?)));
        Sources { files: self.config.clone(), flags, env: env.collect(), generated: None, host_name: None }
    }
}

/// Which server to talk to, and as whom.
#[derive(Args)]
pub(crate) struct EndpointArgs {
    /// The URL of the admin listener. Without it, the environment variable `KRATOS_ADMIN_URL` or `NARTHEX_ADMIN_URL` names it.
    #[arg(short = 'e', long, value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// The key that the admin listener asks for; better given in the environment, where others do not see it.
    #[arg(long, env = "NARTHEX_ADMIN_API_KEY", hide_env_values = true, value_name = "KEY")]
    pub(crate) api_key: Option<String>,
    /// A file of authorities to trust besides the machine's own (PEM).
    #[arg(long, env = "NARTHEX_ADMIN_TLS_CA", value_name = "FILE")]
    pub(crate) tls_ca: Option<PathBuf>,
    /// The client's certificate, for a listener that asks for one (PEM).
    #[arg(long, env = "NARTHEX_ADMIN_TLS_CERT", value_name = "FILE")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of the client's certificate (PEM).
    #[arg(long, env = "NARTHEX_ADMIN_TLS_KEY", value_name = "FILE")]
    pub(crate) tls_key: Option<PathBuf>,
}

/// How results are printed.
#[derive(Args)]
pub(crate) struct FormatArgs {
    /// How to print: `table`, `json`, `json-pretty`, `yaml`, `jsonpath=<path>` (GJSON's) or `jsonpointer=<pointer>`.
    #[arg(long, default_value = "table")]
    pub(crate) format: String,
    /// Print ids only.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// A database that a command works on, as the commands of migrations take it.
#[derive(Args)]
pub(crate) struct DatabaseArgs {
    /// The database's URL, where it is not read from the environment or the configuration.
    #[arg(value_name = "DATABASE_URL")]
    pub(crate) dsn: Option<String>,
    /// Read the database's URL from the environment variable DSN or the configuration.
    #[arg(short = 'e', long)]
    pub(crate) read_from_env: bool,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

/// A duration as an argument.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    // Go takes a zero without a unit.
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    narthex_config::parse_duration(text).ok_or_else(|| "this is no duration, such as 90s or 1h30m".to_owned())
}

/// A size as an argument.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    narthex_config::parse_bytes(text).ok_or_else(|| "this is no size, such as 128MB".to_owned())
}
