//! What can be wrong with a configuration, in words that say where, what was found and what is accepted.
//! Values of secret keys never appear here. Nothing here decides what is wrong.
//! Next: `check/`, which does.

use std::fmt;

use crate::tree::{Names, Origin};

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// Where it stands: a file with line and column, or a variable's name.
    pub place: String,
    /// The dotted key; empty when the source as a whole is at fault.
    pub key: String,
    /// What was found and what is accepted.
    pub problem: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.problem)
    }
}

/// Every mistake in a configuration, in the order of the sources. `Display` prints one a line.
#[derive(Clone, Debug, thiserror::Error)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// One mistake of the configuration as a whole.
    pub(crate) fn one(problem: String) -> Self {
        Self(vec![ConfigError { place: "configuration".to_owned(), key: String::new(), problem }])
    }

    /// The mistakes; there is at least one.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigError> {
        self.0.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, error) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

/// Collects mistakes while a configuration is read.
#[derive(Debug, Default)]
pub(crate) struct Mistakes(Vec<(Origin, String, String)>);

impl Mistakes {
    pub(crate) fn add(&mut self, at: Origin, key: impl Into<String>, problem: impl Into<String>) {
        self.0.push((at, key.into(), problem.into()));
    }

    #[cfg(test)]
    pub(crate) fn problems(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(_, _, problem)| problem.as_str())
    }

    /// `Ok` when there were none.
    pub(crate) fn into_result(mut self, names: &Names) -> Result<(), ConfigErrors> {
        if self.0.is_empty() {
            return Ok(());
        }
        self.0.sort_by_key(|(at, ..)| *at);
        Err(ConfigErrors(self.0.into_iter().map(|(at, key, problem)| ConfigError { place: names.describe(at), key, problem }).collect()))
    }
}
