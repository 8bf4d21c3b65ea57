//! Signing up with a code that was sent to an address of the person's.

use futures_util::future::BoxFuture;
use http::StatusCode;
use narthex_api::message::Message;
use narthex_api::node::{DEFAULT_GROUP, Input, Node};
use narthex_config::RegistrationStyle;
use narthex_courier::Template;
use narthex_db::Batch;
use narthex_schema::Extracted;
use serde_json::{Value, json};

use super::Code;
use crate::audit::{self, Event, Kind, Reason};
use crate::config::Settings;
use crate::edge::Problem;
use crate::flow::code::{self, Destination, Purpose};
use crate::flow::form::Form;
use crate::flow::registration::first_form;
use crate::flow::registration::strategy::{Attempt, FormContext, Outcome, SignUp, Step, Strategy};
use crate::flow::{Failure, State, generic_message, missing, store, violation};
use crate::identity::via_name;
use crate::method::traits;
use crate::throttle::{self, Account, Secret};

const NAME: &str = "code";

impl Strategy for Code {
    fn enabled(&self, settings: &Settings) -> bool {
        settings.config.selfservice.methods.code.passwordless_enabled
    }

    fn nodes(&self, context: &FormContext<'_>, form: &mut Form) {
        if context.step == Step::Profile {
            return;
        }
        form.append(Node::input(NAME, Input::submit("method", NAME)).labelled(Message::info(1_040_006, "Send sign up code")));
    }

    fn submit<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Outcome, Failure>> {
        Box::pin(submit(attempt))
    }
}

async fn submit(mut attempt: Attempt<'_>) -> Result<Outcome, Failure> {
    if attempt.input.method() != NAME {
        return Ok(Outcome::NotMine);
    }
    let sent = attempt.flow.state == State::SentEmail;
    let again = attempt.input.filled("resend");
    let traits = attempt.input.traits(&attempt.schema.compiled)?;
    let checked = attempt.schema.compiled.validate(&traits);
    let mut violations = checked.as_ref().err().cloned().unwrap_or_default();
    if again.as_deref().is_some_and(|word| word != NAME) {
        violations.push(violation("resend", generic_message("To have the code sent again, send resend=code.")));
    }
    let digits = attempt.input.filled(NAME);
    let (Ok(extracted), true) = (checked, violations.is_empty()) else { return Err(Failure::Invalid(violations)) };
    if !Code.enabled(&attempt.caller.settings) {
        return Err(
            Problem::new(StatusCode::NOT_FOUND, "Nobody can sign up with a code here: the method code is switched off for it.").into()
        );
    }
    if attempt.flow.state == State::PassedChallenge {
        return Ok(Outcome::NotMine);
    }
    attempt.flow.check_submission(attempt.caller, attempt.input.csrf_token().as_deref())?;
    if !sent || again.is_some() {
        return send(&mut attempt, traits, &extracted).await;
    }
    let Some(digits) = digits else {
        return Err(Failure::Invalid(vec![missing(NAME)]));
    };
    redeem(&mut attempt, traits, extracted, &digits).await
}

/// Sends a code to each address that can be signed in with.
async fn send(attempt: &mut Attempt<'_>, traits: Value, extracted: &Extracted) -> Result<Outcome, Failure> {
    let Attempt { caller, flow, schema, input } = attempt;
    if extracted.code_addresses.is_empty() {
        return Err(Message::error(4_000_009, "Nothing that was filled in can be used to sign in with a code.").into());
    }
    let mut batch = code::revoke_into(Batch::durable(), flow.id);
    for (address, via) in &extracted.code_addresses {
        let via = via_name(*via);
        let to = Destination { flow: flow.id, purpose: Purpose::Registration, identity_id: None, via: &via, address };
        let occasion = code::occasion(caller, &flow.request_url, json!({ "traits": traits }), input.transient_payload());
        batch = code::send_into(batch, caller, &to, occasion, |code, minutes| Template::RegistrationCodeValid {
            registration_code: code,
            expires_in_minutes: minutes,
        })
        .await?;
    }
    let settings = caller.settings.clone();
    let mut form = flow.form.take().unwrap_or_else(|| first_form(&settings, schema, flow));
    form.clear_messages();
    form.remove(|node| node.group != DEFAULT_GROUP || node.id() == "password");
    traits::hide(&mut form);
    form.fill("traits", &traits);
    form.set_csrf(flow.csrf_value());
    ask_for_code(&mut form);
    if settings.config.selfservice.flows.registration.style == RegistrationStyle::ProfileFirst {
        form.append(Node::input("profile", Input::submit("screen", "credential-selection")).labelled(Message::info(1_040_008, "Back")));
    }
    flow.form = Some(form);
    flow.state = State::SentEmail;
    flow.active = Some(NAME.into());
    caller.app.db.write(store::update_into(batch, flow)?).await?;
    if let Some(bell) = &caller.app.courier {
        bell.notify();
    }
    Ok(Outcome::Continue)
}

fn ask_for_code(form: &mut Form) {
    form.append(Node::input(NAME, Input::new("method", "hidden").with_value(NAME)));
    let field = Input::new(NAME, "text").required().autocomplete("one-time-code");
    form.append(Node::input(NAME, field).labelled(Message::info(1_070_012, "Registration code")));
    form.append(Node::input(NAME, Input::submit("method", NAME)).labelled(Message::info(1_070_009, "Continue")));
    form.append(Node::input(NAME, Input::submit("resend", NAME)).labelled(Message::info(1_070_008, "Resend code")));
    form.messages.push(Message::info(
        1_040_005,
        "A code was sent to the address that you gave. If it does not arrive, check the address, and have it sent again.",
    ));
}

/// Takes the code that was sent.
async fn redeem(attempt: &mut Attempt<'_>, traits: Value, extracted: Extracted, digits: &str) -> Result<Outcome, Failure> {
    let Attempt { caller, flow, .. } = attempt;
    if flow.form.as_ref().is_some_and(|form| !form.holds("traits", &traits)) {
        return Err(other_traits().into());
    }
    let addresses: Vec<Account<'_>> = extracted.code_addresses.iter().map(|(address, _)| Account::Named(address)).collect();
    let counted = throttle::count(caller, Secret::Code, &addresses, None).await?;
    let most = i64::from(caller.settings.config.selfservice.methods.code.config.max_submissions);
    if !store::count_try(&caller.app.db, flow.id, most).await? {
        let failed = Kind::RegistrationFailed { method: Some(NAME), reason: Reason::TooManyTries };
        audit::record(caller, Event::new(failed).flow(flow.id)).await;
        return Err(Problem::bad_request("The code was tried too often. Please begin again.").into());
    }
    let now = caller.app.clock.now();
    let found = code::find(&caller.app.db, caller, Purpose::Registration, flow.id, digits).await?;
    let Some(sent) = found.filter(|sent| sent.expires_at > now) else {
        return Err(Message::error(4_040_003, "The code is not the one that was sent, or it is too old. Please try again.").into());
    };
    // The form takes over other traits when they are sent, so the address has to be looked at, too.
    if !extracted.code_addresses.iter().any(|(address, _)| *address == sent.address) {
        return Err(other_traits().into());
    }
    flow.state = State::PassedChallenge;
    Ok(Outcome::SignUp(Box::new(SignUp {
        method: NAME,
        traits,
        extracted,
        credentials: Vec::new(),
        verified_address: Some(sent.address),
        also: counted.right_into(code::use_into(Batch::durable(), sent.id, now)),
    })))
}

fn other_traits() -> Message {
    Message::error(4_000_036, "What was filled in differs from what the code was sent for. Please have a new code sent.")
}
