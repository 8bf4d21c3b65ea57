//! What is sent to a recovery flow: an address, a code, or a link that was followed.

use http::{Method, StatusCode};
use narthex_api::continue_with::{ContinueWith, FlowTarget};
use narthex_api::flow::FlowType;
use narthex_api::message::Message;
use narthex_schema::no_email;
use serde_json::{Value, json};

use super::http::{disabled, new};
use super::{By, Recovery, code, form, link, public};
use crate::edge::accept::Wants;
use crate::edge::{Caller, Problem, Reply};
use crate::flow::beat::Beat;
use crate::flow::input::Input;
use crate::flow::{Failure, Flow, access, address, object_or_empty, say, store, violation};

/// `POST /self-service/recovery`, and `GET` for the links in mails.
pub(super) async fn submit(caller: &Caller) -> Result<Reply, Problem> {
    let beat = Beat::begin(caller);
    let mut flow: Flow<Recovery> = access::submitted(caller).await?;
    if !caller.settings.config.selfservice.flows.recovery.enabled && !flow.own.by_admin {
        return Err(disabled());
    }
    if flow.is_expired(caller.app.clock.now()) {
        return replace_expired(caller, &flow).await;
    }
    let by_code = is_by_code(&flow);
    if *caller.method() == Method::GET {
        return match caller.query.filled("token") {
            Some(token) if !by_code => link::follow(caller, flow, token).await,
            _ if caller.wants_error() == Wants::Html => Ok(Reply::see_other(&access::page(caller, &flow))),
            _ if by_code => refuse(caller, &mut flow, Problem::bad_request("A code is sent with POST.").into()).await,
            _ => refuse(caller, &mut flow, no_method().into()).await,
        };
    }
    if let (Some(token), false) = (caller.query.filled("token"), by_code) {
        return link::follow(caller, flow, token).await;
    }
    let input = match Input::read(caller) {
        Ok(input) => input,
        Err(unreadable) => return refuse(caller, &mut flow, unreadable.into()).await,
    };
    let answer = match ask_methods(caller, &mut flow, &input).await {
        Ok(reply) => Ok(reply),
        Err(failure) => refuse(caller, &mut flow, failure).await,
    };
    beat.wait().await;
    answer
}

/// Whether codes are taken. Clients know that a flow takes none any more once something of no method was sent to it.
fn is_by_code(flow: &Flow<Recovery>) -> bool {
    flow.active.as_deref() == Some("code")
}

async fn ask_methods(caller: &Caller, flow: &mut Flow<Recovery>, input: &Input) -> Result<Reply, Failure> {
    let by_code = is_by_code(flow);
    if !by_code {
        flow.active = Some("link".into());
    }
    check_email(input)?;
    if by_code && let Some(reply) = code::submit(caller, flow, input).await? {
        return Ok(reply);
    }
    if input.method() == "link" {
        return link::submit(caller, flow, input).await;
    }
    flow.active = Some("default".into());
    Err(no_method().into())
}

fn no_method() -> Message {
    Message::error(4_010_005, "There is no way to recover an account by what was sent. Use what the form offers.")
}

/// Checks the form of a mail address, if one was sent.
fn check_email(input: &Input) -> Result<(), Failure> {
    // Clients know a list or an object by its last character.
    let given = match input.json().and_then(|members| members.get("email")) {
        Some(Value::Array(_)) => Some("]".to_owned()),
        Some(Value::Object(_)) => Some("}".to_owned()),
        _ => input.filled("email"),
    };
    let Some(email) = given else { return Ok(()) };
    let wrong: Vec<_> =
        no_email(&email).map(|message| violation("email", message)).into_iter().chain(address::too_long("email", &email)).collect();
    if wrong.is_empty() { Ok(()) } else { Err(Failure::Invalid(wrong)) }
}

/// Puts what is wrong on the form; what has no place there is answered as an error.
async fn refuse(caller: &Caller, flow: &mut Flow<Recovery>, failure: Failure) -> Result<Reply, Problem> {
    let mut form = flow.form.take().unwrap_or_else(|| form::first(flow));
    say(&mut form, failure)?;
    flow.form = Some(form);
    store::update(&caller.app.db, flow).await?;
    if access::shows_page(caller, flow) {
        return Ok(Reply::see_other(&access::page(caller, flow)));
    }
    Ok(Reply::json_with(StatusCode::BAD_REQUEST, &public(&caller.settings, flow)))
}

/// The flow as it goes on; `sent_along` is shown, too, where it is given.
pub(super) fn show(caller: &Caller, flow: &Flow<Recovery>, sent_along: Option<&Input>) -> Reply {
    if access::shows_page(caller, flow) {
        return Reply::see_other(&access::page(caller, flow));
    }
    let mut shown = public(&caller.settings, flow);
    shown.transient_payload = sent_along.map(|input| object_or_empty(input.transient_payload().as_ref()));
    Reply::json(&shown)
}

/// A new flow takes the place of one that cannot go on. `told` is what programs learn that know `continue_with`.
pub(super) async fn replace(caller: &Caller, by: By, failure: Failure, told: Option<Problem>) -> Result<Reply, Problem> {
    let cookie = caller.csrf_cookie(caller.renew_csrf());
    let mut flow = new(caller, by.client());
    let told = told.unwrap_or_else(|| in_short(&failure));
    let mut form = form::first(&flow);
    if let Err(problem) = say(&mut form, failure) {
        return Ok(caller.answer(&problem).await.cookie(&cookie));
    }
    flow.form = Some(form);
    store::insert(&caller.app.db, &flow).await?;
    let reply = if by.shows_page(caller) {
        Reply::see_other(&access::page(caller, &flow))
    } else if caller.settings.config.feature_flags.use_continue_with_transitions {
        Reply::problem(&with_next(told, &flow), caller.settings.config.dev)
    } else {
        Reply::see_other(&format!("{}/self-service/recovery/flows?id={}", caller.settings.public_url, flow.id))
    };
    Ok(reply.cookie(&cookie))
}

/// What went wrong, for programs.
fn in_short(failure: &Failure) -> Problem {
    match failure {
        Failure::Problem(problem) => (**problem).clone(),
        Failure::Refused(message) => Problem::bad_request(message.text.clone()),
        Failure::Invalid(violations) => {
            let texts: Vec<&str> = violations.iter().map(|violation| violation.message.text.as_ref()).collect();
            Problem::bad_request(texts.join(" "))
        }
    }
}

/// The same error with the flow to go on with.
fn with_next(problem: Problem, flow: &Flow<Recovery>) -> Problem {
    let next = ContinueWith::ShowRecoveryUi { flow: FlowTarget { id: flow.id, url: None } };
    let mut problem = problem.with_detail("continue_with", json!([next]));
    problem.details.sort_keys();
    problem
}

/// The flow's time is over: another takes its place, with what it was begun for.
async fn replace_expired(caller: &Caller, old: &Flow<Recovery>) -> Result<Reply, Problem> {
    let mut new = new(caller, old.client);
    new.inherit(old);
    new.own.skip_settings = old.own.skip_settings;
    let mut form = form::first(&new);
    form.messages.push(access::expired_message::<Recovery>(old.expires_at));
    new.form = Some(form);
    store::insert(&caller.app.db, &new).await?;
    if caller.settings.config.feature_flags.use_continue_with_transitions && new.client == FlowType::Api {
        return Ok(access::replaced_with(caller, old.expires_at, &new, |problem| with_next(problem, &new)));
    }
    Ok(access::elsewhere(caller, &new))
}
