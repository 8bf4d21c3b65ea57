//! Why a schema document is refused: every mistake found, each with its place and with what is accepted.
//! Never here: mistakes in traits, those are [`crate::Violation`]s.
//! Next: `json_schema/compile.rs`, which finds them.

use std::fmt;

use url::Url;

/// As many mistakes as one refusal tells of.
const MAX_FAULTS: usize = 20;

/// One mistake in a schema document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: a JSON pointer as a URI fragment (RFC 6901 §6), `#/properties/traits`, after the URL of the
    /// document if it is a referenced one.
    pub at: String,
    /// What is wrong there.
    pub problem: String,
    /// What would be accepted, if that fits a line.
    pub accepted: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.problem)?;
        match &self.accepted {
            Some(accepted) => write!(f, " (accepted: {accepted})"),
            None => Ok(()),
        }
    }
}

/// A schema document that is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
pub struct SchemaError {
    faults: Vec<Fault>,
    missing: Vec<Url>,
}

impl SchemaError {
    /// The mistakes, in the order of the document; never empty.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Documents that the schema refers to and that were not given. A caller whose configuration names
    /// them can fetch them, add them to the [`crate::References`] and compile again.
    pub fn missing_references(&self) -> &[Url] {
        &self.missing
    }

    pub(crate) fn fault(&mut self, at: impl Into<String>, problem: impl Into<String>, accepted: Option<&str>) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault { at: at.into(), problem: problem.into(), accepted: accepted.map(Into::into) });
        }
    }

    pub(crate) fn missing(&mut self, url: Url) {
        if !self.missing.contains(&url) {
            self.missing.push(url);
        }
    }

    pub(crate) fn or<T>(self, good: T) -> Result<T, Self> {
        if self.faults.is_empty() { Ok(good) } else { Err(self) }
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.faults.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}
