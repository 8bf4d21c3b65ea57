//! The end of a login: hooks, the session and all that goes with it in one write, and what the client does next.

use narthex_api::continue_with::ContinueWith;
use narthex_api::flow::FlowType;
use narthex_api::identity::State;
use narthex_api::session as wire;
use narthex_config::Hook;
use narthex_db::{Batch, DbError};
use serde::Serialize;

use super::strategy::SignIn;
use super::{Login, after, public};
use crate::audit::{self, Event, Kind, Scope};
use crate::edge::{Caller, Problem, Reply};
use crate::flow::input::Input;
use crate::flow::{Failure, Flow, access, object_or_empty, store};
use crate::hook::{self, Scene, change, outbox};
use crate::identity::{Identity, store as identities};
use crate::oauth2;
use crate::session::{self, Issued, Session, store as sessions};

/// What a finished login is answered with.
#[derive(Serialize)]
struct Done {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<String>,
    session: wire::Session,
    continue_with: Option<Vec<ContinueWith>>,
}

/// Who is being signed in, by which session.
struct Finished {
    method: &'static str,
    identity: Identity,
    issued: Issued,
    /// Whether the person was signed in already.
    renewed: bool,
}

/// Signs the person in and answers.
pub(super) async fn finish(
    caller: &Caller,
    flow: &mut Flow<Login>,
    input: &Input,
    current: Option<(Session, Identity)>,
    sign_in: SignIn,
) -> Result<Reply, Failure> {
    let SignIn { method, identity, changed, proof, also, counted } = sign_in;
    flow.active = Some(method.into());
    caller.concerns(identity.id);
    let current = current.map(|(session, _)| session).filter(|session| session.identity_id == identity.id);
    let renewed = current.is_some();
    let issued = match (current, session::token_of(caller)) {
        (Some(session), Some(token)) => Issued { session: session.renewed(caller, proof), token },
        _ => Session::begin(caller, &identity, proof),
    };
    let mut finished = Finished { method, identity, issued, renewed };
    let settings = caller.settings.clone();
    let hooks = settings.config.selfservice.flows.login.after.hooks(method);
    let stopped = run(caller, flow, input, &mut finished, hooks).await.transpose();
    if let Some(stopped) = stopped {
        counted.right(caller).await;
        return stopped;
    }
    let kept = outbox::keep_into(Batch::durable(), caller, hooks, || scene(caller, flow, input, &finished)).await?;
    if flow.client == FlowType::Browser && !renewed {
        caller.renew_csrf_for(finished.identity.id);
    }
    let verification = after::begin_verification(caller, flow, input, &mut finished.identity, hooks).await?;
    let mut batch = counted.right_into(kept.append(also));
    if changed || verification.is_some() {
        batch = identities::update_into(batch, &finished.identity, None);
    }
    let session = &finished.issued.session;
    batch = if renewed { sessions::renew_into(batch, session) } else { session::begin_into(batch, caller, &finished.issued, flow.id) };
    let event = |kind| Event::new(kind).of(session.identity_id).session(session.id).flow(flow.id);
    batch = audit::event_into(batch, caller, event(Kind::LoginSucceeded { method, aal: session.aal(), refreshed: renewed }));
    if hooks.iter().any(|hook| matches!(hook, Hook::RevokeActiveSessions)) {
        let revoked = event(Kind::SessionRevoked { scope: Scope::Others, deleted: false });
        batch = audit::event_where_into(batch, caller, revoked, sessions::others_are_active(session));
        batch = sessions::revoke_others_into(batch, session);
    }
    let verification = verification.map(|(started, with)| {
        batch = std::mem::replace(&mut batch, Batch::durable()).append(with);
        started
    });
    caller.app.db.write(store::update_into(batch, flow)?).await.map_err(used_up)?;
    if let (Some(bell), Some(_)) = (&caller.app.courier, &verification) {
        bell.notify();
    }
    let shown = verification.and_then(|started| after::verification_ui(caller, &started, &finished.identity, hooks));
    let reply = match answer(caller, flow, &finished, shown).await {
        Ok(reply) => reply,
        // The session is there all the same.
        Err(problem) => caller.answer(&problem).await,
    };
    Ok(with_cookies(caller, flow, &finished, reply)?)
}

