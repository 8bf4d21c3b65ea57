//! One-time codes by mail or text message.

pub(crate) mod login;
mod registration;

use super::Method;
use crate::flow::login::strategy::Strategy as Login;
use crate::flow::registration::strategy::Strategy as Registration;

/// The method `code`.
pub struct Code;

impl Method for Code {
    fn id(&self) -> &'static str {
        "code"
    }

    fn registration(&self) -> Option<&dyn Registration> {
        Some(self)
    }

    fn login(&self) -> Option<&dyn Login> {
        Some(self)
    }
}
