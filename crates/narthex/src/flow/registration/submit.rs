//! What is sent to a registration flow: given to the methods in their order, and what they say put on the form.

use http::StatusCode;
use narthex_api::flow::FlowType;
use narthex_api::message::Message;
use narthex_db::DbError;
use serde_json::json;
use uuid::Uuid;

use super::http::{begin, disabled, page, session_available};
use super::strategy::{Attempt, Outcome, SignUp};
use super::{Registration, finish, first_form, public, schema, sort};
use crate::config::schemas::Schema;
use crate::edge::accept::Wants;
use crate::edge::{Caller, Problem, Reply};
use crate::flow::input::Input;
use crate::flow::{Failure, Flow, generic_message, object_or_empty, store};
use crate::{method, session};

/// `POST /self-service/registration`.
pub(super) async fn submit(caller: &Caller) -> Result<Reply, Problem> {
    if session::current(caller).await?.is_some() {
        return signed_in_already(caller);
    }
    let id = caller.query.get("flow").and_then(|id| Uuid::parse_str(id).ok()).filter(|id| !id.is_nil()).ok_or_else(|| {
        Problem::bad_request("The parameter flow of the URL is missing or is no id: send the form to the address in ui.action.")
    })?;
    let flow: Option<Flow<Registration>> = store::find(&caller.app.db, id).await?;
    let mut flow = flow.ok_or_else(|| Problem::not_found("There is no such registration flow. It may have ended long ago; begin a new one."))?;
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
        Err(failure) => refuse(caller, &mut flow, schema, Some(&input), failure).await,
    }
}

fn signed_in_already(caller: &Caller) -> Result<Reply, Problem> {
    if caller.wants_error() == Wants::Json {
        return Err(session_available());
    }
    let settings = &caller.settings;
    let own = caller.query.filled("return_to").and_then(|url| settings.return_to.own_page(url));
    let target = own.unwrap_or_else(|| settings.config.selfservice.default_browser_return_url.as_str().to_owned());
    Ok(Reply::redirect(StatusCode::FOUND, &target))
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

async fn sign_up_with(caller: &Caller, flow: &mut Flow<Registration>, schema: &Schema, input: &Input, sign_up: SignUp) -> Result<Reply, Problem> {
    match finish::finish(caller, flow, schema, input, sign_up).await {
        Ok(reply) => Ok(reply),
        Err(failure) => refuse(caller, flow, schema, Some(input), failure).await,
    }
}

/// The form goes on: shown with status 400, because the person is not signed up yet.
async fn go_on(caller: &Caller, flow: &Flow<Registration>, schema: &Schema, input: &Input) -> Result<Reply, Problem> {
    store::update(&caller.app.db, flow).await?;
    if flow.client == FlowType::Browser && caller.wants_error() == Wants::Html {
        return Ok(Reply::see_other(&page(caller, flow)));
    }
    let mut shown = public(&caller.settings, schema, flow);
    shown.transient_payload = Some(object_or_empty(input.transient_payload().as_ref()));
    Ok(Reply::json_with(StatusCode::BAD_REQUEST, &shown))
}

/// Puts what is wrong on the form; what has no place there is answered as an error.
async fn refuse(caller: &Caller, flow: &mut Flow<Registration>, schema: &Schema, input: Option<&Input>, failure: Failure) -> Result<Reply, Problem> {
    let mut form = match flow.form.take() {
        Some(form) => form,
        None => first_form(&caller.settings, schema, flow),
    };
    form.clear_messages();
    match failure {
        Failure::Problem(problem) if problem.status != StatusCode::BAD_REQUEST || problem.id.is_some() => return Err(*problem),
        Failure::Problem(problem) => form.messages.push(generic_message(&problem.reason)),
        Failure::Refused(message) => form.messages.push(*message),
        Failure::Invalid(violations) => form.say_violations(violations),
    }
    if let Some(Ok(traits)) = input.map(|input| input.traits(&schema.compiled)) {
        form.fill("traits", &traits);
    }
    if let Some(password) = form.find_mut("password").and_then(narthex_api::node::Node::as_input_mut) {
        password.value = None;
    }
    sort(schema, &mut form.nodes);
    flow.form = Some(form);
    store::update(&caller.app.db, flow).await?;
    if flow.client == FlowType::Browser && caller.wants_error() == Wants::Html {
        return Ok(Reply::redirect(StatusCode::FOUND, &page(caller, flow)));
    }
    let mut shown = public(&caller.settings, schema, flow);
    if flow.client == FlowType::Browser {
        shown.oauth2_login_request = crate::oauth2::login_request(caller, flow.login_challenge.as_deref()).await?;
    }
    Ok(Reply::json_with(StatusCode::BAD_REQUEST, &shown))
}

/// The flow's time is over: another takes its place, with what it was begun for.
async fn replace_expired(caller: &Caller, old: &Flow<Registration>) -> Result<Reply, Problem> {
    let now = caller.app.clock.now();
    let mut new = begin(caller, old.client).await?;
    new.request_url.clone_from(&old.request_url);
    new.return_to.clone_from(&old.return_to);
    new.identity_schema.clone_from(&old.identity_schema);
    new.organization_id = old.organization_id;
    new.login_challenge.clone_from(&old.login_challenge);
    let settings = caller.settings.clone();
    let mut form = first_form(&settings, schema(&settings, &new)?, &new);
    form.messages.push(
        Message::error(4_040_001, "")
            .with_text("The time to fill in the form is over. Please try again.")
            .with_context(json!({ "expired_at": old.expires_at, "expired_at_unix": old.expires_at.unix() })),
    );
    new.form = Some(form);
    store::insert(&caller.app.db, &new).await?;
    if new.client == FlowType::Browser && caller.wants_error() == Wants::Html {
        return Ok(Reply::see_other(&page(caller, &new)));
    }
    let since = i64::try_from(now.since(old.expires_at).as_nanos()).unwrap_or(i64::MAX);
    let problem = Problem::new(StatusCode::GONE, "The registration flow has expired. Go on with the new flow that use_flow_id names.")
        .with_id("self_service_flow_expired")
        .with("expired_at", old.expires_at.to_string())
        .with("since", since)
        .with("use_flow_id", new.id.to_string());
    Ok(Reply::problem(&problem, settings.config.dev))
}

/// What a taken identifier is answered with.
pub(super) fn conflict(error: DbError) -> Failure {
    match error {
        DbError::Conflict { .. } => Message::error(4_000_007, "An account with the same identifier (email, phone, username, ...) exists already.").into(),
        other => other.into(),
    }
}
