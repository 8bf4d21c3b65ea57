//! The routes of recovery, and how a flow begins.

use http::Method;
use narthex_api::flow::{FlowType, RecoveryFlow};
use uuid::Uuid;

use super::{Recovery, is_enabled, method_name, public, submit};
use crate::edge::accept::Wants;
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::flow::{Flow, State, access, store};
use crate::hook::{self, Scene};
use crate::{handler, session};

/// The routes of recovery.
pub fn routes() -> Vec<Resource> {
    vec![
        Resource::new("/self-service/recovery/browser", Guard::Csrf).on(Method::GET, handler!(browser)),
        Resource::new("/self-service/recovery/api", Guard::Api).on(Method::GET, handler!(api)),
        Resource::new("/self-service/recovery/flows", Guard::Csrf).on(Method::GET, handler!(fetch)),
        Resource::new("/self-service/recovery", Guard::CsrfByFlow)
            .on(Method::GET, handler!(submit::submit))
            .on(Method::POST, handler!(submit::submit)),
    ]
}

/// Nobody can get back in by themselves.
pub(super) fn disabled() -> Problem {
    Problem::bad_request("Nobody can recover an account at the moment: whoever runs this server has switched recovery off.")
}

/// Somebody who is signed in has nothing to recover.
pub(super) fn session_available() -> Problem {
    Problem::bad_request("Somebody is signed in with this request already: sign out before recovering another account.")
        .with_id("session_already_available")
}

/// A flow that begins with this request.
pub(super) fn new(caller: &Caller, client: FlowType) -> Flow<Recovery> {
    let settings = &caller.settings;
    let own = Recovery { by_admin: false, skip_settings: caller.query.is_true("skip_settings") };
    let mut flow = Flow::begin(caller, client, settings.config.selfservice.flows.recovery.lifespan, own);
    flow.organization_id = None;
    flow.identity_schema = None;
    let method = method_name(settings);
    flow.active = Some(method.into());
    if method == "code" && settings.config.feature_flags.choose_recovery_address {
        flow.state = State::RecoveryAwaitingAddress;
    }
    flow
}

fn begin(caller: &Caller, client: FlowType) -> Result<Flow<Recovery>, Problem> {
    let settings = &caller.settings;
    if !settings.config.selfservice.flows.recovery.enabled {
        return Err(disabled());
    }
    let method = method_name(settings);
    if !is_enabled(settings, method) {
        return Err(Problem::bad_request(format!(
            "Nobody can recover an account by {method}: whoever runs this server has switched it off."
        )));
    }
    let flow = new(caller, client);
    if let Some(return_to) = &flow.return_to {
        settings.return_to.check(return_to)?;
    }
    Ok(flow)
}

/// Runs the hooks before a flow begins, and keeps it.
async fn keep(caller: &Caller, flow: &Flow<Recovery>) -> Result<(), Problem> {
    let settings = &caller.settings;
    let hooks = &settings.config.selfservice.flows.recovery.before.hooks;
    let kept = hook::before(caller, hooks, || Scene::of(&public(settings, flow))).await?;
    caller.app.db.write(store::insert_into(kept, flow)?).await?;
    Ok(())
}

async fn browser(caller: &Caller) -> Result<Reply, Problem> {
    if session::current(caller).await?.is_some() {
        return signed_in_already(caller);
    }
    let flow = begin(caller, FlowType::Browser)?;
    keep(caller, &flow).await.map_err(Problem::in_json)?;
    if caller.is_json() {
        return Ok(Reply::json(&public(&caller.settings, &flow)));
    }
    Ok(Reply::see_other(&access::page(caller, &flow)))
}

/// Somebody who is signed in is sent on.
pub(super) fn signed_in_already(caller: &Caller) -> Result<Reply, Problem> {
    match caller.wants_error() {
        Wants::Json => Err(session_available()),
        Wants::Html => Ok(access::home(caller)),
    }
}

async fn api(caller: &Caller) -> Result<Reply, Problem> {
    if session::current(caller).await?.is_some() {
        return Err(session_available());
    }
    let flow = begin(caller, FlowType::Api)?;
    keep(caller, &flow).await?;
    Ok(Reply::json(&public(&caller.settings, &flow)))
}

async fn fetch(caller: &Caller) -> Result<Reply, Problem> {
    let shown = find(caller, caller.query.get("id").unwrap_or_default()).await.map_err(Problem::in_json)?;
    Ok(Reply::json(&shown))
}

/// The flow of this id, as the client that began it gets it. Those that administrators made go on while recovery is switched off.
///
/// # Errors
/// Where there is none, it is over, or another browser began it.
pub async fn find(caller: &Caller, id: &str) -> Result<RecoveryFlow, Problem> {
    if !caller.settings.config.selfservice.flows.recovery.enabled && !is_by_admin(caller, id).await? {
        return Err(disabled());
    }
    let flow: Flow<Recovery> = access::fetch(caller, id).await?;
    Ok(public(&caller.settings, &flow))
}

async fn is_by_admin(caller: &Caller, id: &str) -> Result<bool, Problem> {
    let Ok(id) = Uuid::parse_str(id) else { return Ok(false) };
    let flow: Option<Flow<Recovery>> = store::find(&caller.app.db, id).await?;
    Ok(flow.is_some_and(|flow| flow.own.by_admin))
}
