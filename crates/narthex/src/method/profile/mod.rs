//! The profile: who the person is, asked before how they will sign in.

mod registration;
mod settings;

use super::Method;
use crate::flow::registration::strategy::Strategy as Registration;
use crate::flow::settings::strategy::Strategy as Settings;

/// The method `profile`.
pub struct Profile;

impl Method for Profile {
    fn id(&self) -> &'static str {
        "profile"
    }

    fn registration(&self) -> Option<&dyn Registration> {
        Some(self)
    }

    fn settings(&self) -> Option<&dyn Settings> {
        Some(self)
    }
}