/// Looks at the account's state, and runs the hooks that may end the login, in their order. One of them may answer in its place.
async fn run(
    caller: &Caller,
    flow: &Flow<Login>,
    input: &Input,
    finished: &mut Finished,
    hooks: &[Hook],
) -> Result<Option<Reply>, Failure> {
    if finished.identity.state == State::Inactive {
        return Err(change::inactive().into());
    }
    for hook in hooks {
        match hook {
            Hook::RequireVerifiedAddress if !after::is_verified(&finished.identity) => {
                return after::ask_to_verify(caller, flow, input, &mut finished.identity, finished.method).await.map(Some);
            }
            Hook::WebHook(target) => {
                hook::call(caller, target, &scene(caller, flow, input, finished)?).await?;
            }
            _ => {}
        }
    }
    Ok(None)
}

/// What hooks get to see.
fn scene(caller: &Caller, flow: &Flow<Login>, input: &Input, finished: &Finished) -> Result<Scene, Problem> {
    let mut shown = public(&caller.settings, flow);
    shown.transient_payload = Some(object_or_empty(input.transient_payload().as_ref()));
    let session = finished.issued.session.public(&caller.settings, &finished.identity, caller.app.clock.now());
    let scene = Scene::of(&shown)?.with_identity(caller, &finished.identity);
    Ok(if finished.renewed { scene.with_session(&session) } else { scene.with_new_session(session) })
}

fn used_up(error: DbError) -> Failure {
    match error {
        DbError::Unmet { .. } => {
            Problem::conflict("The account was changed, or the code was used, by another request at the same time. Please try again.")
                .into()
        }
        other => other.into(),
    }
}

/// A browser gets the session's cookie, and where somebody else is using it now a new anti-forgery cookie.
fn with_cookies(caller: &Caller, flow: &Flow<Login>, finished: &Finished, reply: Reply) -> Result<Reply, Problem> {
    if flow.client == FlowType::Api {
        return Ok(reply);
    }
    let reply = if finished.renewed { reply } else { reply.cookie(&caller.csrf_cookie(caller.renew_csrf_for(finished.identity.id))) };
    Ok(reply.cookie(&session::cookie(&caller.settings, &finished.issued, caller.app.clock.now())?))
}

async fn answer(caller: &Caller, flow: &Flow<Login>, finished: &Finished, next: Option<ContinueWith>) -> Result<Reply, Problem> {
    let settings = &caller.settings;
    let Finished { method, identity, issued, .. } = finished;
    let mut target = String::new();
    let mut continue_with = Vec::new();
    if flow.client == FlowType::Browser {
        if let Some(challenge) = &flow.login_challenge {
            let url = oauth2::accept(caller, challenge, &issued.session).await?;
            return if access::shows_page(caller, flow) { Ok(Reply::see_other(&url)) } else { Err(oauth2::location_change(&url)) };
        }
        target = flow.return_url(settings, &settings.config.selfservice.flows.login.after, method)?;
        continue_with.push(ContinueWith::RedirectBrowserTo { redirect_browser_to: target.clone() });
    }
    if access::shows_page(caller, flow) {
        if let Some(ContinueWith::ShowVerificationUi { flow }) = next {
            target = flow.url.unwrap_or(target);
        }
        return Ok(Reply::see_other(&target));
    }
    continue_with.extend(next);
    Ok(Reply::json(&Done {
        session_token: (flow.client == FlowType::Api).then(|| issued.token.expose().to_owned()),
        session: issued.session.public(settings, identity, caller.app.clock.now()),
        continue_with: (!continue_with.is_empty()).then_some(continue_with),
    }))
}
