//! What a method has to do to let people change it.

use narthex_schema::IdentitySchema;

use crate::config::Settings;
use crate::flow::form::Form;
use crate::identity::{Credential, Identity};

/// What a method knows when it adds its elements to a form.
pub struct FormContext<'a> {
    /// The settings in force.
    pub settings: &'a Settings,
    /// The schema of the account.
    pub schema: &'a IdentitySchema,
    /// Whose account it is.
    pub identity: &'a Identity,
    /// All their credentials.
    pub credentials: &'a [Credential],
    /// Whether the flow is a browser's.
    pub browser: bool,
}

/// The part of a method that lets people change it.
pub trait Strategy: Send + Sync {
    /// Whether people can change it.
    fn enabled(&self, settings: &Settings) -> bool;

    /// Adds what can be changed to the form.
    fn nodes(&self, context: &FormContext<'_>, form: &mut Form);
}
