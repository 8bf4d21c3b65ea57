//! One-time codes by mail or text message.

mod registration;

use super::Method;
use crate::flow::registration::strategy::Strategy;

/// The method `code`.
pub struct Code;

impl Method for Code {
    fn id(&self) -> &'static str {
        "code"
    }

    fn registration(&self) -> Option<&dyn Strategy> {
        Some(self)
    }
}
