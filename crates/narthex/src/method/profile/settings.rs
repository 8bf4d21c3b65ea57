//! Changing what is known of a person.

use futures_util::future::BoxFuture;
use narthex_api::message::Message;
use narthex_api::node::{Input, Node};
use serde_json::{Value, json};

use super::Profile;
use crate::config::Settings;
use crate::flow::Failure;
use crate::flow::form::Form;
use crate::flow::settings::disabled;
use crate::flow::settings::strategy::{Attempt, Change, FormContext, Outcome, Strategy};
use crate::method::traits;

const NAME: &str = "profile";

impl Strategy for Profile {
    fn enabled(&self, settings: &Settings) -> bool {
        settings.config.selfservice.methods.profile.enabled
    }

    fn nodes(&self, context: &FormContext<'_>, form: &mut Form) {
        traits::nodes(context.schema, NAME, form);
        form.fill_all("traits", &context.identity.traits, NAME);
        form.append(Node::input(NAME, Input::submit("method", NAME)).labelled(Message::info(1_070_003, "Save")));
    }

    fn submit<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Outcome, Failure>> {
        Box::pin(async move { submit(attempt) })
    }
}

fn submit(attempt: Attempt<'_>) -> Result<Outcome, Failure> {
    let Attempt { caller, input, person, schema, .. } = attempt;
    if input.method() != NAME {
        // Where something else is changed, the form shows again what is known.
        attempt.form.fill_all("traits", &person.identity.traits, NAME);
        return Ok(Outcome::NotMine);
    }
    if !Strategy::enabled(&Profile, &caller.settings) {
        return Err(disabled(NAME).into());
    }
    let mut traits = input.traits(schema)?;
    if !traits.is_object() {
        traits = json!({});
    }
    let checked = schema.validate(&traits);
    if checked.is_ok() {
        attempt.check()?;
    }
    show(attempt.form, &traits);
    let extracted = checked.map_err(Failure::Invalid)?;
    let keys_stay = schema.validate(&person.identity.traits).is_ok_and(|known| known == extracted);
    if !keys_stay && !attempt.is_privileged() {
        return Ok(Outcome::Refresh);
    }
    extracted.normalize_phones(&mut traits);
    let mut identity = person.identity.clone();
    identity.traits = traits;
    identity.readdress(&extracted, attempt.now());
    Ok(Outcome::Change(Box::new(Change { method: NAME, identity, extracted, credentials: person.credentials.clone() })))
}

/// The form shows what was sent, and says nothing of what was sent before.
fn show(form: &mut Form, traits: &Value) {
    for node in form.nodes.iter_mut().filter(|node| node.id().starts_with("traits")) {
        node.messages.clear();
        if let Some(input) = node.as_input_mut() {
            input.value = None;
        }
    }
    form.fill_all("traits", traits, NAME);
}
