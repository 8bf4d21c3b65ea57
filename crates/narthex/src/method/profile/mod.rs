//! The profile: who the person is, asked before how they will sign in.

mod registration;

use super::Method;
use crate::flow::registration::strategy::Strategy;

/// The method `profile`.
pub struct Profile;

impl Method for Profile {
    fn id(&self) -> &'static str {
        "profile"
    }

    fn registration(&self) -> Option<&dyn Strategy> {
        Some(self)
    }
}
