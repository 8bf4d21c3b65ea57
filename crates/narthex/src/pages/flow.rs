//! The pages of flows. Without a flow, or with one that is over, they begin a new one.

use http::StatusCode;

use super::{problem_page, reply, ui};
use crate::edge::{Caller, Problem, Reply};
use crate::flow::registration;

/// The page on which people sign up.
pub(super) async fn registration(caller: &Caller) -> Result<Reply, Problem> {
    let ui = ui(caller)?;
    let Some(id) = caller.query.filled("flow") else { return Ok(begin(caller, "registration")) };
    match registration::http::find(caller, id).await {
        Ok(flow) => Ok(reply(&ui, StatusCode::OK, ui.registration(&flow))),
        Err(problem) => Ok(instead(caller, "registration", &problem).unwrap_or_else(|| problem_page(&ui, &problem.body(false).error))),
    }
}

/// Begins a flow, with the query that the page was asked for with.
fn begin(caller: &Caller, kind: &str) -> Reply {
    let query = caller.raw_query().map(|query| format!("?{query}")).unwrap_or_default();
    Reply::see_other(&format!("{}/self-service/{kind}/browser{query}", caller.settings.public_url))
}

/// Where to go when a flow cannot be shown because it is over or unknown.
fn instead(caller: &Caller, kind: &str, problem: &Problem) -> Option<Reply> {
    let over = matches!(problem.status, StatusCode::NOT_FOUND | StatusCode::GONE);
    let redirect = problem.details.get("redirect_to").and_then(serde_json::Value::as_str);
    over.then(|| match redirect {
        Some(url) => Reply::see_other(url),
        None => Reply::see_other(&format!("{}/self-service/{kind}/browser", caller.settings.public_url)),
    })
}
