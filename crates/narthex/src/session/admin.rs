//! The admin API of sessions.

use http::{Method, StatusCode};
use narthex_db::{Batch, DbError};
use uuid::Uuid;

use super::store;
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::handler;

/// The routes of sessions on the admin listener.
pub fn routes() -> Vec<Resource> {
    vec![
        Resource::new("/admin/identities/{id}/sessions", Guard::Admin).on(Method::GET, handler!(of_identity)),
        Resource::new("/admin/sessions/{id}", Guard::Admin).on(Method::DELETE, handler!(disable)),
    ]
}

fn id(caller: &Caller) -> Result<Uuid, Problem> {
    let id = caller.param("id").and_then(|id| Uuid::parse_str(&id).ok());
    id.ok_or_else(|| Problem::bad_request("The id in the path is no UUID."))
}

async fn of_identity(caller: &Caller) -> Result<Reply, Problem> {
    let now = caller.app.clock.now();
    let sessions = store::of_identity(&caller.app.db, id(caller)?).await?;
    let shown: Vec<_> = sessions.iter().map(|session| session.bare(now)).collect();
    Ok(Reply::json(&shown))
}

/// Ends a session, whoever's it is.
async fn disable(caller: &Caller) -> Result<Reply, Problem> {
    caller.app.db.write(store::revoke_into(Batch::durable(), id(caller)?)).await.map_err(|error| match error {
        DbError::Unmet { .. } => Problem::not_found("There is no such session."),
        other => other.into(),
    })?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
