//! `/metrics/prometheus` on the admin listener.

use http::{Method, StatusCode};

use crate::backlog;
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::handler;

/// The routes of metrics.
pub(crate) fn routes() -> Vec<Resource> {
    vec![Resource::new("/metrics/prometheus", Guard::Open).on(Method::GET, handler!(show))]
}

async fn show(caller: &Caller) -> Result<Reply, Problem> {
    // What has been counted is shown whether or not the database answers.
    let backlog = backlog::now(&caller.app).await.ok();
    Ok(Reply::text(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", caller.app.metrics.exposition(backlog.as_ref())))
}
