//! Signing up with a password.

use futures_util::future::BoxFuture;
use http::StatusCode;
use narthex_api::message::Message;
use narthex_api::node::{Input, Node};
use narthex_db::Batch;
use narthex_hash::Password as Clear;
use serde_json::json;

use super::{Password, hash_failure, policy};
use crate::config::Settings;
use crate::edge::Problem;
use crate::flow::form::Form;
use crate::flow::registration::strategy::{Attempt, FormContext, Outcome, SignUp, Step, Strategy};
use crate::flow::{Failure, missing, violation};
use crate::identity::Credential;

const NAME: &str = "password";

impl Strategy for Password {
    fn enabled(&self, settings: &Settings) -> bool {
        settings.config.selfservice.methods.password.enabled
    }

    fn nodes(&self, context: &FormContext<'_>, form: &mut Form) {
        if context.step == Step::Profile {
            return;
        }
        let field = Input::new(NAME, "password").required().autocomplete("new-password");
        form.upsert(Node::input(NAME, field).labelled(Message::info(1_070_001, "Password")));
        form.append(Node::input(NAME, Input::submit("method", NAME)).labelled(Message::info(1_040_001, "Sign up")));
    }

    fn submit<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Outcome, Failure>> {
        Box::pin(submit(attempt))
    }
}

async fn submit(attempt: Attempt<'_>) -> Result<Outcome, Failure> {
    let Attempt { caller, flow, schema, input } = &attempt;
    if input.method() != NAME {
        return Ok(Outcome::NotMine);
    }
    if !Password.enabled(&caller.settings) {
        return Err(disabled().into());
    }
    let password = input.filled(NAME);
    let traits = input.traits(&schema.compiled)?;
    let extracted = match (schema.compiled.validate(&traits), &password) {
        (Ok(extracted), Some(_)) => extracted,
        (Ok(_), None) => return Err(Failure::Invalid(vec![missing(NAME)])),
        (Err(mut violations), password) => {
            if password.is_none() {
                violations.push(missing(NAME));
            }
            return Err(Failure::Invalid(violations));
        }
    };
    flow.check_submission(caller, input.csrf_token().as_deref())?;
    let password = Clear::from(password.unwrap_or_default());
    if extracted.password_identifiers.is_empty() {
        return Err(no_identifier().into());
    }
    policy::check(caller, &password, &extracted.password_identifiers).await?;
    let hash = caller.app.hasher.hash(password, &caller.settings.hashing).await.map_err(hash_failure)?;
    let now = caller.app.clock.now();
    let credential = Credential::new(NAME, json!({ "hashed_password": hash }), extracted.password_identifiers.clone(), now);
    Ok(Outcome::SignUp(Box::new(SignUp {
        method: NAME,
        traits,
        extracted,
        credentials: vec![credential],
        verified_address: None,
        also: Batch::durable(),
    })))
}

fn disabled() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "Nobody can sign up with a password here: the method password is switched off.")
}

impl From<policy::Refusal> for Failure {
    fn from(refusal: policy::Refusal) -> Self {
        match refusal {
            policy::Refusal::Unfit(message) => Self::Invalid(vec![violation(NAME, *message)]),
            policy::Refusal::Unchecked(problem) => (*problem).into(),
        }
    }
}

fn no_identifier() -> Message {
    Message::error(4_000_009, "Nothing that was filled in can be used to sign in with a password.")
}
