//! The documents that follow from the table of keys: the reference of all keys, and a file with every default.
//! Pure functions to text; a test keeps the files in the repository equal to them.
//! Next: `keys/` for what they say.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::check::{expected, join};
use crate::env::variable_of;
use crate::keys::{Fallback, Key, Kind, Object, ROOT, Reload, State, WEB_HOOK};

/// The reference of all keys as Markdown, `docs/configuration.md`.
pub fn reference() -> String {
    let mut text = String::from(INTRODUCTION);
    let mut plain = Vec::new();
    for key in ROOT.keys {
        if let Kind::Object(object) = key.kind {
            let mut rows = Rows::default();
            rows.object(object, key.name, state(key, State::Built), reload(key, Reload::Hot));
            let _ = write!(text, "\n## `{}`\n\n{}{}\n{TABLE}{}", key.name, key.about, remark(key, State::Built), rows.text);
        } else {
            plain.push(key);
        }
    }
    let mut rows = Rows::default();
    for key in plain {
        rows.key(key, "", State::Built, Reload::Hot);
    }
    let _ = write!(text, "\n## The rest\n\n{TABLE}{}", rows.text);
    let mut rows = Rows::default();
    rows.object(&WEB_HOOK, "<hooks>.#", State::Built, Reload::Hot);
    let _ = write!(text, "{HOOKS}{TABLE}{}", rows.text);
    text
}

const TABLE: &str = "\n| Key | Accepts | Default | What it does | Change |\n|---|---|---|---|---|\n";

const INTRODUCTION: &str = "# Configuration

<!-- Generated from the table of keys in crates/narthex-config/src/keys. Rewrite with: UPDATE_DOCS=1 cargo test -p narthex-config --test it -->

Narthex reads the configuration of Ory Kratos v26.2 as it is. All of its own keys stand under `narthex`.

## Where settings come from

Later sources win over earlier ones:

1. the defaults below;
2. the files named with `-c`, in their order: `.yml`, `.yaml`, `.json` or `.toml`. Objects are joined member by member, everything else, lists too, is replaced;
3. the flags `--dev`, `--watch-courier`, `--sqa-opt-out` and `--data-dir`. The first three win over files even when they are not given;
4. environment variables: the key in capitals with `_` for `.`, without a prefix, such as `SERVE_PUBLIC_BASE_URL`. A list of texts may be
   separated by commas, an item of a list is named by its number (`SELFSERVICE_ALLOWED_RETURN_URLS_0`), and lists and objects may be given as JSON. A list
   of which an item is given by number ends with its highest number. The keys with `-` in their names keep it: `WATCH-COURIER`.

Without any file and without `DSN`, Narthex decides for itself: it listens on loopback, keeps an SQLite database and generated secrets in its data
directory, uses a built-in identity schema, serves its own pages and keeps mail in a mailbox that is read on the admin listener.

A configuration that is wrong ends the start with every mistake at once, each with file, line, key, what was found and what is accepted. Keys whose feature is not built yet are accepted and
named in a warning. `#` stands for an item's number, `<name>` for a name of your choice. \"Change\" says when a changed file takes effect: *at once*, with the next *restart*, or never
because only a *flag* or the environment counts.
";

const HOOKS: &str = "\n## Hooks

An entry of a list of hooks has the hook's name and, for some, settings. An entry may stand in a list only once, and each place accepts the hooks named there.
";

#[derive(Default)]
struct Rows {
    text: String,
    written: BTreeSet<String>,
}

impl Rows {
    fn object(&mut self, object: &Object, path: &str, inherited: State, change: Reload) {
        for key in object.keys {
            self.key(key, path, inherited, change);
        }
    }

    fn key(&mut self, key: &Key, path: &str, inherited: State, change: Reload) {
        let path = join(path, key.name);
        let (own, change) = (state(key, inherited), reload(key, change));
        match key.kind {
            Kind::Object(object) => self.object(object, &path, own, change),
            kind => {
                self.row(key, &path, inherited, change);
                self.below(&kind, &path, own, change);
            }
        }
    }

    /// What is inside a list, a map or a variant. Hooks have a section of their own.
    fn below(&mut self, kind: &Kind, path: &str, inherited: State, change: Reload) {
        match kind {
            Kind::List { of: Kind::Object(object), .. } => self.object(object, &format!("{path}.#"), inherited, change),
            Kind::Map { of: Kind::Object(object), .. } => self.object(object, &format!("{path}.<name>"), inherited, change),
            Kind::Variants { of, .. } => of.iter().for_each(|variant| self.object(variant.object, path, inherited, change)),
            _ => {}
        }
    }

