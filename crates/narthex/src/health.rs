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

/// What only operators are told, on the admin listener.
pub fn admin_routes() -> Vec<Resource> {
    vec![
        Resource::new("/health/config", Guard::Open).on(Method::GET, handler!(config)),
        Resource::new("/version", Guard::Open).on(Method::GET, handler!(version)),
    ]
}

/// Which state of the configuration is in force.
async fn config(caller: &Caller) -> Result<Reply, Problem> {
    Ok(Reply::text(StatusCode::OK, "text/plain; charset=utf-8", caller.settings.fingerprint.clone()))
}

async fn version(_caller: &Caller) -> Result<Reply, Problem> {
    Ok(Reply::json(&json!({ "version": env!("CARGO_PKG_VERSION") })))
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
