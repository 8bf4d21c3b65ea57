//! Warnings about keys that somebody set and that do not do what they might expect.
//! Next: the states in `keys/`.

use crate::keys::{Kind, Object, ROOT, Reload, State};
use crate::tree::{Names, Node, Source, Value};

/// One warning for each key that a source other than the server set and that is not built, without effect, deprecated or masked.
pub(crate) fn warnings(root: &Node, names: &Names) -> Vec<String> {
    let mut walk = Walk { names, found: Vec::new() };
    walk.object(root, &ROOT, "", State::Built);
    walk.found
}

struct Walk<'a> {
    names: &'a Names,
    found: Vec<String>,
}

impl Walk<'_> {
    fn object(&mut self, node: &Node, object: &Object, path: &str, inherited: State) {
        let Value::Map(map) = &node.value else { return };
        for (name, member) in map {
            let Some(key) = object.key(name) else {
                continue;
            };
            let path = crate::check::join(path, name);
            let state = if key.state == State::Inherited { inherited } else { key.state };
            if let Some(instead) = key.deprecated {
                self.add(&member.node, &path, &format!("deprecated, use {instead}"));
            }
            self.value(&member.node, &key.kind, &path, state);
        }
    }

    fn value(&mut self, node: &Node, kind: &Kind, path: &str, state: State) {
        match (kind, &node.value) {
            (Kind::Object(of), _) => self.object(node, of, path, state),
            (Kind::List { of: of @ Kind::Object(_), .. }, Value::List(items)) => {
                for (number, item) in items.iter().enumerate() {
                    self.value(item, of, &format!("{path}.{number}"), state);
                }
            }
            _ => match state {
                State::NotBuilt => {
                    self.add(node, path, "accepted, but its feature is not built yet");
                }
                State::NoEffect => self.add(node, path, "accepted, but has no effect"),
                State::Built | State::Inherited => {}
            },
        }
    }

    fn add(&mut self, node: &Node, path: &str, what: &str) {
        // A flag is always there, given or not.
        if !matches!(node.at.source, Source::Server | Source::Flag) {
            self.found.push(format!("{}: {path}: {what}", self.names.describe(node.at)));
        }
    }
}

/// A warning for each key of a file that gives way to a flag's default.
pub(crate) fn masked(file: &Node, flag: &str, names: &Names) -> Option<String> {
    let key = ROOT.key(flag)?;
    let node = file.get(flag)?;
    (key.reload == Reload::Flag)
        .then(|| format!("{}: {flag}: has no effect here, use the flag --{flag} or the environment", names.describe(node.at)))
}
