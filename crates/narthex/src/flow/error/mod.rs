//! Errors kept for the error page: a browser is sent there with the error's id, and the page fetches it.

use http::{Method, StatusCode};
use narthex_api::Time;
use narthex_api::problem::ErrorDetail;
use narthex_db::{Batch, DbError, params};
use serde::Serialize;
use std::time::Duration;
use uuid::Uuid;

use super::KeptError;
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::handler;

const KIND: &str = "error";
/// How long an error can be looked at.
const LIFESPAN: Duration = Duration::from_secs(24 * 60 * 60);

/// The routes of kept errors.
pub fn routes() -> Vec<Resource> {
    vec![Resource::new("/self-service/errors", Guard::Csrf).on(Method::GET, handler!(show))]
}

/// Keeps an error and tells where a browser can see it.
///
/// # Errors
/// Where the database cannot take it.
pub async fn keep(caller: &Caller, problem: &Problem) -> Result<String, DbError> {
    let id = Uuid::now_v7();
    let now = caller.app.clock.now();
    let kept = KeptError { error: problem.body(caller.settings.config.dev).error, created_at: now };
    let document = serde_json::to_string(&kept).unwrap_or_default();
    let insert = Batch::ephemeral().push(
        "INSERT INTO flows (id, kind, expires_at, tries, doc) VALUES ($1, $2, $3, $4, $5)",
        params![id, KIND, now.plus(LIFESPAN).timestamp(), 0_i64, document],
    );
    caller.app.db.write(insert).await?;
    Ok(crate::pages::with_parameter(caller.settings.config.selfservice.flows.error.ui_url.as_str(), "id", &id.to_string()))
}

/// A kept error as clients get it.
#[derive(Serialize)]
struct Shown {
    id: Uuid,
    error: ErrorDetail,
    created_at: Time,
    updated_at: Time,
}

async fn show(caller: &Caller) -> Result<Reply, Problem> {
    let asked = caller.query.filled("error").or_else(|| caller.query.filled("id")).unwrap_or_default();
    let found = find(caller, asked).await?;
    Ok(Reply::json(&found))
}

/// What went wrong, by the id under which it is kept.
///
/// # Errors
/// 404 where nothing is kept under it.
pub async fn detail(caller: &Caller, asked: &str) -> Result<ErrorDetail, Problem> {
    Ok(find(caller, asked).await?.error)
}

/// The kept error of this id; `stub:500` is one to try pages with.
///
/// # Errors
/// 404 where there is none.
async fn find(caller: &Caller, asked: &str) -> Result<Shown, Problem> {
    let unknown = || Problem::not_found("There is no such error, or it is too old to be looked at.");
    if asked == "stub:500" {
        let problem = Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "This error shows how errors are shown: nothing went wrong.");
        let now = caller.app.clock.now();
        return Ok(Shown { id: Uuid::new_v4(), error: problem.body(false).error, created_at: now, updated_at: now });
    }
    let id = Uuid::parse_str(asked).map_err(|_| unknown())?;
    let row = caller.app.db.query_opt("SELECT doc FROM flows WHERE id = $1 AND kind = $2", params![id, KIND]).await?;
    let kept: KeptError = serde_json::from_str(row.ok_or_else(unknown)?.get::<&str>(0)?).map_err(Problem::internal)?;
    Ok(Shown { id, error: kept.error, created_at: kept.created_at, updated_at: kept.created_at })
}
