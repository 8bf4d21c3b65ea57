//! What a method has to do to let people change it.

use std::time::Duration;

use futures_util::future::BoxFuture;
use narthex_api::Time;
use narthex_schema::{Extracted, IdentitySchema};

use super::Settings as State;
use super::http::Person;
use crate::config::Settings;
use crate::edge::Caller;
use crate::flow::form::Form;
use crate::flow::input::Input;
use crate::flow::{Failure, Flow};
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

/// A submission, as a method gets it.
pub struct Attempt<'a> {
    /// The request.
    pub caller: &'a Caller,
    /// The flow.
    pub flow: &'a Flow<State>,
    /// Its form; what a method changes is kept with the answer.
    pub form: &'a mut Form,
    /// The schema of the account.
    pub schema: &'a IdentitySchema,
    /// What was sent.
    pub input: &'a Input,
    /// Whether it was sent before its owner had to show who they are, and checked then.
    pub held: bool,
    /// Who changes their settings.
    pub person: &'a Person,
}

impl Attempt<'_> {
    /// Whether the submission comes from the browser that the flow belongs to.
    ///
    /// # Errors
    /// Where it may be forged.
    pub fn check(&self) -> Result<(), Failure> {
        if self.held { Ok(()) } else { self.flow.check_submission(self.caller, self.input.csrf_token().as_deref()) }
    }

    /// Whether the person has shown who they are so recently that they may change how they are found, or how they sign in. Where that
    /// may be no time ago, they always may; but see [`Self::is_fresh`].
    pub fn is_privileged(&self) -> bool {
        self.most().is_zero() || self.is_fresh()
    }

    /// As [`Self::is_privileged`], for passwords: where it may be no time ago, they never may.
    pub fn is_fresh(&self) -> bool {
        self.person.session.authenticated_at.plus(self.most()) > self.now()
    }

    /// How long ago they may have shown who they are.
    fn most(&self) -> Duration {
        self.caller.settings.config.selfservice.flows.settings.privileged_session_max_age
    }

    /// The time.
    pub fn now(&self) -> Time {
        self.caller.app.clock.now()
    }
}

/// What a method makes of a submission.
pub enum Outcome {
    /// Another method's.
    NotMine,
    /// The person has to show once more who they are before this can be changed.
    Refresh,
    /// The account can be changed.
    Change(Box<Change>),
}

/// What the account is to be.
pub struct Change {
    /// The method, for hooks and return addresses.
    pub method: &'static str,
    /// The identity.
    pub identity: Identity,
    /// What the schema finds in its traits.
    pub extracted: Extracted,
    /// All its credentials, but for what follows from the traits.
    pub credentials: Vec<Credential>,
}

/// The part of a method that lets people change it.
pub trait Strategy: Send + Sync {
    /// Whether people can change it.
    fn enabled(&self, settings: &Settings) -> bool;

    /// Adds what can be changed to the form.
    fn nodes(&self, context: &FormContext<'_>, form: &mut Form);

    /// Takes a submission.
    fn submit<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Outcome, Failure>>;
}
