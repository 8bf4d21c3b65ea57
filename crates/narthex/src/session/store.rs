//! The rows of sessions. They are durable, and hold a token's digest only.

mod list;

use std::time::Duration;

use narthex_api::Time;
use narthex_db::{Batch, Db, DbError, Row, Value, params};
use uuid::Uuid;

use super::{Issued, Session};
use crate::identity::{Identity, store as identities};

pub use list::{AT_ONCE, Act, Filter, Whose, act, are_there, count, list};

/// The columns of a session, in the order of [`read`].
pub const COLUMNS: &str = "s.id, s.identity_id, s.active, s.methods, s.devices, s.expires_at, s.authenticated_at, s.issued_at, \
    COALESCE(s.last_used_at, s.issued_at)";
/// How many columns [`COLUMNS`] names.
pub const WIDTH: usize = 9;

/// Adds a new session to what is written together.
pub fn insert_into(batch: Batch, issued: &Issued) -> Batch {
    let session = &issued.session;
    batch.push(
        "INSERT INTO sessions (id, token_hash, identity_id, active, aal, methods, devices, expires_at, authenticated_at, issued_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            session.id,
            issued.token.digest(),
            session.identity_id,
            session.active,
            session.aal(),
            serde_json::to_string(&session.methods).unwrap_or_default(),
            serde_json::to_string(&session.devices).unwrap_or_default(),
            session.expires_at.timestamp(),
            session.authenticated_at.timestamp(),
            session.issued_at.timestamp(),
            1_i64,
        ],
    )
}

/// Adds to what is written together that others who change this identity, or how many sessions it has, wait until the whole is done,
/// and then see what it has begun.
pub fn take_turns_into(batch: Batch, identity: Uuid) -> Batch {
    batch.push("UPDATE identities SET version = version WHERE id = $1", params![identity])
}

/// Adds the end of an identity's oldest sessions to what is written together, so that at most so many are left with the new one.
pub fn end_oldest_into(batch: Batch, new: &Session, most: u32, idle_timeout: Option<Duration>) -> Batch {
    let mut params = Vec::new();
    let no = list::place(&mut params, false);
    let surplus = surplus(new, most, idle_timeout, &mut params);
    batch.push(format!("UPDATE sessions AS s SET active = {no}, version = version + 1 WHERE {surplus}"), params).concerning(new.identity_id)
}

/// That sessions which still count are more than so many with this new one.
pub fn are_too_many(new: &Session, most: u32, idle_timeout: Option<Duration>) -> impl Condition {
    move |params| format!("EXISTS (SELECT 1 FROM sessions s WHERE {})", surplus(new, most, idle_timeout, params))
}

/// The sessions of an identity that count and are not among its newest ones. Those that count no more take nobody's place, and end
/// by themselves.
fn surplus(new: &Session, most: u32, idle_timeout: Option<Duration>, params: &mut Vec<Value>) -> String {
    let (identity, counts) = (list::place(params, new.identity_id), counts(new.issued_at, idle_timeout, params));
    let most = list::place(params, i64::from(most));
    let all = format!("s.identity_id = {identity} AND {counts}");
    format!("{all} AND s.id NOT IN (SELECT s.id FROM sessions s WHERE {all} ORDER BY s.issued_at DESC, s.id DESC LIMIT {most})")
}

/// That a session `s` counts: it is not revoked, not over, and not left unused for too long.
pub fn counts(now: Time, idle_timeout: Option<Duration>, params: &mut Vec<Value>) -> String {
    let used = idle_timeout.map(|idle| list::place(params, now.minus(idle).timestamp()));
    let used = used.map_or(String::new(), |since| format!(" AND COALESCE(s.last_used_at, s.issued_at) > {since}"));
    let (yes, now) = (list::place(params, true), list::place(params, now.timestamp()));
    format!("s.active = {yes} AND s.expires_at > {now}{used}")
}

/// Adds to what is written together that a session has been used, unless that was recorded after `before`.
pub fn use_into(batch: Batch, id: Uuid, now: Time, before: Time) -> Batch {
    batch.push(
        "UPDATE sessions SET last_used_at = $2 WHERE id = $1 AND COALESCE(last_used_at, issued_at) <= $3",
        params![id, now.timestamp(), before.timestamp()],
    )
}

