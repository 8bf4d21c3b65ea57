//! What is sent to a verification flow: an address to send to, a code, or a link that was followed.

use http::{Method, StatusCode};
use narthex_api::message::Message;
use narthex_config::AddressMethod;
use narthex_db::Batch;
use narthex_schema::normalize_identifier;
use uuid::Uuid;

use super::http::{begin_again, disabled};
use super::{Verification, awaited, form, method_name, public, redeem, send};
use crate::edge::{Caller, Problem, Reply};
use crate::flow::address::{self, To};
use crate::flow::beat::Beat;
use crate::flow::form::Form;
use crate::flow::input::Input;
use crate::flow::{Failure, Flow, State, access, code, missing, object_or_empty, store};
use crate::identity::store as identities;

/// `POST /self-service/verification`, and `GET` for the links in mails.
pub(super) async fn submit(caller: &Caller) -> Result<Reply, Problem> {
    let beat = Beat::begin(caller);
    let answer = take(caller).await;
    beat.wait().await;
    answer
}

async fn take(caller: &Caller) -> Result<Reply, Problem> {
    let mut flow: Flow<Verification> = access::submitted(caller).await?;
    if !caller.settings.config.selfservice.flows.verification.enabled {
        return Err(disabled());
    }
    if flow.is_expired(caller.app.clock.now()) {
        let (mut new, cookie) = begin_again(caller, access::expired_message::<Verification>(flow.expires_at).into())?;
        new.inherit(&flow);
        store::insert(&caller.app.db, &new).await?;
        return Ok(access::elsewhere(caller, &new).cookie(&cookie));
    }
    if *caller.method() == Method::GET {
        return follow(caller, flow).await;
    }
    let uses_code = caller.settings.config.selfservice.flows.verification.r#use == AddressMethod::Code;
    if let (Some(token), false) = (caller.query.filled("token"), uses_code) {
        return redeem::link(caller, flow, token).await;
    }
    let input = match Input::read(caller) {
        Ok(input) => input,
        Err(unreadable) => return refuse(caller, &mut flow, unreadable.into(), None).await,
    };
    let (digits, method) = (input.filled("code"), input.method());
    let mine = method == method_name(&caller.settings) || (method.is_empty() && uses_code && digits.is_some());
    if !mine || is_spoilt(&flow) {
        return not_mine(caller, &mut flow, &method, &input.text("email").unwrap_or_default()).await;
    }
    if flow.state == State::PassedChallenge {
        return over(caller).await;
    }
    if let (true, Some(digits)) = (uses_code, digits) {
        let owner = owner(caller, &flow).await?;
        return match code::count_try(caller, &flow, owner).await {
            Ok(counted) => redeem::code(caller, flow, counted, &digits, input.transient_payload()).await,
            Err(failure) => {
                flow.form.iter_mut().for_each(Form::clear_messages);
                refuse(caller, &mut flow, failure, None).await
            }
        };
    }
    match ask(caller, &mut flow, &input).await {
        Ok(()) => Ok(show(caller, &flow)),
        Err(failure) => refuse(caller, &mut flow, failure, input.text("email")).await,
    }
}

/// Whose address a code or link of this flow went to.
pub(super) async fn owner(caller: &Caller, flow: &Flow<Verification>) -> Result<Option<Uuid>, Problem> {
    let Some(address) = &flow.sent_to else { return Ok(None) };
    Ok(identities::by_address(&caller.app.db, "verifiable", address).await?.map(|(identity, _)| identity.id))
}

/// A link was followed: one with a code fills it in, one with a token is good by itself.
async fn follow(caller: &Caller, mut flow: Flow<Verification>) -> Result<Reply, Problem> {
    let uses_code = caller.settings.config.selfservice.flows.verification.r#use == AddressMethod::Code;
    match (caller.query.filled("code"), caller.query.filled("token")) {
        (Some(code), _) if uses_code && flow.state == State::SentEmail => redeem::fill_in(caller, flow, code).await,
        (_, Some(token)) if !uses_code => redeem::link(caller, flow, token).await,
        _ if caller.is_json() => {
            let method = caller.query.get("method").unwrap_or_default().to_owned();
            not_mine(caller, &mut flow, &method, "").await
        }
        _ => Ok(Reply::see_other(&access::page(caller, &flow))),
    }
}

/// Sends a code or link to the address that was given. Whether an account has the address is not told.
async fn ask(caller: &Caller, flow: &mut Flow<Verification>, input: &Input) -> Result<(), Failure> {
    let settings = caller.settings.clone();
    let address = input.filled("email").ok_or_else(|| Failure::Invalid(vec![missing("email")]))?;
    if let Some(violation) = address::too_long("email", &address) {
        return Err(Failure::Invalid(vec![violation]));
    }
    flow.check_submission(caller, input.csrf_token().as_deref())?;
    let value = normalize_identifier(&address);
    let known = match awaited::owner(caller, flow, &value).await? {
        None => identities::by_address(&caller.app.db, "verifiable", &value).await?,
        waiting => waiting,
    };
    let via = match &known {
        Some((_, via)) => via.clone(),
        None if address.contains('@') => "email".to_owned(),
        None => "sms".to_owned(),
    };
    flow.state = State::SentEmail;
    flow.sent_to = Some(normalize_identifier(&address));
    flow.active = Some(method_name(&settings).into());
    flow.form = Some(form::sent(&settings, flow, &address, &via, "email"));
    // Whether anybody has the address or not: tries are counted there from now on, so no code to another one counts.
    let mut batch = code::revoke_into(store::update_into(Batch::durable(), flow)?, flow.id);
    if let Some((mut identity, _)) = known {
        let now = caller.app.clock.now();
        let to = To { identity: &identity, address: &value, via: &via };
        batch = send::send_into(batch, caller, flow, to, input.transient_payload()).await?;
        for known in identity.verifiable_addresses.iter_mut().filter(|known| known.value == value && !known.verified) {
            known.status = "sent".into();
            known.updated_at = now;
        }
        batch = identities::update_into(batch, &identity, None);
    } else if let Some(notice) = send::notice(caller, flow, &address, &via, input.transient_payload()).await {
        batch = batch.append(notice);
    }
    caller.app.db.write(batch).await?;
    if let Some(bell) = &caller.app.courier {
        bell.notify();
    }
    Ok(())
}

