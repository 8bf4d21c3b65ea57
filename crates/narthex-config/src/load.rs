//! From the sources to a [`Config`]: files, then flags, then environment, later ones winning, with the defaults beneath.
//! It reads the named files and nothing else; environment and flags are handed over.
//! Next: `parse/`, `env.rs`, `check/`, `defaults.rs`, in the order in which a document passes through them.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::defaults::Circumstances;
use crate::error::{ConfigErrors, Mistakes};
use crate::keys::{Kind, Object, ROOT, Reload};
use crate::settings::{Argon2, Config};
use crate::tree::{Merged, Names, Node, Origin, Source, Value};
use crate::value::Secret;
use crate::{check, defaults, env, parse, standalone, warn};

/// Everything a configuration is made from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The files, later ones winning.
    pub files: Vec<PathBuf>,
    /// The command line.
    pub flags: Flags,
    /// The environment.
    pub env: Vec<(String, String)>,
    /// Secrets that the server made for itself, used where the configuration names none.
    pub generated: Option<GeneratedSecrets>,
    /// The machine's name, for base URLs of listeners on every address; `localhost` when unknown.
    pub host_name: Option<String>,
}

/// The flags that are keys as well.
///
/// `None` means that the command has no such flag. A command that has it passes `Some(false)` when it was not given: a flag
/// masks the files' value even then, as in the reference server.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--dev`.
    pub dev: Option<bool>,
    /// `--watch-courier`.
    pub watch_courier: Option<bool>,
    /// `--sqa-opt-out`.
    pub sqa_opt_out: Option<bool>,
    /// `--data-dir`; unlike the others it masks nothing when it was not given.
    pub data_dir: Option<PathBuf>,
}

/// Secrets that the server made for itself.
#[derive(Clone, Debug)]
pub struct GeneratedSecrets {
    /// For `secrets.default`, at least 16 characters.
    pub default: Secret,
    /// For `secrets.cipher`, exactly 32 characters; used without a configuration only.
    pub cipher: Secret,
}

/// A configuration and what there is to say about it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// What to write to the log at start, one line each.
    pub warnings: Vec<String>,
    /// The files it was read from.
    pub files: Vec<PathBuf>,
    /// SHA-256 of the whole in hexadecimal digits, for `GET /admin/health/config`.
    pub hash: String,
    /// No configuration was given: the server decided for itself.
    pub standalone: bool,
    /// Secrets that are missing. Make them, put them into [`Sources::generated`] and load again.
    pub missing_secrets: MissingSecrets,
    /// Keys whose change at a reload was not taken because it needs a restart.
    pub needs_restart: Vec<String>,
}

/// Which secrets neither the configuration nor [`Sources::generated`] has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MissingSecrets {
    /// `secrets.default` and `secrets.cookie`.
    pub default: bool,
    /// `secrets.cipher`.
    pub cipher: bool,
}

impl MissingSecrets {
    /// Whether any is missing.
    pub fn any(self) -> bool {
        self.default || self.cipher
    }
}

/// Reads and checks a configuration.
///
/// # Errors
/// Every mistake that was found, each with its place.
pub fn load(sources: &Sources) -> Result<Loaded, ConfigErrors> {
    let (document, names) = read(sources)?;
    finish(document, &names, sources, Vec::new())
}

/// Reads a configuration again. Keys that need a restart keep their values from `current`; [`Loaded::needs_restart`] names them.
///
/// # Errors
/// Every mistake that was found; `current` then simply stays.
pub fn reload(current: &Config, sources: &Sources) -> Result<Loaded, ConfigErrors> {
    let (mut document, names) = read(sources)?;
    let mut kept = Vec::new();
    if let Some(old) = &current.merged.0 {
        keep(&mut document.root, old, &ROOT, "", Reload::Hot, &mut kept);
    }
    finish(document, &names, sources, kept)
}

/// Only the database's address, for commands that need nothing else; nothing but files and documents is checked.
///
/// # Errors
/// When a file cannot be read.
pub fn dsn(sources: &Sources) -> Result<Option<Secret>, ConfigErrors> {
    let (document, _) = read(sources)?;
    Ok(document.root.get_text("dsn").map(Secret::new))
}

/// Only the costs of Argon2, for commands that need nothing else; only they are checked.
///
/// # Errors
/// When a file cannot be read, or the costs are none.
pub fn argon2(sources: &Sources) -> Result<Argon2, ConfigErrors> {
    let (mut document, names) = read(sources)?;
    let mut root = Node::object(Origin::default());
    if let Some(hashers) = document.root.take("hashers") {
        root.set("hashers", hashers);
    }
    let mut mistakes = Mistakes::default();
    check::check_part(&root, "hashers", &mut mistakes);
    mistakes.into_result(&names)?;
    defaults::fill(&mut root, &Circumstances { standalone: true, host_name: "localhost" });
    let costs = root.get("hashers.argon2").map(Node::to_json).unwrap_or_default();
    serde_json::from_value(costs).map_err(|error| ConfigErrors::one(error.to_string()))
}

/// A merged document.
struct Document {
    root: Node,
    warnings: Vec<String>,
    standalone: bool,
    missing_secrets: MissingSecrets,
}

