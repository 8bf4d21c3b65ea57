//! What a method has to do to let people sign up with it.

use futures_util::future::BoxFuture;
use narthex_db::Batch;
use narthex_schema::{Extracted, IdentitySchema};
use serde_json::Value;

use super::Registration;
use crate::config::Settings;
use crate::config::schemas::Schema;
use crate::edge::Caller;
use crate::flow::form::Form;
use crate::flow::input::Input;
use crate::flow::{Failure, Flow};
use crate::identity::Credential;

/// The part of the form that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Everything at once.
    Whole,
    /// The first of two steps: who the person is.
    Profile,
    /// The second: how they will sign in.
    Credentials,
}

/// What a method knows when it adds its elements to a form.
pub struct FormContext<'a> {
    /// The settings in force.
    pub settings: &'a Settings,
    /// The schema of the account.
    pub schema: &'a IdentitySchema,
    /// Whether the flow is a browser's.
    pub browser: bool,
    /// Which part of the form is asked for.
    pub step: Step,
}

/// A submission, as a method gets it.
pub struct Attempt<'a> {
    /// The request.
    pub caller: &'a Caller,
    /// The flow; what a method changes is kept with the answer.
    pub flow: &'a mut Flow<Registration>,
    /// The schema of the account.
    pub schema: &'a Schema,
    /// What was sent.
    pub input: &'a Input,
}

/// What a method makes of a submission.
pub enum Outcome {
    /// Another method's.
    NotMine,
    /// The form goes on: the person has to do something more.
    Continue,
    /// The person can be signed up.
    SignUp(Box<SignUp>),
}

/// Who signs up, and how they will sign in.
pub struct SignUp {
    /// The method, for hooks, sessions and return addresses.
    pub method: &'static str,
    /// What is known of the person.
    pub traits: Value,
    /// What the schema finds in the traits.
    pub extracted: Extracted,
    /// The credentials that the method has made.
    pub credentials: Vec<Credential>,
    /// The address that the person has shown to be theirs on the way.
    pub verified_address: Option<String>,
    /// What is written with the account: a used code.
    pub also: Batch,
}

/// The part of a method that lets people sign up.
pub trait Strategy: Send + Sync {
    /// Whether people can sign up with it.
    fn enabled(&self, settings: &Settings) -> bool;

    /// Adds what it asks for to the form.
    fn nodes(&self, context: &FormContext<'_>, form: &mut Form);

    /// Takes a submission.
    fn submit<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Outcome, Failure>>;
}

impl Attempt<'_> {
    /// Checks the traits that were sent against the schema.
    ///
    /// # Errors
    /// With what each of them violates.
    pub fn traits(&self) -> Result<(Value, Extracted), Failure> {
        let traits = self.input.traits(&self.schema.compiled)?;
        let extracted = self.schema.compiled.validate(&traits).map_err(Failure::Invalid)?;
        Ok((traits, extracted))
    }
}
