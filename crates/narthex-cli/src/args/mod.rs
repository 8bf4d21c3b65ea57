//! The command line: every command with its arguments. What they do stands in the modules beside.

mod shared;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use narthex_config::Flags;

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

#[derive(Subcommand)]
pub(crate) enum Hashers {
    /// Argon2id.
    #[command(subcommand)]
    Argon2(Argon2),
}

#[derive(Subcommand)]
pub(crate) enum Argon2 {
    /// Hash passwords, and tell how long it took.
    Hash {
        /// The passwords.
        #[arg(required = true, value_name = "PASSWORD")]
        passwords: Vec<String>,
        /// All of them at once.
        #[arg(long)]
        parallel: bool,
        #[command(flatten)]
        costs: Argon2Costs,
        #[command(flatten)]
        more: Argon2More,
    },
    /// Find the costs that this machine can bear at so many sign-ins a minute.
    Calibrate(Box<Calibrate>),
    /// Try whether this machine can bear so many sign-ins a minute.
    LoadTest {
        /// Sign-ins a minute.
        #[arg(value_parser = clap::value_parser!(u32).range(1..), value_name = "REQUESTS_PER_MINUTE")]
        requests: u32,
        #[command(flatten)]
        costs: Argon2Costs,
        #[command(flatten)]
        more: Argon2More,
        #[command(flatten)]
        format: FormatArgs,
    },
}

/// Costs that stand in place of the configuration's.
#[derive(Args, Clone)]
pub(crate) struct Argon2Costs {
    /// Passes over the memory.
    #[arg(long, allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) iterations: Option<u32>,
    /// Memory of one hash, such as 128MB.
    #[arg(long, value_parser = bytes)]
    pub(crate) memory: Option<u64>,
}

#[derive(Args, Clone)]
pub(crate) struct Argon2More {
    #[command(flatten)]
    pub(crate) config: MoreConfig,
    /// Lanes.
    #[arg(long, allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..=255))]
    pub(crate) parallelism: Option<u32>,
    /// Length of the salt in bytes.
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) salt_length: Option<u32>,
    /// Length of the hash in bytes.
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) key_length: Option<u32>,
    /// How long a hash is meant to take.
    #[arg(long, value_parser = duration)]
    pub(crate) min_duration: Option<Duration>,
    /// By how much that may differ.
    #[arg(long, value_parser = duration)]
    pub(crate) expected_deviation: Option<Duration>,
    /// Memory that the machine sets aside for hashing.
    #[arg(long, value_parser = bytes)]
    pub(crate) dedicated_memory: Option<u64>,
}

/// [`ConfigArgs`] that can be cloned along.
#[derive(Args, Clone)]
pub(crate) struct MoreConfig {
    /// A configuration file (YAML, JSON or TOML). May be given several times; later files win.
    #[arg(short = 'c', long = "config", value_delimiter = ',')]
    config: Vec<PathBuf>,
}

impl MoreConfig {
    pub(crate) fn args(&self) -> ConfigArgs {
        ConfigArgs { config: self.config.clone() }
    }
}

#[derive(Args)]
pub(crate) struct Calibrate {
    /// Sign-ins a minute.
    #[arg(value_parser = clap::value_parser!(u32).range(1..), value_name = "REQUESTS_PER_MINUTE")]
    pub(crate) requests: u32,
    /// The memory to begin with; none for the most that is allowed.
    #[arg(short = 'm', long, value_parser = bytes, default_value = "0B")]
    pub(crate) start_memory: u64,
    /// The most memory of one hash; none for no limit.
    #[arg(long, value_parser = bytes, default_value = "0B")]
    pub(crate) max_memory: u64,
    /// The steps in which the memory is changed.
    #[arg(long, value_parser = bytes, default_value = "512MB")]
    pub(crate) adjust_memory_by: u64,
    /// The passes to begin with.
    #[arg(short = 'i', long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) start_iterations: u32,
    /// Accepted for compatibility: as many hashes run at once as the load asks for.
    #[arg(long, default_value_t = 16)]
    pub(crate) max_concurrent: u32,
    /// How often each setting is tried.
    #[arg(short = 'r', long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) probe_runs: u32,
    #[command(flatten)]
    pub(crate) more: Argon2More,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

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

/// A shell that a script can be had for.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    #[value(name = "powershell")]
    Power,
}

fn duration(text: &str) -> Result<Duration, String> {
    // Go takes a zero without a unit.
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    narthex_config::parse_duration(text).ok_or_else(|| "this is no duration, such as 90s or 1h30m".to_owned())
}

fn bytes(text: &str) -> Result<u64, String> {
    narthex_config::parse_bytes(text).ok_or_else(|| "this is no size, such as 128MB".to_owned())
}
