//! Passwords: chosen within a policy, kept as hashes only.

mod login;
mod migration;
mod policy;
mod registration;
mod settings;

use narthex_hash::HashError;

use super::Method;
use crate::edge::Problem;
use crate::flow::Failure;
use crate::flow::login::strategy::Strategy as Login;
use crate::flow::registration::strategy::Strategy as Registration;
use crate::flow::settings::strategy::Strategy as Settings;

/// The method `password`.
pub struct Password;

impl Method for Password {
    fn id(&self) -> &'static str {
        "password"
    }

    fn registration(&self) -> Option<&dyn Registration> {
        Some(self)
    }

    fn login(&self) -> Option<&dyn Login> {
        Some(self)
    }

    fn settings(&self) -> Option<&dyn Settings> {
        Some(self)
    }
}

fn hash_failure(error: HashError) -> Failure {
    match error {
        HashError::Busy => Problem::busy().into(),
        other => Problem::internal(other).into(),
    }
}
