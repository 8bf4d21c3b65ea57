//! From the text of a file to a tree.
//! It knows no key: what it refuses is text that is no document, and documents that are no object.
//! Next: `yaml.rs`, `json.rs`, `toml.rs`; then `load.rs`.

mod json;
mod toml;
mod yaml;

use std::path::Path;

use crate::error::Mistakes;
use crate::tree::{Node, Origin, Source, Value};

/// The formats, told apart by a file's extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Yaml,
    Json,
    Toml,
}

/// Why a text is no document.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    pub(crate) line: u64,
    pub(crate) column: u64,
    pub(crate) message: String,
}

impl Format {
    /// The format that a path's extension names.
    pub(crate) fn of(path: &Path) -> Result<Self, String> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("yaml" | "yml") => Ok(Self::Yaml),
            Some("json") => Ok(Self::Json),
            Some("toml") => Ok(Self::Toml),
            Some(other) => Err(format!("unknown extension .{other}, expected .yaml, .yml, .json or .toml")),
            None => Err("no extension, expected .yaml, .yml, .json or .toml".to_owned()),
        }
    }

    /// Reads a text.
    pub(crate) fn parse(self, text: &str) -> Result<Node, SyntaxError> {
        match self {
            Self::Yaml => yaml::parse(text),
            Self::Json => json::parse(text),
            Self::Toml => toml::parse(text),
        }
    }
}

/// Reads a file, which becomes number `number` among the sources. An empty document is an empty object.
pub(crate) fn file(path: &Path, number: usize, mistakes: &mut Mistakes) -> Option<Node> {
    let source = Source::File(number);
    let at = Origin::of(source);
    let format = Format::of(path).map_err(|problem| mistakes.add(at, "", problem)).ok()?;
    let text = std::fs::read_to_string(path).map_err(|problem| mistakes.add(at, "", format!("cannot be read: {problem}"))).ok()?;
    document(format, &text, source, mistakes)
}

/// Reads a text as a document.
pub(crate) fn document(format: Format, text: &str, source: Source, mistakes: &mut Mistakes) -> Option<Node> {
    match format.parse(text) {
        Err(error) => {
            mistakes.add(Origin { source, line: error.line, column: error.column }, "", format!("not valid {format:?}: {}", error.message));
            None
        }
        Ok(mut node) => {
            node.mark(source);
            match node.value {
                Value::Map(_) => Some(node),
                Value::Null => Some(Node::object(node.at)),
                _ => {
                    mistakes.add(
                        node.at,
                        "",
                        format!("found {}, expected an object with the configuration's sections", crate::check::found(&node, false)),
                    );
                    None
                }
            }
        }
    }
}
