//! The identifier first: who signs in is asked before how, and only what this account can use is offered then.

mod login;

use super::Method;
use crate::flow::login::strategy::Strategy;

/// The method `identifier_first`.
pub struct IdentifierFirst;

impl Method for IdentifierFirst {
    fn id(&self) -> &'static str {
        "identifier_first"
    }

    fn login(&self) -> Option<&dyn Strategy> {
        Some(self)
    }
}
