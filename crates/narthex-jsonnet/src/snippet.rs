//! A snippet whose syntax and names have been checked, ready to be evaluated many times.
//! It never evaluates: an `error` in a snippet shows when it runs.
//! Next: `Evaluator` to run it, `engine` for the check.

use std::sync::Arc;

use crate::engine;

/// The name and the text of a snippet that parses. Cloning is cheap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    name: Arc<str>,
    text: Arc<str>,
}

/// Why a text is no jsonnet, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}:{line}:{column}: {message}")]
pub struct ParseError {
    /// The name that was given to the snippet.
    pub name: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// What is wrong there.
    pub message: String,
}

impl Snippet {
    /// Checks `text` for syntax and unknown names. `name` is what messages call the snippet: a file name or a configuration key.
    ///
    /// # Errors
    /// The first fault of the text, with its place.
    pub fn parse(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Result<Self, ParseError> {
        let snippet = Self { name: name.into(), text: text.into() };
        engine::check(&snippet)?;
        Ok(snippet)
    }

    /// What messages call the snippet.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The jsonnet text.
    pub fn text(&self) -> &str {
        &self.text
    }
}
