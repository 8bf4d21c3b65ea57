//! The routes of verification, and how a person begins one.

use http::Method;
use narthex_api::flow::{FlowType, VerificationFlow};

use super::{Verification, form, method_name, public, submit};
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::flow::{Failure, Flow, access, say, store};
use crate::handler;
use crate::hook::{self, Scene};

/// The routes of verification.
pub fn routes() -> Vec<Resource> {
    vec![
        Resource::new("/self-service/verification/browser", Guard::Csrf).on(Method::GET, handler!(browser)),
        Resource::new("/self-service/verification/api", Guard::Api).on(Method::GET, handler!(api)),
        Resource::new("/self-service/verification/flows", Guard::Csrf).on(Method::GET, handler!(fetch)),
        Resource::new("/self-service/verification", Guard::CsrfByFlow)
            .on(Method::GET, handler!(submit::submit))
            .on(Method::POST, handler!(submit::submit)),
    ]
}

/// No address can be verified.
pub(super) fn disabled() -> Problem {
    Problem::bad_request("No address can be verified at the moment: whoever runs this server has switched verification off.")
}

fn begin(caller: &Caller, client: FlowType) -> Result<Flow<Verification>, Problem> {
    let settings = &caller.settings;
    let verification = &settings.config.selfservice.flows.verification;
    if !verification.enabled {
        return Err(disabled());
    }
    let mut flow = Flow::begin(caller, client, verification.lifespan, Verification::default());
    flow.organization_id = None;
    flow.identity_schema = None;
    flow.active = Some(method_name(settings).into());
    Ok(flow)
}

/// A flow that takes the place of one that cannot go on, says why, and the cookie that goes with it. It is a browser's whatever the
/// other was, because it may be begun by following a link in a mail.
pub(super) fn begin_again(caller: &Caller, failure: Failure) -> Result<(Flow<Verification>, String), Problem> {
    let cookie = caller.csrf_cookie(caller.renew_csrf());
    let mut flow = begin(caller, FlowType::Browser)?;
    let mut form = form::first(&caller.settings, &flow);
    say(&mut form, failure)?;
    flow.form = Some(form);
    Ok((flow, cookie))
}

/// Runs the hooks before a flow begins that a person asks for, and keeps it.
async fn keep(caller: &Caller, flow: &Flow<Verification>) -> Result<(), Problem> {
    let settings = &caller.settings;
    let hooks = &settings.config.selfservice.flows.verification.before.hooks;
    let kept = hook::before(caller, hooks, || Scene::of(&public(settings, flow))).await?;
    caller.app.db.write(store::insert_into(kept, flow)?).await?;
    Ok(())
}

async fn browser(caller: &Caller) -> Result<Reply, Problem> {
    let flow = begin(caller, FlowType::Browser)?;
    if let Some(return_to) = &flow.return_to {
        caller.settings.return_to.check(return_to).map_err(Problem::in_json)?;
    }
    keep(caller, &flow).await.map_err(Problem::in_json)?;
    if caller.is_json() {
        return Ok(Reply::json(&public(&caller.settings, &flow)));
    }
    Ok(Reply::see_other(&access::page(caller, &flow)))
}

async fn api(caller: &Caller) -> Result<Reply, Problem> {
    let flow = begin(caller, FlowType::Api)?;
    if let Some(return_to) = &flow.return_to {
        caller.settings.return_to.check(return_to)?;
    }
    keep(caller, &flow).await?;
    Ok(Reply::json(&public(&caller.settings, &flow)))
}

async fn fetch(caller: &Caller) -> Result<Reply, Problem> {
    let shown = find(caller, caller.query.get("id").unwrap_or_default()).await.map_err(Problem::in_json)?;
    Ok(Reply::json(&shown))
}

/// The flow of this id, as the client that began it gets it.
///
/// # Errors
/// Where there is none, it is over, or another browser began it.
pub async fn find(caller: &Caller, id: &str) -> Result<VerificationFlow, Problem> {
    if !caller.settings.config.selfservice.flows.verification.enabled {
        return Err(disabled());
    }
    let flow: Flow<Verification> = access::fetch(caller, id).await?;
    Ok(public(&caller.settings, &flow))
}
