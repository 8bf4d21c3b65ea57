//! What a code or link does: it lets its owner in once, and leads them to their settings.

use narthex_api::continue_with::{ContinueWith, FlowTarget};
use narthex_api::flow::FlowType;
use narthex_api::identity::State as IdentityState;
use narthex_api::message::Message;
use narthex_config::Hook;
use narthex_db::{Batch, DbError};
use serde_json::json;

use super::submit::replace;
use super::{By, Recovery, code as by_code, form, link, public};
use crate::audit::{self, Event, Kind, Masked, Reason, Scope};
use crate::edge::{Caller, Problem, Reply};
use crate::flow::code::{self, Sent};
use crate::flow::input::Input;
use crate::flow::settings::{self, Beginning, Owner};
use crate::flow::{Failure, Flow, State, access, object_or_empty, store, verification};
use crate::hook::{self, Scene, change, outbox};
use crate::identity::{Identity, store as identities};
use crate::oauth2;
use crate::pages::with_parameter;
use crate::session::{self, Issued, Session, store as sessions};

/// How often the write is tried where others change the same account at the same time.
const ATTEMPTS: usize = 3;

/// What became of a code or link.
enum Claim {
    /// It was used up, by this request.
    Mine(Box<Identity>),
    /// It was used up by another request, or its account is gone.
    Lost,
    /// Its account may not sign in. It is not used up.
    Blocked(Box<Identity>),
}

/// Uses the code or link up, signs its owner in, and answers.
pub(super) async fn finish(caller: &Caller, mut flow: Flow<Recovery>, sent: Sent, by: By, input: Option<&Input>) -> Result<Reply, Problem> {
    if by.client() == FlowType::Browser {
        match sent.identity_id {
            Some(identity) => caller.renew_csrf_for(identity),
            None => caller.renew_csrf(),
        };
    }
    let identity = match claim(caller, &mut flow, &sent, by).await? {
        Claim::Mine(identity) => identity,
        Claim::Lost => {
            failed(caller, &flow, by, Reason::WrongCode).await;
            let message = if by == By::Link { link::used_up() } else { by_code::used_up() };
            return replace(caller, by, message.into(), None).await;
        }
        Claim::Blocked(identity) => {
            caller.concerns(identity.id);
            failed(caller, &flow, by, Reason::Inactive).await;
            let message = change::inactive();
            let told =
                Problem::bad_request(message.text.clone()).with_id("identity_disabled").with_detail("identity_id", json!(identity.id));
            return replace(caller, by, message.into(), Some(told)).await;
        }
    };
    if let Err(failure) = run(caller, &flow, &identity, input).await {
        if let Some(reason) = Reason::of_failure(&failure, true) {
            caller.concerns(identity.id);
            failed(caller, &flow, by, reason).await;
        }
        return replace(caller, by, failure, None).await;
    }
    let now = caller.app.clock.now();
    let issued = Session::begin(caller, &identity, session::proof(by.proof(), "aal1", now));
    let event = |kind| Event::new(kind).of(identity.id).session(issued.session.id).flow(flow.id);
    let hooks = caller.settings.config.selfservice.flows.recovery.after.hooks("");
    let kept = outbox::keep_into(Batch::durable(), caller, hooks, || scene(caller, &flow, &identity, input)).await?;
    let mut batch = session::begin_into(kept, caller, &issued, flow.id);
    batch = verification::call_off_into(batch, identity.id);
    batch = audit::event_into(batch, caller, event(Kind::RecoverySucceeded { method: method(by) }));
    if hooks.iter().any(|hook| matches!(hook, Hook::RevokeActiveSessions)) {
        let revoked = event(Kind::SessionRevoked { scope: Scope::Others, deleted: false });
        batch = audit::event_where_into(batch, caller, revoked, sessions::others_are_active(&issued.session));
        batch = sessions::revoke_others_into(batch, &issued.session);
    }
    let mut next = None;
    if !flow.own.skip_settings {
        let (started, with) = open_settings(batch, caller, &flow, by, &identity, &issued.session).await?;
        batch = with;
        next = Some(started);
    }
    caller.app.db.write(batch).await?;
    let reply = answer(caller, &flow, by, &issued, next.as_ref(), input);
    if by.client() == FlowType::Api {
        return Ok(reply);
    }
    Ok(reply.cookie(&caller.csrf_cookie(caller.renew_csrf())).cookie(&session::cookie(&caller.settings, &issued, now)?))
}

fn method(by: By) -> &'static str {
    if by == By::Link { "link" } else { "code" }
}

/// Keeps in the audit log that a code or link did not count.
pub(super) async fn failed(caller: &Caller, flow: &Flow<Recovery>, by: By, reason: Reason) {
    let failed = Kind::RecoveryFailed { method: method(by), reason };
    audit::record(caller, Event::new(failed).of(caller.concerned()).flow(flow.id)).await;
}

