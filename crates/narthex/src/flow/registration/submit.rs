//! What is sent to a registration flow: given to the methods in their order, and what they say put on the form.

use http::StatusCode;
use narthex_api::flow::FlowType;
use narthex_api::message::Message;

use super::http::{begin, disabled, session_available};
use super::strategy::{Attempt, Outcome, SignUp};
use super::{Registration, finish, first_form, public, schema, sort};
use crate::audit::{self, Event, Kind, Reason};
use crate::config::schemas::Schema;
use crate::edge::accept::Wants;
use crate::edge::{Caller, Problem, Reply};
use crate::flow::input::Input;
use crate::flow::{Failure, Flow, access, object_or_empty, say, store};
use crate::{method, session};

/// `POST /self-service/registration`.
pub(super) async fn submit(caller: &Caller) -> Result<Reply, Problem> {
    if session::current(caller).await?.is_some() {
        return signed_in_already(caller);
    }
    let mut flow: Flow<Registration> = access::submitted(caller).await?;
    if !caller.settings.config.selfservice.flows.registration.enabled {
        return Err(disabled());
    }
    if flow.is_expired(caller.app.clock.now()) {
        return replace_expired(caller, &flow).await;
    }
    let settings = caller.settings.clone();
    let schema = schema(&settings, &flow)?;
    let input = match Input::read(caller) {
        Ok(input) => input,
        Err(unreadable) => return refuse(caller, &mut flow, schema, None, unreadable.into()).await,
    };
    match ask_methods(caller, &mut flow, schema, &input).await {
        Ok(Outcome::SignUp(sign_up)) => sign_up_with(caller, &mut flow, schema, &input, *sign_up).await,
        Ok(Outcome::Continue) => go_on(caller, &flow, schema, &input).await,
        Ok(Outcome::NotMine) => refuse(caller, &mut flow, schema, None, no_method().into()).await,
        Err(failure) => {
            note(caller, &flow, &input, &failure, false).await;
            refuse(caller, &mut flow, schema, Some(&input), failure).await
        }
    }
}

/// Keeps in the audit log that somebody could not sign up, unless they only have to fill in the form in another way.
async fn note(caller: &Caller, flow: &Flow<Registration>, input: &Input, failure: &Failure, by_hooks: bool) {
    let Some(reason) = Reason::of_failure(failure, by_hooks) else { return };
    let method = method::named(&input.method(), flow.active.as_deref());
    audit::record(caller, Event::new(Kind::RegistrationFailed { method, reason }).flow(flow.id)).await;
}

fn signed_in_already(caller: &Caller) -> Result<Reply, Problem> {
    if caller.wants_error() == Wants::Json {
        return Err(session_available());
    }
    Ok(access::home(caller))
}

async fn ask_methods(caller: &Caller, flow: &mut Flow<Registration>, schema: &Schema, input: &Input) -> Result<Outcome, Failure> {
    for strategy in method::ALL.iter().filter_map(|method| method.registration()) {
        let outcome = strategy.submit(Attempt { caller, flow, schema, input }).await?;
        if !matches!(outcome, Outcome::NotMine) {
            return Ok(outcome);
        }
    }
    Ok(Outcome::NotMine)
}

fn no_method() -> Message {
    Message::error(4_010_003, "There is no way to sign up by what was sent. Choose one of the ways that the form offers.")
}

async fn sign_up_with(
    caller: &Caller,
    flow: &mut Flow<Registration>,
    schema: &Schema,
    input: &Input,
    sign_up: SignUp,
) -> Result<Reply, Problem> {
    match finish::finish(caller, flow, schema, input, sign_up).await {
        Ok(reply) => Ok(reply),
        Err(failure) => {
            note(caller, flow, input, &failure, true).await;
            refuse(caller, flow, schema, Some(input), failure).await
        }
    }
}

/// The form goes on: shown with status 400, because the person is not signed up yet.
async fn go_on(caller: &Caller, flow: &Flow<Registration>, schema: &Schema, input: &Input) -> Result<Reply, Problem> {
    store::update(&caller.app.db, flow).await?;
    if access::shows_page(caller, flow) {
        return Ok(Reply::see_other(&access::page(caller, flow)));
    }
    let mut shown = public(&caller.settings, schema, flow);
    shown.transient_payload = Some(object_or_empty(input.transient_payload().as_ref()));
    Ok(Reply::json_with(StatusCode::BAD_REQUEST, &shown))
}

/// Puts what is wrong on the form; what has no place there is answered as an error.
async fn refuse(
    caller: &Caller,
    flow: &mut Flow<Registration>,
    schema: &Schema,
    input: Option<&Input>,
    failure: Failure,
) -> Result<Reply, Problem> {
    let mut form = match flow.form.take() {
        Some(form) => form,
        None => first_form(&caller.settings, schema, flow),
    };
    if let Some(Ok(traits)) = input.map(|input| input.traits(&schema.compiled)) {
        form.fill("traits", &traits);
    }
    say(&mut form, failure)?;
    if let Some(password) = form.find_mut("password").and_then(narthex_api::node::Node::as_input_mut) {
        password.value = None;
    }
    sort(schema, &mut form.nodes);
    flow.form = Some(form);
    store::update(&caller.app.db, flow).await?;
    if access::shows_page(caller, flow) {
        return Ok(Reply::redirect(StatusCode::FOUND, &access::page(caller, flow)));
    }
    let mut shown = public(&caller.settings, schema, flow);
    if flow.client == FlowType::Browser {
        shown.oauth2_login_request = crate::oauth2::login_request(caller, flow.login_challenge.as_deref()).await?;
    }
    Ok(Reply::json_with(StatusCode::BAD_REQUEST, &shown))
}

/// The flow's time is over: another takes its place, with what it was begun for.
async fn replace_expired(caller: &Caller, old: &Flow<Registration>) -> Result<Reply, Problem> {
    let (mut new, kept) = begin(caller, old.client).await?;
    let settings = caller.settings.clone();
    let mut form = first_form(&settings, schema(&settings, &new)?, &new);
    new.inherit(old);
    form.messages.push(access::expired_message::<Registration>(old.expires_at));
    new.form = Some(form);
    caller.app.db.write(store::insert_into(kept, &new)?).await?;
    Ok(access::replaced(caller, old.expires_at, &new))
}