/// A session that has not been used for long.
pub(super) struct Unused {
    pub(super) id: Uuid,
    pub(super) identity_id: Uuid,
    pub(super) last_used_at: Time,
    pub(super) expires_at: Time,
}

/// Up to `most` sessions that were last used before `before` and have not been revoked, whether or not they are over, the longest
/// unused first. Written as the index `sessions_unused` is.
pub(super) async fn unused(db: &Db, before: Time, most: u32) -> Result<Vec<Unused>, DbError> {
    let sql = "SELECT id, identity_id, COALESCE(last_used_at, issued_at), expires_at FROM sessions \
               WHERE active = TRUE AND COALESCE(last_used_at, issued_at) <= $1 ORDER BY COALESCE(last_used_at, issued_at) LIMIT $2";
    let rows = db.query_slow(sql, params![before.timestamp(), most]).await?;
    let read = |row: &Row| {
        let (last_used_at, expires_at) = (Time::new(row.get(2)?), Time::new(row.get(3)?));
        Ok(Unused { id: row.get(0)?, identity_id: row.get(1)?, last_used_at, expires_at })
    };
    rows.iter().map(read).collect()
}

/// Adds to what is written together that a session has ended, if it has not been used or revoked meanwhile; else the whole is not
/// done.
pub(super) fn end_unused_into(batch: Batch, id: Uuid, before: Time) -> Batch {
    let sql = "UPDATE sessions SET active = FALSE, version = version + 1 \
               WHERE id = $1 AND active = TRUE AND COALESCE(last_used_at, issued_at) <= $2";
    batch.push_expecting(1, sql, params![id, before.timestamp()]).concerning(id)
}

/// A condition of SQL, which adds what stands for its parameters.
pub trait Condition: FnOnce(&mut Vec<Value>) -> String {}

impl<F: FnOnce(&mut Vec<Value>) -> String> Condition for F {}

/// That this session has not been revoked.
pub fn is_active(id: Uuid) -> impl Condition {
    move |params| {
        let (id, yes) = (list::place(params, id), list::place(params, true));
        format!("EXISTS (SELECT 1 FROM sessions WHERE id = {id} AND active = {yes})")
    }
}

/// That this session is this identity's, and has not been revoked.
pub fn is_active_of(id: Uuid, identity: Uuid) -> impl Condition {
    move |params| {
        let (id, identity, yes) = (list::place(params, id), list::place(params, identity), list::place(params, true));
        format!("EXISTS (SELECT 1 FROM sessions WHERE id = {id} AND identity_id = {identity} AND active = {yes})")
    }
}

/// That another session of this one's owner has not been revoked.
pub fn others_are_active(kept: &Session) -> impl Condition {
    let (id, identity) = (kept.id, kept.identity_id);
    move |params| {
        let (id, identity, yes) = (list::place(params, id), list::place(params, identity), list::place(params, true));
        format!("EXISTS (SELECT 1 FROM sessions WHERE identity_id = {identity} AND id <> {id} AND active = {yes})")
    }
}

/// Adds the end of a session to what is written together.
pub fn revoke_into(batch: Batch, id: Uuid) -> Batch {
    batch.push_expecting(1, "UPDATE sessions SET active = FALSE WHERE id = $1", params![id]).concerning(id)
}

/// Adds the end of a session to what is written together, if it is this identity's.
pub fn revoke_own_into(batch: Batch, id: Uuid, identity: Uuid) -> Batch {
    batch
        .push("UPDATE sessions SET active = $3, version = version + 1 WHERE id = $1 AND identity_id = $2", params![id, identity, false])
        .concerning(id)
}

/// Adds to what is written together that all other sessions of this one's owner end, and are counted, those that have ended
/// before included.
pub fn revoke_all_others_into(batch: Batch, kept: &Session) -> Batch {
    batch
        .push(
            "UPDATE sessions SET active = $3, version = version + 1 WHERE identity_id = $1 AND id <> $2",
            params![kept.identity_id, kept.id, false],
        )
        .concerning(kept.identity_id)
}