fn read(sources: &Sources) -> Result<(Document, Names), ConfigErrors> {
    let mut names = Names { files: sources.files.clone(), variables: Vec::new() };
    let mut mistakes = Mistakes::default();
    let mut root = Node::object(Origin::of(Source::File(0)));
    if sources.files.is_empty() {
        root.at = Origin::default();
    }
    for (number, path) in sources.files.iter().enumerate() {
        if let Some(document) = parse::file(path, number, &mut mistakes) {
            root.merge(document);
        }
    }
    mistakes.into_result(&names)?;
    let warnings = flags(&mut root, &sources.flags, &names);
    env::overlay(&mut root, &sources.env, &mut names);
    let standalone = sources.files.is_empty() && root.get("dsn").is_none();
    if standalone {
        standalone::beneath(&mut root);
        let data_dir = root.get_text("narthex.data_dir").unwrap_or(DATA_DIR).to_owned();
        let database = Path::new(&data_dir).join("narthex.sqlite");
        root.set("dsn", Node::text(Origin::default(), format!("sqlite://{}", database.display())));
    }
    let missing_secrets = secrets(&mut root, sources.generated.as_ref(), standalone);
    Ok((Document { root, warnings, standalone, missing_secrets }, names))
}

const DATA_DIR: &str = "./narthex-data";

/// Lays the flags over the files. Answers a warning for each key of a file that gives way.
fn flags(root: &mut Node, flags: &Flags, names: &Names) -> Vec<String> {
    let at = Origin::of(Source::Flag);
    let mut warnings = Vec::new();
    for (name, value) in [("dev", flags.dev), ("watch-courier", flags.watch_courier), ("sqa-opt-out", flags.sqa_opt_out)] {
        let Some(value) = value else { continue };
        if root.get_bool(name).is_some_and(|file| file != value) {
            warnings.extend(warn::masked(root, name, names));
        }
        root.set(name, Node::new(at, Value::Bool(value)));
    }
    if let Some(path) = &flags.data_dir {
        root.set("narthex.data_dir", Node::text(at, path.display().to_string()));
    }
    warnings
}

/// Puts generated secrets where none are named. Answers which are still missing.
fn secrets(root: &mut Node, generated: Option<&GeneratedSecrets>, standalone: bool) -> MissingSecrets {
    let empty = |root: &Node, path: &str| match root.get(path) {
        None => true,
        Some(Node { value: Value::List(items), .. }) => items.is_empty(),
        Some(_) => false,
    };
    let mut missing = MissingSecrets {
        default: empty(root, "secrets.default") && empty(root, "secrets.cookie"),
        cipher: standalone && empty(root, "secrets.cipher"),
    };
    let at = Origin::default();
    let list = |secret: &Secret| Node::new(at, Value::List(vec![Node::text(at, secret.expose())]));
    if let Some(generated) = generated {
        if missing.default {
            root.set("secrets.default", list(&generated.default));
        }
        if missing.cipher {
            root.set("secrets.cipher", list(&generated.cipher));
        }
        missing = MissingSecrets::default();
    } else if missing.cipher {
        // Without a secret there is nothing to encrypt with: until one is made, the document must still pass.
        root.set("ciphers.algorithm", Node::text(at, "noop"));
    }
    missing
}

/// Lets keys that need a restart keep their old values.
fn keep(new: &mut Node, old: &Node, object: &Object, path: &str, inherited: Reload, kept: &mut Vec<String>) {
    for key in object.keys {
        let reload = if key.reload == Reload::Inherited { inherited } else { key.reload };
        let (before, after) = (old.get(key.name), new.get(key.name));
        if before.is_none() && after.is_none() {
            continue;
        }
        let was_there = after.is_some();
        let path = check::join(path, key.name);
        if let Kind::Object(of) = key.kind {
            let nothing = Node::object(new.at);
            let mut joined = new.take(key.name).unwrap_or_else(|| nothing.clone());
            keep(&mut joined, before.unwrap_or(&nothing), of, &path, reload, kept);
            if was_there || !matches!(&joined.value, Value::Map(map) if map.is_empty()) {
                new.set(key.name, joined);
            }
        } else if reload == Reload::Restart && before.map(Node::to_json) != after.map(Node::to_json) {
            match before.cloned() {
                Some(node) => new.set(key.name, node),
                None => {
                    new.take(key.name);
                }
            }
            kept.push(path);
        }
    }
}

fn finish(document: Document, names: &Names, sources: &Sources, needs_restart: Vec<String>) -> Result<Loaded, ConfigErrors> {
    let Document { root, mut warnings, standalone, missing_secrets } = document;
    let mut mistakes = Mistakes::default();
    check::check(&root, &mut mistakes);
    mistakes.into_result(names)?;
    warnings.extend(warn::warnings(&root, names));
    let mut filled = root.clone();
    let host_name = sources.host_name.as_deref().unwrap_or("localhost");
    warnings.extend(defaults::fill(&mut filled, &Circumstances { standalone, host_name }));
    // The table of keys let something pass that the types do not hold; `check/agreement.rs` tests that this does not happen.
    let mut config: Config = serde_json::from_value(filled.to_json()).map_err(|error| ConfigErrors::one(error.to_string()))?;
    config.merged = Merged(Some(Box::new(root)));
    Ok(Loaded { hash: hash(&filled), config, warnings, files: sources.files.clone(), standalone, missing_secrets, needs_restart })
}

fn hash(root: &Node) -> String {
    let digest = Sha256::digest(root.to_json().to_string().as_bytes());
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        use std::fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    })
}