    fn row(&mut self, key: &Key, path: &str, inherited: State, change: Reload) {
        if !self.written.insert(path.to_owned()) {
            return;
        }
        let default = match default(key) {
            Some(text) => format!("`{text}`"),
            None => match key.default {
                Fallback::Computed(how) => how.to_owned(),
                _ if key.required => "*required*".to_owned(),
                _ => "–".to_owned(),
            },
        };
        let change = match change {
            Reload::Restart => "restart",
            Reload::Flag => "flag",
            Reload::Hot | Reload::Inherited => "at once",
        };
        let accepts = match key.kind {
            Kind::List { of: Kind::Object(_), .. } => "a list of objects".to_owned(),
            Kind::Map { of: Kind::Object(_), .. } => "an object of objects by name".to_owned(),
            kind => expected(&kind).replace('|', "\\|"),
        };
        let _ = writeln!(self.text, "| `{path}` | {accepts} | {default} | {}{} | {change} |", key.about, remark(key, inherited));
    }
}

fn state(key: &Key, inherited: State) -> State {
    if key.state == State::Inherited { inherited } else { key.state }
}

fn reload(key: &Key, inherited: Reload) -> Reload {
    if key.reload == Reload::Inherited { inherited } else { key.reload }
}

fn remark(key: &Key, inherited: State) -> String {
    let mut text = String::new();
    match state(key, inherited) {
        State::NotBuilt => text.push_str(" **Not built yet.**"),
        State::NoEffect => text.push_str(" **No effect.**"),
        State::Built | State::Inherited => {}
    }
    if let Some(instead) = key.deprecated {
        let _ = write!(text, " **Deprecated:** use {instead}.");
    }
    text
}

/// A default as YAML, when it is one fixed value.
fn default(key: &Key) -> Option<String> {
    match key.default {
        Fallback::Bool(b) => Some(b.to_string()),
        Fallback::Int(i) => Some(i.to_string()),
        Fallback::Number(f) => Some(format!("{f:?}")),
        Fallback::Text(text) => Some(format!("{text:?}")),
        Fallback::Texts(texts) => Some(format!("[{}]", texts.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(", "))),
        Fallback::Nothing | Fallback::Computed(_) => None,
    }
}

/// A configuration file with every key: those with a fixed default hold it, the others are commented out.
pub fn default_document() -> String {
    let mut text = String::from(
        "# Every key of the configuration. Those with a fixed default hold it, the others are commented out.\n# docs/configuration.md says where else settings come from.\n# Generated from the table of keys; a test keeps it so.\n",
    );
    for key in ROOT.keys {
        text.push('\n');
        member(&mut text, key, 0, "", State::Built);
    }
    text
}

/// Writes one key; answers whether anything in it is not commented out.
fn member(text: &mut String, key: &Key, depth: usize, path: &str, inherited: State) -> bool {
    let path = join(path, key.name);
    let indent = "  ".repeat(depth);
    let how = match key.default {
        Fallback::Computed(how) => format!(" Default: {}.", how.replace('`', "")),
        _ if key.required => " Required.".to_owned(),
        _ => String::new(),
    };
    let remark = remark(key, inherited).replace("**", "");
    let _ = writeln!(text, "{indent}# {}{how}{remark}", key.about.replace('`', "").replace('\n', " "));
    let value = default(key);
    let Kind::Object(object) = key.kind else {
        let accepts = if value.is_some() { String::new() } else { format!(" # {}", accepts(&key.kind)) };
        let comment = if value.is_some() { "" } else { "# " };
        let _ = writeln!(text, "{indent}{comment}{}: {}{accepts}", key.name, value.as_deref().unwrap_or(""));
        return value.is_some();
    };
    let mut inside = String::new();
    let mut live = false;
    for member_key in object.keys {
        live |= member(&mut inside, member_key, depth + 1, &path, state(key, inherited));
    }
    let comment = if live { "" } else { "# " };
    let _ = writeln!(text, "{indent}{comment}{}:", key.name);
    text.push_str(&inside);
    live
}

fn accepts(kind: &Kind) -> String {
    match kind {
        Kind::List { of: Kind::Object(_), .. } => "a list of objects, see docs/configuration.md".to_owned(),
        Kind::Map { of: Kind::Object(_), .. } => "objects by name, see docs/configuration.md".to_owned(),
        kind => expected(kind),
    }
}

/// The environment variable of each key outside lists and maps, with the key.
pub fn variables() -> Vec<(String, String)> {
    fn walk(object: &Object, path: &str, found: &mut Vec<(String, String)>) {
        for key in object.keys {
            let path = join(path, key.name);
            match key.kind {
                Kind::Object(object) => walk(object, &path, found),
                _ => found.push((variable_of(&path), path)),
            }
        }
    }
    let mut found = Vec::new();
    walk(&ROOT, "", &mut found);
    found
}
