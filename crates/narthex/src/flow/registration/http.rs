//! The routes of registration.

use http::{Method, StatusCode};
use narthex_api::flow::{FlowType, RegistrationFlow};
use uuid::Uuid;

use super::{Registration, public, schema, submit};
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::flow::{Flow, store};
use crate::pages::with_parameter;
use crate::{handler, session};

/// The routes of registration.
pub fn routes() -> Vec<Resource> {
    vec![
        Resource::new("/self-service/registration/browser", Guard::Csrf).on(Method::GET, handler!(browser)),
        Resource::new("/self-service/registration/api", Guard::Open).on(Method::GET, handler!(api)),
        Resource::new("/self-service/registration/flows", Guard::Csrf).on(Method::GET, handler!(fetch)),
        Resource::new("/self-service/registration", Guard::CsrfByFlow)
            .on(Method::GET, handler!(submit::submit))
            .on(Method::POST, handler!(submit::submit)),
    ]
}

/// Begins a flow.
pub(super) async fn begin(caller: &Caller, client: FlowType) -> Result<Flow<Registration>, Problem> {
    let settings = &caller.settings;
    if let Some(return_to) = caller.query.filled("return_to") {
        settings.return_to.check(return_to)?;
    }
    let mut flow = Flow::begin(caller, client, settings.config.selfservice.flows.registration.lifespan, Registration::default());
    flow.login_challenge = crate::oauth2::challenge(caller)?;
    selectable(caller, &flow)?;
    if !settings.config.selfservice.flows.registration.enabled {
        return Err(disabled());
    }
    schema(settings, &flow)?;
    crate::hook::before_registration(caller, &flow).await?;
    Ok(flow)
}

/// Nobody may sign up.
pub(super) fn disabled() -> Problem {
    Problem::bad_request("Nobody can sign up at the moment: whoever runs this server has switched registration off.").with_id("self_service_flow_disabled")
}

fn selectable(caller: &Caller, flow: &Flow<Registration>) -> Result<(), Problem> {
    let Some(named) = flow.identity_schema.as_deref() else { return Ok(()) };
    let schemas = &caller.settings.schemas;
    let known = named == schemas.default_id() || schemas.get(named).is_some_and(|schema| schema.selectable);
    if known {
        return Ok(());
    }
    Err(Problem::bad_request(format!(
        "The identity schema \"{named}\" cannot be asked for: it has to be one of identity.schemas, with selfservice_selectable set."
    )))
}

async fn browser(caller: &Caller) -> Result<Reply, Problem> {
    let flow = begin(caller, FlowType::Browser).await?;
    store::insert(&caller.app.db, &flow).await?;
    let login_request = crate::oauth2::login_request(caller, flow.login_challenge.as_deref()).await?;
    if session::current(caller).await?.is_some() {
        return signed_in_already(caller, &flow, login_request);
    }
    if caller.is_json() {
        let mut shown = public(&caller.settings, schema(&caller.settings, &flow)?, &flow);
        shown.oauth2_login_request = login_request;
        return Ok(Reply::json(&shown));
    }
    Ok(Reply::see_other(&page(caller, &flow)))
}

/// The page that shows the flow.
pub(super) fn page(caller: &Caller, flow: &Flow<Registration>) -> String {
    with_parameter(caller.settings.config.selfservice.flows.registration.ui_url.as_str(), "flow", &flow.id.to_string())
}

/// Somebody who is signed in has nothing to sign up for.
pub(super) fn session_available() -> Problem {
    Problem::bad_request("Somebody is signed in with this request already: sign out before signing up.").with_id("session_already_available")
}

fn signed_in_already(caller: &Caller, flow: &Flow<Registration>, _login_request: Option<serde_json::Value>) -> Result<Reply, Problem> {
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
    let result = async {
        let flow = begin(caller, FlowType::Api).await?;
        let mut shown = public(&caller.settings, schema(&caller.settings, &flow)?, &flow);
        let mut batch = store::insert_into(narthex_db::Batch::ephemeral(), &flow)?;
        if caller.query.is_true("return_session_token_exchange_code") {
            let (code, with) = session::exchange::begin_into(batch, flow.id, flow.expires_at);
            batch = with;
            shown.session_token_exchange_code = Some(code);
        }
        caller.app.db.write(batch).await?;
        if session::current(caller).await?.is_some() {
            return Err(session_available());
        }
        Ok(Reply::json(&shown))
    };
    // Native applications are answered in JSON, whatever they accept.
    result.await.or_else(|problem: Problem| Ok(Reply::problem(&problem, caller.settings.config.dev)))
}

async fn fetch(caller: &Caller) -> Result<Reply, Problem> {
    if !caller.settings.config.selfservice.flows.registration.enabled {
        return Err(disabled());
    }
    let found = find(caller, caller.query.get("id").unwrap_or_default()).await;
    Ok(match found {
        Ok(shown) => Reply::json(&shown),
        Err(problem) => Reply::problem(&problem, caller.settings.config.dev),
    })
}

/// The flow of this id, as the client that began it gets it.
///
/// # Errors
/// Where there is none, it is over, or another browser began it.
pub async fn find(caller: &Caller, id: &str) -> Result<RegistrationFlow, Problem> {
    let unknown = || Problem::not_found("There is no such registration flow. It may have ended long ago; begin a new one.");
    let id = Uuid::parse_str(id).map_err(|_| unknown())?;
    let flow: Flow<Registration> = store::find(&caller.app.db, id).await?.ok_or_else(unknown)?;
    flow.check_owner(caller)?;
    if flow.is_expired(caller.app.clock.now()) {
        return Err(expired(caller, &flow));
    }
    let mut shown = public(&caller.settings, schema(&caller.settings, &flow)?, &flow);
    if flow.client == FlowType::Browser {
        shown.oauth2_login_request = crate::oauth2::login_request(caller, flow.login_challenge.as_deref()).await?;
    }
    Ok(shown)
}

/// The flow's time is over: where a new one is begun.
fn expired(caller: &Caller, flow: &Flow<Registration>) -> Problem {
    let base = &caller.settings.public_url;
    let problem = Problem::new(StatusCode::GONE, "The registration flow has expired. Begin a new one.").with_id("self_service_flow_expired");
    match flow.client {
        FlowType::Api => problem.with_detail("api", format!("{base}/self-service/registration/api")),
        FlowType::Browser => {
            let mut begin = format!("{base}/self-service/registration/browser");
            if let Some(return_to) = &flow.return_to {
                begin = with_parameter(&begin, "return_to", return_to);
            }
            problem.with_detail("redirect_to", begin).with_detail("return_to", flow.return_to.clone().unwrap_or_default())
        }
    }
}
