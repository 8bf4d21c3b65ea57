//! Lists of sessions, the newest first, and what is done to many at once.

use std::time::Duration;

use narthex_api::Time;
use narthex_db::{Batch, Db, DbError, Value};
use uuid::Uuid;

use super::{COLUMNS, counts, read};
use crate::edge::paging::ByTime;
use crate::session::Session;
use crate::session::cache::EVERYONE;

/// The most sessions that are ended or deleted at once.
pub const AT_ONCE: u64 = 10_000;

/// Which sessions a list shows; one that says nothing shows all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those of this identity.
    pub identity: Option<Uuid>,
    /// All but this one.
    pub but: Option<Uuid>,
    /// Those that count, or those that do not.
    pub active: Option<bool>,
    /// Sessions that have not been used for so long do not count.
    pub idle_timeout: Option<Duration>,
}

/// Whose sessions something is done to.
#[derive(Clone, Debug)]
pub enum Whose {
    /// Those with these ids.
    These(Vec<Uuid>),
    /// Those of these identities.
    Identities(Vec<Uuid>),
    /// Everyone's.
    Everyone,
}

/// What is done to sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// They are revoked, and kept.
    Revoke,
    /// They are removed.
    Delete,
}

impl Filter {
    fn condition(&self, now: Time, params: &mut Vec<Value>) -> String {
        let mut conditions = vec!["1 = 1".to_owned()];
        if let Some(identity) = self.identity {
            conditions.push(format!("s.identity_id = {}", place(params, identity)));
        }
        if let Some(but) = self.but {
            conditions.push(format!("s.id <> {}", place(params, but)));
        }
        if let Some(active) = self.active {
            let not = if active { "" } else { "NOT " };
            conditions.push(format!("{not}({})", counts(now, self.idle_timeout, params)));
        }
        conditions.join(" AND ")
    }
}

pub(super) fn place(params: &mut Vec<Value>, value: impl Into<Value>) -> String {
    params.push(value.into());
    format!("${}", params.len())
}

fn places(params: &mut Vec<Value>, ids: &[Uuid]) -> String {
    ids.iter().map(|id| place(params, *id)).collect::<Vec<_>>().join(", ")
}

/// A part of the list: those behind `after`, without the first `offset`, at most `limit`.
///
/// # Errors
/// Where the database does not answer, or a row cannot be read.
pub async fn list(
    db: &Db,
    filter: &Filter,
    now: Time,
    (after, offset, limit): (Option<ByTime>, usize, usize),
) -> Result<Vec<Session>, DbError> {
    let mut params = Vec::new();
    let mut condition = filter.condition(now, &mut params);
    if let Some((issued_at, id)) = after {
        let (issued_at, id) = (place(&mut params, issued_at.timestamp()), place(&mut params, id));
        condition = format!("{condition} AND (s.issued_at, s.id) < ({issued_at}, {id})");
    }
    let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
    let (limit, offset) = (place(&mut params, number(limit)), place(&mut params, number(offset)));
    let sql =
        format!("SELECT {COLUMNS} FROM sessions s WHERE {condition} ORDER BY s.issued_at DESC, s.id DESC LIMIT {limit} OFFSET {offset}");
    db.query_slow(sql, params).await?.iter().map(|row| read(row, 0)).collect()
}

/// How many there are in the whole list.
///
/// # Errors
/// Where the database does not answer.
pub async fn count(db: &Db, filter: &Filter, now: Time) -> Result<usize, DbError> {
    let mut params = Vec::new();
    let sql = format!("SELECT COUNT(*) FROM sessions s WHERE {}", filter.condition(now, &mut params));
    let rows = db.query_slow(sql, params).await?;
    let count: i64 = rows.first().map(|row| row.get(0)).transpose()?.unwrap_or(0);
    Ok(usize::try_from(count).unwrap_or(0))
}

/// That there are sessions which this can be done to.
pub fn are_there(act: Act, whose: Whose) -> impl super::Condition {
    move |params| format!("EXISTS (SELECT 1 FROM sessions WHERE {})", condition(act, &whose, params))
}

fn condition(act: Act, whose: &Whose, params: &mut Vec<Value>) -> String {
    let whose = match whose {
        Whose::These(ids) => format!("id IN ({})", places(params, ids)),
        Whose::Identities(ids) => format!("identity_id IN ({})", places(params, ids)),
        Whose::Everyone => "1 = 1".to_owned(),
    };
    match act {
        Act::Revoke => format!("{whose} AND active = {}", place(params, true)),
        Act::Delete => whose,
    }
}

/// Revokes or deletes up to [`AT_ONCE`] sessions after what is in `batch`, and tells how many it were. One that is revoked already
/// is not revoked again.
///
/// # Errors
/// Where the database does not answer.
pub async fn act(db: &Db, batch: Batch, act: Act, whose: &Whose) -> Result<u64, DbError> {
    let mut params = Vec::new();
    let concerned = match whose {
        Whose::These(ids) | Whose::Identities(ids) => ids.as_slice(),
        Whose::Everyone => &[EVERYONE],
    };
    let condition = condition(act, whose, &mut params);
    let change = match act {
        Act::Revoke => format!("UPDATE sessions SET active = {}, version = version + 1", place(&mut params, false)),
        Act::Delete => "DELETE FROM sessions".to_owned(),
    };
    let sql = format!("{change} WHERE id IN (SELECT id FROM sessions WHERE {condition} LIMIT {AT_ONCE})");
    let batch = concerned.iter().fold(batch.push(sql, params), |batch, id| batch.concerning(*id));
    let changed = db.write(batch).await?;
    Ok(changed.last().copied().unwrap_or(0))
}
