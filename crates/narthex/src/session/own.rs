//! A person's own sessions: where they are signed in, and how they end that. The API and the page of sessions both ask here.

use narthex_db::Batch;
use uuid::Uuid;

use super::Session;
use super::store::{self, Filter};
use crate::audit::{self, Event, Kind, Scope};
use crate::edge::{Caller, Problem};
use crate::identity::Identity;

/// Nobody is signed in.
pub fn nobody() -> Problem {
    Problem::unauthorized("Nobody is signed in: the request carries no session cookie or token that counts.")
}

/// Who is signed in, as surely as whoami asks for.
///
/// # Errors
/// Where nobody is, or a second factor is asked for.
pub async fn signed_in(caller: &Caller) -> Result<(Session, Identity), Problem> {
    let (session, identity) = super::current(caller).await?.ok_or_else(nobody)?;
    super::check_aal(caller, &session, &identity, caller.settings.config.session.whoami.required_aal, None)?;
    Ok((session, identity))
}

fn but(caller: &Caller, session: &Session) -> Filter {
    let idle_timeout = caller.settings.config.narthex.session.idle_timeout;
    Filter { identity: Some(session.identity_id), but: Some(session.id), active: Some(true), idle_timeout }
}

/// Where else the person is signed in, the newest first: `limit` sessions, without the first `offset`.
///
/// # Errors
/// Where the database does not answer.
pub async fn others(caller: &Caller, session: &Session, offset: usize, limit: usize) -> Result<Vec<Session>, Problem> {
    Ok(store::list(&caller.app.db, &but(caller, session), caller.app.clock.now(), (None, offset, limit)).await?)
}

/// In how many other places the person is signed in.
///
/// # Errors
/// Where the database does not answer.
pub async fn count_others(caller: &Caller, session: &Session) -> Result<usize, Problem> {
    Ok(store::count(&caller.app.db, &but(caller, session), caller.app.clock.now()).await?)
}

/// Signs the person out in one other place. Somebody else's session is left alone without a word.
///
/// # Errors
/// Where `id` is no session's id, or that of the present session.
pub async fn end(caller: &Caller, session: &Session, id: &str) -> Result<(), Problem> {
    let id = Uuid::parse_str(id).map_err(|_| Problem::bad_request("The session's id is no UUID."))?;
    if id == session.id {
        return Err(Problem::bad_request("This is the session of the request itself: end it by logging out."));
    }
    let event = Event::new(Kind::SessionRevoked { scope: Scope::One, deleted: false }).of(session.identity_id).session(id);
    let batch = audit::event_where_into(Batch::durable(), caller, event, store::is_active_of(id, session.identity_id));
    caller.app.db.write(store::revoke_own_into(batch, id, session.identity_id)).await?;
    Ok(())
}

/// Signs the person out everywhere else, and tells how many sessions that were, those that had ended before included.
///
/// # Errors
/// Where the database does not answer.
pub async fn end_others(caller: &Caller, session: &Session) -> Result<u64, Problem> {
    let event = Event::new(Kind::SessionRevoked { scope: Scope::Others, deleted: false }).of(session.identity_id);
    let batch = audit::event_where_into(Batch::durable(), caller, event, store::others_are_active(session));
    let counts = caller.app.db.write(store::revoke_all_others_into(batch, session)).await?;
    Ok(counts.last().copied().unwrap_or(0))
}