/// Uses the code or link up, and notes that its address is the owner's, which one that an administrator made does not show.
async fn claim(caller: &Caller, flow: &mut Flow<Recovery>, sent: &Sent, by: By) -> Result<Claim, Problem> {
    for _ in 0..ATTEMPTS {
        let found = match sent.identity_id {
            Some(id) => identities::find(&caller.app.db, id).await?,
            None => None,
        };
        let Some(mut identity) = found else { return Ok(Claim::Lost) };
        if identity.state != IdentityState::Active {
            return Ok(Claim::Blocked(Box::new(identity)));
        }
        let now = caller.app.clock.now();
        let passed = passed(caller, flow);
        let mut batch = code::use_into(Batch::durable(), sent.id, now);
        let changed = identity.is_unverified(&sent.address, &sent.via) && identity.verify(&sent.address, &sent.via, now);
        if changed {
            batch = identities::update_into(batch, &identity, None);
            let verified = Kind::VerificationSucceeded { method: method(by), address: Masked::new(&sent.address) };
            batch = audit::event_into(batch, caller, Event::new(verified).of(identity.id).flow(flow.id));
        }
        match caller.app.db.write(store::update_into(batch, &passed)?).await {
            Ok(_) => {
                identity.version += i64::from(changed);
                *flow = passed;
                return Ok(Claim::Mine(Box::new(identity)));
            }
            Err(DbError::Unmet { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Claim::Lost)
}

/// The flow at its end: its form as it was, for the browser that goes on with it.
fn passed(caller: &Caller, flow: &Flow<Recovery>) -> Flow<Recovery> {
    let mut passed = flow.clone();
    passed.state = State::PassedChallenge;
    let mut form = passed.form.take().unwrap_or_else(|| form::first(flow));
    form.clear_messages();
    if passed.csrf.is_some() {
        passed.csrf = Some(caller.mask());
        form.set_csrf(passed.csrf_value());
    }
    passed.form = Some(form);
    passed
}

/// Runs the web hooks after recovery, in their order. Each may still refuse: nobody is signed in yet. Those that the outbox takes are
/// kept with the session.
async fn run(caller: &Caller, flow: &Flow<Recovery>, identity: &Identity, input: Option<&Input>) -> Result<(), Failure> {
    for hook in caller.settings.config.selfservice.flows.recovery.after.hooks("") {
        let Hook::WebHook(target) = hook else { continue };
        hook::call(caller, target, &scene(caller, flow, identity, input)?).await?;
    }
    Ok(())
}

/// What hooks get to see.
fn scene(caller: &Caller, flow: &Flow<Recovery>, identity: &Identity, input: Option<&Input>) -> Result<Scene, Problem> {
    let mut shown = public(&caller.settings, flow);
    shown.transient_payload = Some(object_or_empty(input.and_then(Input::transient_payload).as_ref()));
    Ok(Scene::of(&shown)?.with_identity(caller, identity))
}

/// Adds to what is written together the settings flow in which the person chooses a new password.
async fn open_settings(
    batch: Batch,
    caller: &Caller,
    flow: &Flow<Recovery>,
    by: By,
    identity: &Identity,
    session: &Session,
) -> Result<(Flow<settings::Settings>, Batch), Problem> {
    let config = &caller.settings.config.selfservice;
    let after = config.flows.recovery.after.return_url("").map(|url| url.as_str().to_owned());
    let return_to = flow.return_to.clone().or(after);
    let mut request_url = caller.request_url();
    if let Some(url) = &return_to {
        request_url = with_parameter(&request_url, "return_to", url);
    }
    let until = caller.app.clock.now().plus(config.flows.settings.privileged_session_max_age);
    let message = Message::success(1_060_001, "You are in again. Please choose a new password, or another way to sign in, before long.")
        .with_context(json!({ "privilegedSessionExpiresAt": until, "privileged_session_expires_at": until, "privileged_session_expires_at_unix": until.unix() }));
    let credentials = identities::credentials(&caller.app.db, identity.id).await?;
    let owner = Owner { identity, credentials: &credentials, session };
    let beginning = Beginning { client: by.client(), request_url: &request_url, return_to, message };
    settings::start_into(batch, caller, owner, beginning).await
}

fn answer(
    caller: &Caller,
    flow: &Flow<Recovery>,
    by: By,
    issued: &Issued,
    next: Option<&Flow<settings::Settings>>,
    input: Option<&Input>,
) -> Reply {
    let page = next.map(|next| access::page(caller, next));
    if by.shows_page(caller) {
        return Reply::see_other(
            &page.unwrap_or_else(|| flow.way_on(&caller.settings, &caller.settings.config.selfservice.flows.recovery.after)),
        );
    }
    let with_transitions = caller.settings.config.feature_flags.use_continue_with_transitions;
    if let (Some(page), false) = (&page, with_transitions) {
        return Reply::problem(&oauth2::location_change(page), caller.settings.config.dev);
    }
    let mut shown = public(&caller.settings, flow);
    // Whoever chose the address gets the flow alone.
    let chosen = flow.form.as_ref().is_some_and(|form| form.find("recovery_address").is_some());
    shown.transient_payload = (!chosen).then(|| object_or_empty(input.and_then(Input::transient_payload).as_ref()));
    if with_transitions {
        if by.client() == FlowType::Api {
            shown.continue_with.push(ContinueWith::SetOrySessionToken { ory_session_token: issued.token.expose().to_owned() });
        }
        let target = next.map(|next| FlowTarget { id: next.id, url: page });
        shown.continue_with.extend(target.map(|flow| ContinueWith::ShowSettingsUi { flow }));
    }
    Reply::json(&shown)
}
