//! The routes of registration.

use http::Method;
use narthex_api::flow::{FlowType, RegistrationFlow};
use narthex_db::Batch;

use super::{Registration, public, schema, submit};
use crate::edge::return_to::AllowList;
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::flow::{Flow, access, store};
use crate::hook::{self, Scene};
use crate::{handler, oauth2, session};

/// The routes of registration.
pub fn routes() -> Vec<Resource> {
    vec![
        Resource::new("/self-service/registration/browser", Guard::Csrf).on(Method::GET, handler!(browser)),
        Resource::new("/self-service/registration/api", Guard::Api).on(Method::GET, handler!(api)),
        Resource::new("/self-service/registration/flows", Guard::Csrf).on(Method::GET, handler!(fetch)),
        Resource::new("/self-service/registration", Guard::CsrfByFlow)
            .on(Method::GET, handler!(submit::submit))
            .on(Method::POST, handler!(submit::submit)),
    ]
}

/// Begins a flow, and hands back what is to be kept with it.
pub(super) async fn begin(caller: &Caller, client: FlowType) -> Result<(Flow<Registration>, Batch), Problem> {
    let settings = &caller.settings;
    if let Some(return_to) = caller.query.filled("return_to") {
        settings.return_to.check(return_to)?;
    }
    let mut flow = Flow::begin(caller, client, settings.config.selfservice.flows.registration.lifespan, Registration::default());
    flow.login_challenge = oauth2::challenge(caller)?;
    flow.check_schema(settings)?;
    if !settings.config.selfservice.flows.registration.enabled {
        return Err(disabled());
    }
    let schema = schema(settings, &flow)?;
    let hooks = &settings.config.selfservice.flows.registration.before.hooks;
    let kept = hook::before(caller, hooks, || Scene::of(&public(settings, schema, &flow))).await?;
    Ok((flow, kept))
}

/// Nobody may sign up.
pub(super) fn disabled() -> Problem {
    Problem::bad_request("Nobody can sign up at the moment: whoever runs this server has switched registration off.")
        .with_id("self_service_flow_disabled")
}

async fn browser(caller: &Caller) -> Result<Reply, Problem> {
    let (flow, kept) = begin(caller, FlowType::Browser).await.map_err(AllowList::refused_at_begin)?;
    caller.app.db.write(store::insert_into(kept, &flow)?).await?;
    let login_request = oauth2::login_request(caller, flow.login_challenge.as_deref()).await?;
    if let Some((session, _)) = session::current(caller).await? {
        return match &login_request {
            Some(request) => oauth2::go_on_signed_in(caller, request, &session).await,
            None => signed_in_already(caller, &flow),
        };
    }
    if caller.is_json() {
        let mut shown = public(&caller.settings, schema(&caller.settings, &flow)?, &flow);
        shown.oauth2_login_request = login_request;
        return Ok(Reply::json(&shown));
    }
    Ok(Reply::see_other(&access::page(caller, &flow)))
}

/// Somebody who is signed in has nothing to sign up for.
pub(super) fn session_available() -> Problem {
    Problem::bad_request("Somebody is signed in with this request already: sign out before signing up.")
        .with_id("session_already_available")
}

fn signed_in_already(caller: &Caller, flow: &Flow<Registration>) -> Result<Reply, Problem> {
    if caller.is_json() {
        return Err(session_available());
    }
    let settings = &caller.settings;
    let target = match &flow.return_to {
        Some(return_to) => settings.return_to.check(return_to)?,
        None => settings.config.selfservice.default_browser_return_url.as_str().to_owned(),
    };
    Ok(Reply::see_other(&target))
}

async fn api(caller: &Caller) -> Result<Reply, Problem> {
    let (flow, kept) = begin(caller, FlowType::Api).await?;
    let mut shown = public(&caller.settings, schema(&caller.settings, &flow)?, &flow);
    let (code, batch) = session::exchange::asked_into(store::insert_into(kept, &flow)?, caller, flow.id, flow.expires_at);
    shown.session_token_exchange_code = code;
    caller.app.db.write(batch).await?;
    if session::current(caller).await?.is_some() {
        return Err(session_available());
    }
    Ok(Reply::json(&shown))
}

async fn fetch(caller: &Caller) -> Result<Reply, Problem> {
    if !caller.settings.config.selfservice.flows.registration.enabled {
        return Err(disabled());
    }
    let id = caller.query.get("id").unwrap_or_default();
    let flow: Flow<Registration> = access::fetch(caller, id).await.map_err(Problem::in_json)?;
    show(caller, &flow).await.map(|shown| Reply::json(&shown))
}

/// The flow of this id, as the client that began it gets it.
///
/// # Errors
/// Where there is none, it is over, or another browser began it.
pub async fn find(caller: &Caller, id: &str) -> Result<RegistrationFlow, Problem> {
    show(caller, &access::fetch(caller, id).await?).await
}

async fn show(caller: &Caller, flow: &Flow<Registration>) -> Result<RegistrationFlow, Problem> {
    let mut shown = public(&caller.settings, schema(&caller.settings, flow)?, flow);
    if flow.client == FlowType::Browser {
        shown.oauth2_login_request = oauth2::login_request(caller, flow.login_challenge.as_deref()).await?;
    }
    Ok(shown)
}
