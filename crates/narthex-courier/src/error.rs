//! What can be wrong with the courier's configuration.
//! Never about a single delivery: those failures are told by the message's dispatches.
//! Next: `settings.rs`, whose values are checked when channels and composer are built.

/// A setting that the courier cannot work with. Names the key; never shows a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {reason}")]
pub struct CourierError {
    /// The configuration key.
    pub key: String,
    /// What is wrong with its value.
    pub reason: String,
}

impl CourierError {
    pub(crate) fn new(key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { key: key.into(), reason: reason.into() }
    }
}
