//! Session tokens for applications that sign in through a browser: the application begins a flow and keeps one code; the browser
//! brings it another; both together fetch the token, once.

use narthex_api::Time;
use narthex_db::{Batch, DbError, params};
use serde::Serialize;
use uuid::Uuid;

use super::{Issued, store};
use crate::audit::{self, Event, Kind};
use crate::config::Settings;
use crate::edge::{Caller, Problem, Reply};
use crate::secret::{Token, alphanumeric};

/// What a sealed token is for.
const PURPOSE: &str = "token exchange";

/// Length of a code: 380 bits.
const LENGTH: usize = 64;

/// Begins an exchange for a flow where the request asks for one: as [`begin_into`].
pub fn asked_into(batch: Batch, caller: &Caller, flow: Uuid, expires_at: Time) -> (Option<String>, Batch) {
    if !caller.query.is_true("return_session_token_exchange_code") {
        return (None, batch);
    }
    let (code, batch) = begin_into(batch, flow, expires_at);
    (Some(code), batch)
}

/// Begins an exchange for a flow: the code for the application, and the write.
pub fn begin_into(batch: Batch, flow: Uuid, expires_at: Time) -> (String, Batch) {
    let code = alphanumeric(LENGTH);
    let batch = batch.push(
        "INSERT INTO token_exchanges (flow_id, init_code_hash, expires_at) VALUES ($1, $2, $3)",
        params![flow, Token::received(&code).digest(), expires_at.timestamp()],
    );
    (code, batch)
}

/// Adds to what is written together that somebody has signed in: the code for the browser, and the write. The token is kept
/// sealed until the two codes come together.
///
/// # Errors
/// Where there is no secret to seal the token with.
pub fn fulfil_into(batch: Batch, settings: &Settings, flow: Uuid, issued: &Issued) -> Result<(String, Batch), Problem> {
    let sealed = settings.sealer.seal(PURPOSE, issued.token.expose().as_bytes());
    let sealed = sealed.ok_or_else(|| Problem::misconfigured("There is no secret to seal tokens with: set secrets.cookie."))?;
    let code = alphanumeric(LENGTH);
    let batch = batch.push(
        "UPDATE token_exchanges SET return_to_code_hash = $2, session_id = $3, session_token = $4 WHERE flow_id = $1 AND session_id IS NULL",
        params![flow, Token::received(&code).digest(), issued.session.id, sealed],
    );
    Ok((code, batch))
}

#[derive(Serialize)]
struct Exchanged {
    session_token: String,
    session: narthex_api::session::Session,
}

/// `GET /sessions/token-exchange`: both codes for the session's token, once.
pub(super) async fn exchange(caller: &Caller) -> Result<Reply, Problem> {
    let codes = (caller.query.filled("init_code"), caller.query.filled("return_to_code"));
    let (Some(init), Some(returned)) = codes else {
        return Err(Problem::bad_request("The parameters init_code and return_to_code are both needed."));
    };
    let none =
        || Problem::not_found("There is no session for these codes: one of them is wrong, used or over, or nobody has signed in yet.");
    let (init, returned) = (Token::received(init).digest(), Token::received(returned).digest());
    let now = caller.app.clock.now();
    let sql =
        "SELECT session_id, session_token FROM token_exchanges WHERE init_code_hash = $1 AND return_to_code_hash = $2 AND expires_at > $3";
    let row = caller.app.db.query_opt(sql, params![init.clone(), returned, now.timestamp()]).await?.ok_or_else(none)?;
    let (session, sealed): (Option<Uuid>, Option<String>) = (row.get(0)?, row.get(1)?);
    let token = sealed.and_then(|sealed| caller.settings.sealer.open(PURPOSE, &sealed)).and_then(|plain| String::from_utf8(plain).ok());
    let (Some(session), Some(session_token)) = (session, token) else { return Err(none()) };
    let owned = store::find_owned(&caller.app.db, session).await?;
    let (session, identity) = owned.filter(|(session, _)| session.is_active(&caller.settings, now)).ok_or_else(none)?;
    // Whoever deletes the row gets the token, so that the codes work once; as long as the session counts.
    let mut params = params![init];
    let counts = store::is_active(session.id)(&mut params);
    let used = Batch::durable().push_expecting(1, format!("DELETE FROM token_exchanges WHERE init_code_hash = $1 AND {counts}"), params);
    let handed_over = Event::new(Kind::SessionHandedOver {}).session(session.id);
    caller.app.db.write(audit::event_into(used, caller, handed_over)).await.map_err(|error| match error {
        DbError::Unmet { .. } => none(),
        other => other.into(),
    })?;
    Ok(Reply::json(&Exchanged { session_token, session: session.public(&caller.settings, &identity, now) }))
}
