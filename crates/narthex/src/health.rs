//! Whether the server runs and can work.

use http::Method;
use http::StatusCode;
use serde_json::json;

use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::handler;

/// The routes of health, on both listeners.
pub fn routes() -> Vec<Resource> {
    vec![
        Resource::new("/health/alive", Guard::Open).on(Method::GET, handler!(alive)),
        Resource::new("/health/ready", Guard::Open).on(Method::GET, handler!(ready)),
    ]
}

async fn alive(_caller: &Caller) -> Result<Reply, Problem> {
    Ok(Reply::json_bytes(StatusCode::OK, &b"{\"status\":\"ok\"}"[..]))
}

async fn ready(caller: &Caller) -> Result<Reply, Problem> {
    match caller.app.db.ping().await {
        Ok(()) => alive(caller).await,
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            Ok(Reply::json_with(StatusCode::SERVICE_UNAVAILABLE, &json!({ "errors": { "database": "the database does not answer" } })))
        }
    }
}
