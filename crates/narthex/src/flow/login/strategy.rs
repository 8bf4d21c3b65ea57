//! What a method has to do to let people sign in with it.

use futures_util::future::BoxFuture;
use narthex_api::message::Message;
use narthex_api::node::{Input as Field, Node};
use narthex_api::session::AuthenticationMethod;
use narthex_db::Batch;

use super::Login;
use crate::config::Settings;
use crate::edge::Caller;
use crate::flow::form::Form;
use crate::flow::input::Input;
use crate::flow::{Failure, Flow};
use crate::identity::{Credential, Identity};
use crate::session::Session;
use crate::throttle::Try;

/// The part of the form that is asked for.
#[derive(Clone, Copy)]
pub enum Step<'a> {
    /// Everything at once.
    Whole,
    /// The first of two steps: who signs in.
    Identifier,
    /// The second: how. The credentials are those of the account; without them all ways are offered.
    Credentials(Option<&'a [Credential]>),
    /// Somebody who is signed in proves it again.
    Refresh(&'a Person),
    /// Somebody who is signed in shows a second factor.
    SecondFactor(&'a Person),
}

/// Who is signed in, and all their credentials.
pub struct Person {
    /// Who it is.
    pub identity: Identity,
    /// Their credentials.
    pub credentials: Vec<Credential>,
}

impl Person {
    /// Their credential of this type.
    pub fn credential(&self, kind: &str) -> Option<&Credential> {
        self.credentials.iter().find(|credential| credential.kind == kind)
    }
}

/// What a method knows when it adds its elements to a form.
pub struct FormContext<'a> {
    /// The settings in force.
    pub settings: &'a Settings,
    /// What the field is called that asks who signs in.
    pub label: Message,
    /// Whether the flow is a browser's.
    pub browser: bool,
    /// Which part of the form is asked for.
    pub step: Step<'a>,
}

impl FormContext<'_> {
    /// The field that asks who signs in.
    pub fn identifier(&self, group: &'static str) -> Node {
        Node::input(group, Field::new("identifier", "text").with_value("").required()).labelled(self.label.clone())
    }
}

/// A submission, as a method gets it.
pub struct Attempt<'a> {
    /// The request.
    pub caller: &'a Caller,
    /// The flow; what a method changes is kept with the answer.
    pub flow: &'a mut Flow<Login>,
    /// What was sent.
    pub input: &'a Input,
    /// Who is signed in already.
    pub current: Option<&'a (Session, Identity)>,
}

/// What a method makes of a submission.
pub enum Outcome {
    /// Another method's.
    NotMine,
    /// The form goes on: the person has to do something more.
    Continue,
    /// The person has shown who they are.
    SignIn(Box<SignIn>),
}

/// Who signs in, and how they have shown it.
pub struct SignIn {
    /// The method, for hooks and return addresses.
    pub method: &'static str,
    /// Who it is.
    pub identity: Identity,
    /// Whether something about them has changed with it, such as an address that counts as verified now.
    pub changed: bool,
    /// The proof, for the session.
    pub proof: AuthenticationMethod,
    /// What is written with the session: a used code, a better hash.
    pub also: Batch,
    /// The try that was right, which does not count, whatever becomes of the sign-in.
    pub counted: Try,
}

/// The part of a method that lets people sign in.
pub trait Strategy: Send + Sync {
    /// Whether people can sign in with it.
    fn enabled(&self, settings: &Settings) -> bool;

    /// Adds what it asks for to the form.
    fn nodes(&self, context: &FormContext<'_>, form: &mut Form);

    /// Takes a submission.
    fn submit<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Outcome, Failure>>;
}
