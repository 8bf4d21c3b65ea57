//! Changing the password, or choosing a first one.

use futures_util::future::BoxFuture;
use narthex_api::message::Message;
use narthex_api::node::{Input, Node};
use narthex_hash::Password as Clear;
use serde_json::{Value, json};

use super::{Password, hash_failure, policy};
use crate::config::Settings;
use crate::flow::form::Form;
use crate::flow::settings::disabled;
use crate::flow::settings::strategy::{Attempt, Change, FormContext, Outcome, Strategy};
use crate::flow::{Failure, missing, violation};
use crate::identity::Credential;

const NAME: &str = "password";

impl Strategy for Password {
    fn enabled(&self, settings: &Settings) -> bool {
        settings.config.selfservice.methods.password.enabled
    }

    fn nodes(&self, _context: &FormContext<'_>, form: &mut Form) {
        let field = Input::new(NAME, "password").required().autocomplete("new-password");
        form.upsert(Node::input(NAME, field).labelled(Message::info(1_070_001, "Password")));
        form.append(Node::input(NAME, Input::submit("method", NAME)).labelled(Message::info(1_070_003, "Save")));
    }

    fn submit<'a>(&'a self, mut attempt: Attempt<'a>) -> BoxFuture<'a, Result<Outcome, Failure>> {
        Box::pin(async move {
            let outcome = submit(&mut attempt).await;
            if outcome.is_err() {
                attempt.form.clear_messages();
            }
            outcome
        })
    }
}

async fn submit(attempt: &mut Attempt<'_>) -> Result<Outcome, Failure> {
    let Attempt { caller, input, person, schema, .. } = *attempt;
    if input.method() != NAME {
        return Ok(Outcome::NotMine);
    }
    if !Strategy::enabled(&Password, &caller.settings) {
        return Err(disabled(NAME).into());
    }
    attempt.check()?;
    if !attempt.is_fresh() {
        return Ok(Outcome::Refresh);
    }
    let password = input.filled(NAME).ok_or_else(|| Failure::Invalid(vec![missing(NAME)]))?;
    let password = Clear::from(password);
    let extracted = schema.validate(&person.identity.traits).map_err(Failure::Invalid)?;
    policy::check(caller, &password, &extracted.password_identifiers).await?;
    let known = person.credentials.iter().find(|credential| credential.kind == NAME);
    if let Some(hash) = known.and_then(|known| known.config.get("hashed_password")).and_then(Value::as_str).filter(|hash| !hash.is_empty())
        && caller.app.hasher.verify(password.clone(), hash).await.map_err(hash_failure)?
    {
        let message = Message::error(4_000_039, "That is the password that you have already. Please choose another one.");
        return Err(Failure::Invalid(vec![violation(NAME, message)]));
    }
    let hash = caller.app.hasher.hash(password, &caller.settings.hashing).await.map_err(hash_failure)?;
    let config = json!({ "hashed_password": hash });
    let now = attempt.now();
    let mut credentials = person.credentials.clone();
    match credentials.iter_mut().find(|credential| credential.kind == NAME) {
        Some(known) => {
            known.config = config;
            known.updated_at = now;
        }
        None => credentials.push(Credential::new(NAME, config, extracted.password_identifiers.clone(), now)),
    }
    Ok(Outcome::Change(Box::new(Change { method: NAME, identity: person.identity.clone(), extracted, credentials })))
}
