//! The rows of changes that wait for their new address to be verified. One that has been called off has none any more, or none whose
//! session counts.

use std::time::Duration;

use narthex_api::Time;
use narthex_db::{Batch, Db, DbError, Value, params};
use uuid::Uuid;

use super::Verification;
use crate::flow::Flow;
use crate::identity::Identity;
use crate::session::Session;
use crate::session::store as sessions;

/// Adds to what is written together that a change waits for this flow, if the session that asked for it still counts, and the account
/// is as it was then: hooks may have taken their time. Whoever secures the account meanwhile waits, and then finds the change.
pub fn wait_into(
    batch: Batch,
    flow: &Flow<Verification>,
    (session, owner): (&Session, &Identity),
    now: Time,
    idle_timeout: Option<Duration>,
) -> Batch {
    let mut params = params![flow.id, flow.expires_at.timestamp(), session.id, owner.id, owner.version];
    let counts = sessions::counts(now, idle_timeout, &mut params);
    let sql = format!(
        "INSERT INTO address_changes (flow_id, identity_id, session_id, expires_at) \
         SELECT $1, i.id, s.id, $2 FROM identities i JOIN sessions s ON s.identity_id = i.id \
         WHERE s.id = $3 AND i.id = $4 AND i.version = $5 AND {counts}"
    );
    sessions::take_turns_into(batch, owner.id).push_expecting(1, sql, params)
}

/// Whether a change waits for this flow.
pub(super) async fn waits(db: &Db, flow: Uuid, now: Time, idle_timeout: Option<Duration>) -> Result<bool, DbError> {
    let mut params = params![flow];
    let asks = asks(now, idle_timeout, &mut params);
    let sql = format!("SELECT flow_id FROM address_changes WHERE flow_id = $1 AND {asks}");
    Ok(db.query_opt(sql, params).await?.is_some())
}

/// Adds to what is written together that the change is made: the whole fails where it has been made already, or been called off.
pub(super) fn make_into(batch: Batch, flow: Uuid, now: Time, idle_timeout: Option<Duration>) -> Batch {
    let mut params = params![flow];
    let asks = asks(now, idle_timeout, &mut params);
    batch.push_expecting(1, format!("DELETE FROM address_changes WHERE flow_id = $1 AND {asks}"), params)
}

/// That the session which asked for a change still counts: however it ends, its change is called off with that.
fn asks(now: Time, idle_timeout: Option<Duration>, params: &mut Vec<Value>) -> String {
    let counts = sessions::counts(now, idle_timeout, params);
    format!("EXISTS (SELECT 1 FROM sessions s WHERE s.id = address_changes.session_id AND {counts})")
}

/// Adds to what is written together that all changes of this account are called off.
pub fn call_off_into(batch: Batch, owner: Uuid) -> Batch {
    batch.push("DELETE FROM address_changes WHERE identity_id = $1", params![owner])
}
