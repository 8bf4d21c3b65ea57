//! What a code or a link does: it shows once that an address is its owner's.

use narthex_api::message::Message;
use narthex_api::node::Node;
use narthex_config::Hook;
use narthex_db::{Batch, DbError};
use serde_json::Value;

use super::http::begin_again;
use super::submit::{owner, refuse, replace, show, show_with};
use super::{Verification, awaited, form, method_name, public, send};
use crate::audit::{self, Event, Kind, Masked, Reason};
use crate::edge::{Caller, Problem, Reply};
use crate::flow::code::{self, Sent};
use crate::flow::form::Form;
use crate::flow::settings::address;
use crate::flow::{Failure, Flow, State, access, generic_message, object_or_empty, store};
use crate::hook::{self, Scene, outbox};
use crate::identity::{Identity, store as identities};
use crate::oauth2;
use crate::session::{self, Issued};
use crate::throttle::{Try, device};

/// How often the write is tried where others change the same account at the same time.
const ATTEMPTS: usize = 3;

/// A code was entered.
pub(super) async fn code(
    caller: &Caller,
    mut flow: Flow<Verification>,
    counted: Try,
    digits: &str,
    transient_payload: Option<Value>,
) -> Result<Reply, Problem> {
    let most = i64::from(caller.settings.config.selfservice.methods.code.config.max_submissions);
    if !store::count_try(&caller.app.db, flow.id, most).await? {
        failed(caller, &flow, Reason::TooManyTries).await;
        return replace(caller, generic_message("The code was tried too often. Please have a new one sent.").into()).await;
    }
    for _ in 0..ATTEMPTS {
        let Some(sent) = find(caller, &flow, digits).await?.filter(|sent| sent.expires_at > caller.app.clock.now()) else { break };
        let verified = match verify(caller, &mut flow, &sent, transient_payload.as_ref()).await {
            Ok(verified) => verified,
            Err(Failure::Problem(problem)) => return Err(*problem),
            Err(failure) => {
                failed(caller, &flow, Reason::Other).await;
                flow.form.iter_mut().for_each(Form::clear_messages);
                return refuse(caller, &mut flow, failure, None).await;
            }
        };
        if let Some(identity) = verified {
            counted.right(caller).await;
            if let Err(failure) = tell(caller, &flow, &identity, transient_payload.as_ref()).await {
                return replace(caller, failure).await;
            }
            let Some(cookie) = waiting_session(caller, &flow).await? else { return Ok(show(caller, &flow)) };
            return Ok(show_with(caller, &flow, transient_payload.as_ref()).cookie(&cookie));
        }
    }
    failed(caller, &flow, Reason::WrongCode).await;
    let mut form = flow.form.take().unwrap_or_else(|| form::first(&caller.settings, &flow));
    form.clear_messages();
    form.messages
        .push(Message::error(4_070_006, "The code is not the one that was sent, it is too old, or it was used before. Please try again."));
    flow.form = Some(form);
    store::update(&caller.app.db, &flow).await?;
    Ok(show_with(caller, &flow, transient_payload.as_ref()))
}

/// A link was followed whose token is good by itself.
pub(super) async fn link(caller: &Caller, mut flow: Flow<Verification>, token: &str) -> Result<Reply, Problem> {
    for _ in 0..ATTEMPTS {
        let Some(sent) = find(caller, &flow, token).await? else { break };
        if sent.expires_at <= caller.app.clock.now() {
            failed(caller, &flow, Reason::WrongCode).await;
            return begin_elsewhere(caller, access::expired_message::<Verification>(sent.expires_at).into()).await;
        }
        // Whoever has read the mail goes on with the flow, in whatever browser.
        if flow.csrf.is_some() {
            flow.csrf = Some(caller.mask());
        }
        let verified = match verify(caller, &mut flow, &sent, None).await {
            Ok(verified) => verified,
            Err(Failure::Problem(problem)) => return Err(*problem),
            Err(failure) => {
                failed(caller, &flow, Reason::Other).await;
                return begin_elsewhere(caller, failure).await;
            }
        };
        if let Some(identity) = verified {
            if let Err(failure) = tell(caller, &flow, &identity, None).await {
                return begin_elsewhere(caller, failure).await;
            }
            let reply = if caller.is_json() { show(caller, &flow) } else { Reply::see_other(&access::page(caller, &flow)) };
            return Ok(if caller.csrf_is_new() && !caller.is_json() { reply.cookie(&caller.csrf_cookie(caller.csrf())) } else { reply });
        }
    }
    failed(caller, &flow, Reason::WrongCode).await;
    begin_elsewhere(
        caller,
        Message::error(4_070_001, "The link does not count any more: it was used before, or a newer one was sent. Please begin again.")
            .into(),
    )
    .await
}

/// Keeps in the audit log that a code or link did not count.
async fn failed(caller: &Caller, flow: &Flow<Verification>, reason: Reason) {
    let failed = Kind::VerificationFailed { method: method_name(&caller.settings), reason };
    let owner = owner(caller, flow).await.unwrap_or_else(|problem| {
        tracing::error!(
            error = problem.debug.as_deref().unwrap_or(&problem.reason),
            "whose address a code or link was for could not be looked up"
        );
        None
    });
    let owner = owner.or(flow.own.identity_id);
    audit::record(caller, Event::new(failed).of(owner).flow(flow.id)).await;
}

async fn begin_elsewhere(caller: &Caller, failure: Failure) -> Result<Reply, Problem> {
    let (new, cookie) = match begin_again(caller, failure) {
        Ok(begun) => begun,
        Err(problem) => return Ok(caller.answer(&problem).await.cookie(&caller.csrf_cookie(caller.renew_csrf()))),
    };
    store::insert(&caller.app.db, &new).await?;
    Ok(Reply::see_other(&access::page(caller, &new)).cookie(&cookie))
}

