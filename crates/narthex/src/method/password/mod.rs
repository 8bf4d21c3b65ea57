//! Passwords: chosen within a policy, kept as hashes only.

mod policy;
mod registration;

use super::Method;
use crate::flow::registration::strategy::Strategy;

/// The method `password`.
pub struct Password;

impl Method for Password {
    fn id(&self) -> &'static str {
        "password"
    }

    fn registration(&self) -> Option<&dyn Strategy> {
        Some(self)
    }
}
