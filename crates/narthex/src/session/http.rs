//! Who is signed in: `/sessions/whoami`.

use http::HeaderName;

use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::handler;

const IDENTITY_ID: HeaderName = HeaderName::from_static("x-kratos-authenticated-identity-id");

/// The routes of sessions on the public listener.
pub fn routes() -> Vec<Resource> {
    vec![Resource::new("/sessions/whoami", Guard::Open).any(handler!(whoami))]
}

async fn whoami(caller: &Caller) -> Result<Reply, Problem> {
    let Some((session, identity)) = super::current(caller).await? else {
        return Ok(Reply::problem(&Problem::unauthorized("Nobody is signed in: the request carries no session cookie or token that counts."), false));
    };
    let shown = session.public(&caller.settings, &identity, caller.app.clock.now());
    let reply = Reply::json(&shown);
    Ok(match identity.id.to_string().parse() {
        Ok(id) => reply.header(IDENTITY_ID, id),
        Err(_) => reply,
    })
}
