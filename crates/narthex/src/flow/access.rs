//! How flows are reached: by the id in a request, if they are the caller's and their time is not over.

use http::StatusCode;
use narthex_api::Time;
use narthex_api::flow::FlowType;
use narthex_api::message::Message;
use serde_json::json;
use uuid::Uuid;

use super::{Flow, Kind, store};
use crate::edge::accept::Wants;
use crate::edge::{Caller, Problem, Reply};
use crate::pages::with_parameter;

/// The flow of this id, for whoever began it, while its time lasts.
///
/// # Errors
/// Where there is no such flow, it is another browser's, or its time is over.
pub async fn fetch<K: Kind>(caller: &Caller, id: &str) -> Result<Flow<K>, Problem> {
    let flow = find(caller, id).await?;
    flow.check_owner(caller)?;
    check_time(caller, &flow)?;
    Ok(flow)
}

/// The flow of this id. Neither its owner nor its time has been checked.
///
/// # Errors
/// Where there is no such flow.
pub async fn find<K: Kind>(caller: &Caller, id: &str) -> Result<Flow<K>, Problem> {
    let id = Uuid::parse_str(id).map_err(|_| unknown::<K>())?;
    store::find(&caller.app.db, id).await?.ok_or_else(unknown::<K>)
}

/// Whether the flow's time lasts.
///
/// # Errors
/// With where a new flow is begun, where it does not.
pub fn check_time<K: Kind>(caller: &Caller, flow: &Flow<K>) -> Result<(), Problem> {
    if flow.is_expired(caller.app.clock.now()) { Err(expired(caller, flow)) } else { Ok(()) }
}

/// The flow that the parameter `flow` names, to which something is submitted. Neither its owner nor its time has been checked.
///
/// # Errors
/// Where the parameter is no id, or there is no such flow.
pub async fn submitted<K: Kind>(caller: &Caller) -> Result<Flow<K>, Problem> {
    let id = caller.query.get("flow").and_then(|id| Uuid::parse_str(id).ok()).filter(|id| !id.is_nil()).ok_or_else(|| {
        Problem::bad_request("The parameter flow of the URL is missing or is no id: send the form to the address in ui.action.")
    })?;
    store::find(&caller.app.db, id).await?.ok_or_else(unknown::<K>)
}

/// The page that shows the flow.
pub fn page<K: Kind>(caller: &Caller, flow: &Flow<K>) -> String {
    with_parameter(K::ui_url(&caller.settings).as_str(), "flow", &flow.id.to_string())
}

/// Whether the flow is answered by going to a page, and not in JSON.
pub fn shows_page<K>(caller: &Caller, flow: &Flow<K>) -> bool {
    flow.client == FlowType::Browser && caller.wants_error() == Wants::Html
}

/// Sends the client on to another flow: browsers to its page, scripts to the flow itself.
pub fn elsewhere<K: Kind>(caller: &Caller, new: &Flow<K>) -> Reply {
    if shows_page(caller, new) {
        return Reply::see_other(&page(caller, new));
    }
    Reply::see_other(&format!("{}/self-service/{}/flows?id={}", caller.settings.public_url, K::NAME, new.id))
}

/// Sends a browser on whose person is signed in already, and has nothing to gain by the flow.
pub fn home(caller: &Caller) -> Reply {
    let settings = &caller.settings;
    let own = caller.query.filled("return_to").and_then(|url| settings.return_to.own_page(url));
    let target = own.unwrap_or_else(|| settings.config.selfservice.default_browser_return_url.as_str().to_owned());
    Reply::redirect(StatusCode::FOUND, &target)
}

fn unknown<K: Kind>() -> Problem {
    Problem::not_found(format!("There is no such {} flow. It may have ended long ago; begin a new one.", K::NAME))
}

/// The flow's time is over: where a new one is begun.
fn expired<K: Kind>(caller: &Caller, flow: &Flow<K>) -> Problem {
    let base = format!("{}/self-service/{}", caller.settings.public_url, K::NAME);
    let mut problem = gone(format!("The {} flow has expired. Begin a new one.", K::NAME));
    problem.id = problem.id.filter(|_| K::expiry_has_id(flow.client));
    match flow.client {
        FlowType::Api => problem.with_detail("api", format!("{base}/api")),
        FlowType::Browser => {
            let mut begin = format!("{base}/browser");
            if let Some(return_to) = &flow.return_to {
                begin = with_parameter(&begin, "return_to", return_to);
            }
            problem.with_detail("redirect_to", begin).with_detail("return_to", flow.return_to.clone().unwrap_or_default())
        }
    }
}

fn gone(reason: String) -> Problem {
    Problem::new(StatusCode::GONE, reason).with_id("self_service_flow_expired")
}

/// What the new form says above itself.
pub fn expired_message<K: Kind>(expired_at: Time) -> Message {
    Message::error(K::EXPIRED, "")
        .with_text("The time to fill in the form is over. Please try again.")
        .with_context(json!({ "expired_at": expired_at, "expired_at_unix": expired_at.unix() }))
}

/// Answers that `new` has taken the place of a flow whose time was over.
pub fn replaced<K: Kind>(caller: &Caller, expired_at: Time, new: &Flow<K>) -> Reply {
    replaced_with(caller, expired_at, new, |problem| problem)
}

/// Answers that `new` has taken the place of a flow whose time was over; `more` adds to what programs are told.
pub fn replaced_with<K: Kind>(caller: &Caller, expired_at: Time, new: &Flow<K>, more: impl FnOnce(Problem) -> Problem) -> Reply {
    if shows_page(caller, new) {
        return Reply::see_other(&page(caller, new));
    }
    let since = i64::try_from(caller.app.clock.now().since(expired_at).as_nanos()).unwrap_or(i64::MAX);
    let problem = gone(format!("The {} flow has expired. Go on with the new flow that use_flow_id names.", K::NAME))
        .with("expired_at", expired_at.to_string())
        .with("since", since)
        .with("use_flow_id", new.id.to_string());
    Reply::problem(&more(problem), caller.settings.config.dev)
}