/// Adds another end of a session to what is written together.
pub fn extend_into(batch: Batch, session: &Session) -> Batch {
    batch
        .push_expecting(
            1,
            "UPDATE sessions SET expires_at = $2, version = version + 1 WHERE id = $1",
            params![session.id, session.expires_at.timestamp()],
        )
        .concerning(session.id)
}

/// Adds to what is written together that a session's owner has shown once more who they are. The whole is not done where the
/// session has been revoked meanwhile. Devices are those that the session was begun on.
pub fn renew_into(batch: Batch, session: &Session) -> Batch {
    batch
        .push_expecting(
            1,
            "UPDATE sessions SET aal = $2, methods = $3, expires_at = $4, authenticated_at = $5, issued_at = $6, last_used_at = $6, \
         version = version + 1 WHERE id = $1 AND active = $7",
            params![
                session.id,
                session.aal(),
                serde_json::to_string(&session.methods).unwrap_or_default(),
                session.expires_at.timestamp(),
                session.authenticated_at.timestamp(),
                session.issued_at.timestamp(),
                true,
            ],
        )
        .concerning(session.id)
}

/// Adds to what is written together that all other sessions of this one's owner end.
pub fn revoke_others_into(batch: Batch, kept: &Session) -> Batch {
    batch
        .push(
            "UPDATE sessions SET active = $3, version = version + 1 WHERE identity_id = $1 AND id <> $2 AND active = $4",
            params![kept.identity_id, kept.id, false, true],
        )
        .concerning(kept.identity_id)
}

/// The session that the token of this digest stands for, and whose it is: one look-up.
///
/// # Errors
/// Where the database does not answer, or a row cannot be read.
pub async fn by_token(db: &Db, digest: &[u8]) -> Result<Option<(Session, Identity)>, DbError> {
    use std::sync::LazyLock;
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {COLUMNS}, {} FROM sessions s JOIN identities i ON i.id = s.identity_id WHERE s.token_hash = $1",
            identities::COLUMNS
        )
    });
    let row = db.query_opt(SQL.as_str(), params![digest.to_vec()]).await?;
    row.map(|row| Ok((read(&row, 0)?, identities::read(&row, WIDTH)?))).transpose()
}

/// The session of this id.
///
/// # Errors
/// Where the database does not answer, or a row cannot be read.
pub async fn find(db: &Db, id: Uuid) -> Result<Option<Session>, DbError> {
    let row = db.query_opt(format!("SELECT {COLUMNS} FROM sessions s WHERE s.id = $1"), params![id]).await?;
    row.map(|row| read(&row, 0)).transpose()
}

/// A session and whose it is.
///
/// # Errors
/// Where the database does not answer, or a row cannot be read.
pub async fn find_owned(db: &Db, id: Uuid) -> Result<Option<(Session, Identity)>, DbError> {
    let sql =
        format!("SELECT {COLUMNS}, {} FROM sessions s JOIN identities i ON i.id = s.identity_id WHERE s.id = $1", identities::COLUMNS);
    let row = db.query_opt(sql, params![id]).await?;
    row.map(|row| Ok((read(&row, 0)?, identities::read(&row, WIDTH)?))).transpose()
}

/// The session in a row, whose columns begin at `from` and are those of [`COLUMNS`].
///
/// # Errors
/// Where a column holds something else.
pub fn read(row: &Row, from: usize) -> Result<Session, DbError> {
    let broken = |error: serde_json::Error| DbError::Other(error.to_string());
    Ok(Session {
        id: row.get(from)?,
        identity_id: row.get(from + 1)?,
        active: row.get(from + 2)?,
        methods: serde_json::from_str(row.get(from + 3)?).map_err(broken)?,
        devices: serde_json::from_str(row.get(from + 4)?).map_err(broken)?,
        expires_at: Time::new(row.get(from + 5)?),
        authenticated_at: Time::new(row.get(from + 6)?),
        issued_at: Time::new(row.get(from + 7)?),
        last_used_at: Time::new(row.get(from + 8)?),
    })
}
