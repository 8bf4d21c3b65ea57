//! What can be wrong with a template, and where.
//! It never holds data that was rendered: messages may be logged.
//! Next: `parse` and `html` refuse templates, `exec` fails renderings.

/// A template that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("template {template}, line {line}: {message}")]
pub struct ParseError {
    /// Name of the template or file.
    pub template: String,
    /// Line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

/// A rendering that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("template {template}, line {line}: {message}")]
pub struct RenderError {
    /// Name of the template that failed; it may be one that the rendered template calls.
    pub template: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Why it failed.
    pub message: String,
    /// Whether a bound was exceeded, and not something amiss with the data.
    pub is_boundless: bool,
}

/// Why an evaluation failed, before its place is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault(pub(crate) String);

impl Fault {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}