/// Whether a submission by another method has left the flow without one. Clients know such flows as useless.
fn is_spoilt(flow: &Flow<Verification>) -> bool {
    flow.active.as_deref() == Some("default")
}

/// The submission is no method's. One that is switched on, but not in use here, says so twice, as clients know it.
async fn not_mine(caller: &Caller, flow: &mut Flow<Verification>, method: &str, address: &str) -> Result<Reply, Problem> {
    let methods = &caller.settings.config.selfservice.methods;
    let known = (method == "code" && methods.code.enabled) || (method == "link" && methods.link.enabled);
    let mut form = flow.form.take().unwrap_or_else(|| form::first(&caller.settings, flow));
    let times = match (known, is_spoilt(flow)) {
        (true, true) => 1,
        (true, false) => {
            form.upsert(form::address(&caller.settings, Some("")));
            2
        }
        (false, _) => {
            form.upsert(form::address(&caller.settings, Some(address)));
            1
        }
    };
    for _ in 0..times {
        form.messages.push(Message::error(4_010_006, "There is no way to verify an address by what was sent. Use what the form offers."));
    }
    flow.active = Some("default".into());
    flow.form = Some(form);
    answer(caller, flow).await
}

/// Adds what is wrong to the form; what has no place there is answered as an error.
pub(super) async fn refuse(
    caller: &Caller,
    flow: &mut Flow<Verification>,
    failure: Failure,
    address: Option<String>,
) -> Result<Reply, Problem> {
    let mut form = flow.form.take().unwrap_or_else(|| form::first(&caller.settings, flow));
    match failure {
        Failure::Problem(problem) if problem.status != StatusCode::BAD_REQUEST || problem.id.is_some() => return Err(*problem),
        Failure::Problem(problem) => {
            if let Some(address) = address {
                form.upsert(form::address(&caller.settings, Some(&address)));
                form.set_csrf(flow.csrf_value());
            }
            form.messages.push(crate::flow::generic_message(&problem.reason));
        }
        Failure::Refused(message) => form.messages.push(*message),
        Failure::Invalid(violations) => {
            if let Some(field) = form.find_mut("email").and_then(narthex_api::node::Node::as_input_mut) {
                field.value = Some("".into());
            }
            form.say_violations(violations);
        }
    }
    flow.form = Some(form);
    answer(caller, flow).await
}

async fn answer(caller: &Caller, flow: &Flow<Verification>) -> Result<Reply, Problem> {
    store::update(&caller.app.db, flow).await?;
    if access::shows_page(caller, flow) {
        return Ok(Reply::see_other(&access::page(caller, flow)));
    }
    Ok(Reply::json_with(StatusCode::BAD_REQUEST, &public(&caller.settings, flow)))
}

/// The flow as it goes on.
pub(super) fn show(caller: &Caller, flow: &Flow<Verification>) -> Reply {
    if access::shows_page(caller, flow) {
        return Reply::see_other(&access::page(caller, flow));
    }
    Reply::json(&public(&caller.settings, flow))
}

/// The flow as it goes on, with what was sent along.
pub(super) fn show_with(caller: &Caller, flow: &Flow<Verification>, transient_payload: Option<&serde_json::Value>) -> Reply {
    if access::shows_page(caller, flow) {
        return Reply::see_other(&access::page(caller, flow));
    }
    let mut shown = public(&caller.settings, flow);
    shown.transient_payload = Some(object_or_empty(transient_payload));
    Reply::json(&shown)
}

/// The flow has come to its end before: a new one takes its place.
async fn over(caller: &Caller) -> Result<Reply, Problem> {
    let message = Message::error(4_070_002, "This was done before. To verify another address, please begin again.");
    if caller.settings.config.selfservice.flows.verification.r#use == AddressMethod::Link {
        let (new, cookie) = begin_again(caller, message.into())?;
        store::insert(&caller.app.db, &new).await?;
        return Ok(access::elsewhere(caller, &new).cookie(&cookie));
    }
    replace(caller, message.into()).await
}

/// A new flow takes the place of one that cannot go on.
pub(super) async fn replace(caller: &Caller, failure: Failure) -> Result<Reply, Problem> {
    let (new, cookie) = match begin_again(caller, failure) {
        Ok(begun) => begun,
        // The flow is over all the same, and whoever comes next has another token.
        Err(problem) => return Ok(caller.answer(&problem).await.cookie(&caller.csrf_cookie(caller.renew_csrf()))),
    };
    store::insert(&caller.app.db, &new).await?;
    let reply = if access::shows_page(caller, &new) {
        Reply::see_other(&access::page(caller, &new))
    } else {
        let problem = Problem::new(StatusCode::GONE, "The verification flow is over. Go on with the new flow that use_flow_id names.")
            .with_id("self_service_flow_replaced")
            .with("use_flow_id", new.id.to_string());
        Reply::problem(&problem, caller.settings.config.dev)
    };
    Ok(reply.cookie(&cookie))
}