/// A link was followed that only fills in its code: programs that look into mails and follow links must not use it up.
pub(super) async fn fill_in(caller: &Caller, mut flow: Flow<Verification>, digits: &str) -> Result<Reply, Problem> {
    // A browser that its person has signed in with stays known as such.
    let known = flow.own.identity_id.filter(|identity| device::is_marked(&caller.settings, caller.csrf(), *identity));
    let cookie = caller.csrf_cookie(known.map_or_else(|| caller.renew_csrf(), |identity| caller.renew_csrf_for(identity)));
    let mut form = flow.form.take().unwrap_or_else(|| form::first(&caller.settings, &flow));
    if flow.csrf.is_some() {
        flow.csrf = Some(caller.mask());
        form.set_csrf(flow.csrf_value());
    }
    if let Some(field) = form.find_mut("code").and_then(Node::as_input_mut) {
        field.value = Some(digits.into());
    }
    flow.form = Some(form);
    store::update(&caller.app.db, &flow).await?;
    Ok(Reply::see_other(&access::page(caller, &flow)).cookie(&cookie))
}

async fn find(caller: &Caller, flow: &Flow<Verification>, secret: &str) -> Result<Option<Sent>, DbError> {
    code::find(&caller.app.db, caller, send::purpose(caller), flow.id, secret).await
}

/// Uses the code or link up, and hands back whose address it was; nothing where another request was faster, with the code or with
/// the account, or where the change that it is for has been called off.
///
/// # Errors
/// Where the change that it is for cannot be made any more.
async fn verify(
    caller: &Caller,
    flow: &mut Flow<Verification>,
    sent: &Sent,
    transient_payload: Option<&Value>,
) -> Result<Option<Identity>, Failure> {
    let now = caller.app.clock.now();
    let identity = match sent.identity_id {
        Some(id) => identities::find(&caller.app.db, id).await?,
        None => None,
    };
    let Some(mut identity) = identity else { return Ok(None) };
    let batch = code::use_into(Batch::durable(), sent.id, now);
    let changed = match flow.own.awaited.as_ref().filter(|change| change.address == sent.address) {
        Some(change) => awaited::change_into(batch, caller, flow, change, sent, &identity, now).await?,
        None => identity.verify(&sent.address, &sent.via, now).then(|| (identities::update_into(batch, &identity, None), identity)),
    };
    let Some((batch, identity)) = changed else { return Ok(None) };
    let verified = Kind::VerificationSucceeded { method: method_name(&caller.settings), address: Masked::new(&sent.address) };
    let batch = audit::event_into(batch, caller, Event::new(verified).of(identity.id).flow(flow.id));
    let mut passed = flow.clone();
    let action = flow.way_on(&caller.settings, &caller.settings.config.selfservice.flows.verification.after);
    let way_on = match provider_url(caller, flow).await? {
        Some(url) => url,
        None => action.clone(),
    };
    passed.state = State::PassedChallenge;
    passed.form = Some(form::passed(&caller.settings, flow, &sent.via, &way_on));
    passed.own.continue_to = Some(action);
    let hooks = caller.settings.config.selfservice.flows.verification.after.hooks("");
    let told = || scene(caller, &passed, &identity, transient_payload);
    let batch = outbox::keep_into(store::update_into(batch, &passed)?, caller, hooks, told).await?;
    match caller.app.db.write(batch).await {
        Ok(_) => {
            if let Some(bell) = &caller.app.courier {
                bell.notify();
            }
            *flow = passed;
            Ok(Some(identity))
        }
        Err(DbError::Unmet { .. }) => Ok(None),
        Err(DbError::Conflict { .. }) => Err(address::taken().into()),
        Err(error) => Err(error.into()),
    }
}

/// Calls the web hooks after verification, in their order. The address is verified whatever they have against it.
async fn tell(caller: &Caller, flow: &Flow<Verification>, identity: &Identity, transient_payload: Option<&Value>) -> Result<(), Failure> {
    for hook in caller.settings.config.selfservice.flows.verification.after.hooks("") {
        let Hook::WebHook(target) = hook else { continue };
        hook::call(caller, target, &scene(caller, flow, identity, transient_payload)?).await?;
    }
    Ok(())
}

/// What hooks get to see.
fn scene(caller: &Caller, flow: &Flow<Verification>, identity: &Identity, transient_payload: Option<&Value>) -> Result<Scene, Problem> {
    let mut shown = public(&caller.settings, flow);
    shown.transient_payload = Some(object_or_empty(transient_payload));
    Ok(Scene::of(&shown)?.with_identity(caller, identity))
}

/// Where the OAuth2 provider wants the person whose login request waits for the verification.
async fn provider_url(caller: &Caller, flow: &Flow<Verification>) -> Result<Option<String>, Problem> {
    let (Some(challenge), Some(session)) = (&flow.login_challenge, flow.own.session_id) else { return Ok(None) };
    let Some(session) = session::store::find(&caller.app.db, session).await? else { return Ok(None) };
    oauth2::accept(caller, challenge, &session).await.map(Some)
}

/// The cookie of the session that a login request waits with, once more for the browser that has it.
async fn waiting_session(caller: &Caller, flow: &Flow<Verification>) -> Result<Option<String>, Problem> {
    let (Some(_), Some(waiting)) = (&flow.login_challenge, flow.own.session_id) else { return Ok(None) };
    let (Some(token), Some((session, _))) = (session::token_of(caller), session::current(caller).await?) else { return Ok(None) };
    if session.id != waiting {
        return Ok(None);
    }
    session::cookie(&caller.settings, &Issued { session, token }, caller.app.clock.now()).map(Some)
}
