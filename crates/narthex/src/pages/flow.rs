//! The pages of flows. Without a flow, or with one that is over, they begin a new one.

use http::StatusCode;
use narthex_ui::{Page, Ui};

use super::{problem_page, reply, ui};
use crate::edge::{Caller, Problem, Reply};
use crate::flow::{login, recovery, registration, settings, verification};

/// The page on which people sign up.
pub(super) async fn registration(caller: &Caller) -> Result<Reply, Problem> {
    show(caller, "registration", registration::http::find, Ui::registration).await
}

/// The page on which people sign in.
pub(super) async fn login(caller: &Caller) -> Result<Reply, Problem> {
    show(caller, "login", login::http::find, Ui::login).await
}

/// The page on which people show that an address is theirs.
pub(super) async fn verification(caller: &Caller) -> Result<Reply, Problem> {
    show(caller, "verification", verification::http::find, Ui::verification).await
}

/// The page on which people get back into their account.
pub(super) async fn recovery(caller: &Caller) -> Result<Reply, Problem> {
    show(caller, "recovery", recovery::http::find, Ui::recovery).await
}

/// The page on which people change what is known of them, and how they sign in.
pub(super) async fn settings(caller: &Caller) -> Result<Reply, Problem> {
    show(caller, "settings", settings::http::find, Ui::settings).await
}

/// The page of the flow that the query names, found and drawn as its kind is.
async fn show<'a, F>(
    caller: &'a Caller,
    kind: &str,
    find: impl AsyncFnOnce(&Caller, &str) -> Result<F, Problem>,
    draw: impl FnOnce(&Ui<'a>, &F) -> Page,
) -> Result<Reply, Problem> {
    let ui = ui(caller)?;
    let Some(id) = caller.query.filled("flow") else { return Ok(begin(caller, kind)) };
    match find(caller, id).await {
        Ok(flow) => Ok(reply(&ui, StatusCode::OK, draw(&ui, &flow))),
        Err(problem) => Ok(instead(caller, kind, &problem).unwrap_or_else(|| problem_page(&ui, &problem.body(false).error))),
    }
}

/// Begins a flow, with the query that the page was asked for with.
fn begin(caller: &Caller, kind: &str) -> Reply {
    let query = caller.raw_query().map(|query| format!("?{query}")).unwrap_or_default();
    Reply::see_other(&format!("{}/self-service/{kind}/browser{query}", caller.settings.public_url))
}

/// Where to go when a flow cannot be shown because it is over or unknown, or because somebody else is signed in by now.
fn instead(caller: &Caller, kind: &str, problem: &Problem) -> Option<Reply> {
    if let Some(url) = &problem.redirect {
        return Some(Reply::see_other(url));
    }
    let over = matches!(problem.status, StatusCode::NOT_FOUND | StatusCode::GONE);
    let redirect = problem.details.get("redirect_to").and_then(serde_json::Value::as_str);
    over.then(|| match redirect {
        Some(url) => Reply::see_other(url),
        None => Reply::see_other(&format!("{}/self-service/{kind}/browser", caller.settings.public_url)),
    })
}
