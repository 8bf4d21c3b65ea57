//! The rows of events. Their ids order them: each begins with the microsecond of the event, so that one key serves the order, the
//! pages, the bounds of time and the clean-up. Every index ends with it.

use std::sync::atomic::{AtomicU32, Ordering};

use narthex_api::Time;
use narthex_db::{Batch, Db, DbError, Value, params};
use uuid::{Builder, Uuid, Variant, Version};

use super::{Actor, trace};

/// An event as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) created_at: Time,
    pub(super) kind: &'static str,
    pub(super) actor: Actor,
    pub(super) identity: Option<Uuid>,
    pub(super) session: Option<Uuid>,
    pub(super) flow: Option<Uuid>,
    pub(super) address: Option<String>,
    pub(super) agent: Option<String>,
    pub(super) details: String,
}

impl Row {
    fn params(&self) -> Vec<Value> {
        params![
            self.id,
            self.created_at.timestamp(),
            self.kind,
            self.actor.name(),
            self.actor_name(),
            self.session,
            self.flow,
            self.address.as_deref(),
            self.agent.as_deref(),
            self.details.as_str(),
            self.identity,
        ]
    }
}

/// The columns, the first ten of which are given as they are.
const COLUMNS: &str = "id, created_at, type, actor_type, actor_name, session_id, flow_id, ip_address, user_agent, details, identity_id";

/// What [`Row::params`] stand for; where it is not known whose a session is, its row tells.
fn values(row: &Row) -> &'static str {
    match (row.identity, row.session) {
        (None, Some(_)) => "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, COALESCE($11, (SELECT s.identity_id FROM sessions s WHERE s.id = $6))",
        _ => "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11",
    }
}

/// Adds an event to what is written together.
pub(super) fn insert_into(batch: Batch, row: Row) -> Batch {
    let (sql, params) = (format!("INSERT INTO audit_events ({COLUMNS}) VALUES ({})", values(&row)), row.params());
    batch.push(sql, params).then(move || trace(&row))
}

/// Adds an event to what is written together, if a condition holds then.
pub(super) fn insert_where_into(batch: Batch, row: Row, condition: impl FnOnce(&mut Vec<Value>) -> String) -> Batch {
    let mut params = row.params();
    let condition = condition(&mut params);
    let sql = format!("INSERT INTO audit_events ({COLUMNS}) SELECT {} WHERE {condition}", values(&row));
    batch.push(sql, params).then(move || trace(&row))
}

/// A new id for an event of this time. Those of one process follow one another.
pub(super) fn id(now: Time) -> Uuid {
    static SEQUENCE: AtomicU32 = AtomicU32::new(0);
    let sequence = u64::from(SEQUENCE.fetch_add(1, Ordering::Relaxed) & 0x3FFF_FFFF);
    build(now, sequence << 32 | u64::from(rand::random::<u32>()))
}

/// The least id that an event of this time can have.
fn least(now: Time) -> Uuid {
    build(now, 0)
}

/// A UUID of version 7 whose first twelve free bits are the microseconds within the millisecond (RFC 9562, section 6.2, method 3).
fn build(now: Time, rest: u64) -> Uuid {
    let micros = u64::try_from(now.timestamp().as_microsecond()).unwrap_or(0);
    let fraction = (micros % 1000) * 4096 / 1000;
    let bits = u128::from(micros / 1000) << 80 | u128::from(fraction) << 64 | u128::from(rest);
    Builder::from_u128(bits).with_version(Version::SortRand).with_variant(Variant::RFC4122).into_uuid()
}

/// Adds the removal of up to `most` events from before `before` to what is written together, the oldest first.
pub fn expired_into(batch: Batch, before: Time, most: u32) -> Batch {
    batch.push(
        "DELETE FROM audit_events WHERE id IN (SELECT id FROM audit_events WHERE id < $1 ORDER BY id LIMIT $2)",
        params![least(before), most],
    )
}

/// Which events a list shows; one that says nothing shows all.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    /// Those of these types.
    pub(super) kinds: Vec<&'static str>,
    /// Those of this kind of actor.
    pub(super) actor: Option<&'static str>,
    /// Those of the actor of this name.
    pub(super) actor_name: Option<String>,
    /// Those about each of these identities: the actor's and the subject's.
    pub(super) identities: Vec<Uuid>,
    /// Those about this session.
    pub(super) session: Option<Uuid>,
    /// Those in the course of this flow.
    pub(super) flow: Option<Uuid>,
    /// Those of this time or later.
    pub(super) after: Option<Time>,
    /// Those from before this time.
    pub(super) before: Option<Time>,
}

impl Filter {
    fn conditions(&self) -> (Vec<String>, Vec<Value>) {
        let (mut conditions, mut params) = (Vec::new(), Vec::new());
        let mut is = |column: &str, operator: &str, value: Value| {
            params.push(value);
            conditions.push(format!("{column} {operator} ${}", params.len()));
        };
        if let Some(actor) = self.actor {
            is("actor_type", "=", actor.into());
        }
        if let Some(name) = &self.actor_name {
            is("actor_name", "=", name.into());
        }
        for identity in &self.identities {
            is("identity_id", "=", (*identity).into());
        }
        if let Some(session) = self.session {
            is("session_id", "=", session.into());
        }
        if let Some(flow) = self.flow {
            is("flow_id", "=", flow.into());
        }
        if let Some(after) = self.after {
            is("id", ">=", least(after).into());
        }
        if let Some(before) = self.before {
            is("id", "<", least(before).into());
        }
        if !self.kinds.is_empty() {
            let places: Vec<String> = (1..=self.kinds.len()).map(|at| format!("${}", params.len() + at)).collect();
            params.extend(self.kinds.iter().map(|kind| Value::from(*kind)));
            conditions.push(format!("type IN ({})", places.join(", ")));
        }
        (conditions, params)
    }
}

/// An event as it was kept.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) id: Uuid,
    pub(super) created_at: Time,
    pub(super) kind: String,
    pub(super) actor: String,
    pub(super) actor_name: Option<String>,
    pub(super) identity: Option<Uuid>,
    pub(super) session: Option<Uuid>,
    pub(super) flow: Option<Uuid>,
    pub(super) address: Option<String>,
    pub(super) agent: Option<String>,
    pub(super) details: serde_json::Value,
}

/// A part of the list, the newest first: those behind `after`, at most `limit`.
///
/// # Errors
/// Where the database does not answer, or a row cannot be read.
pub(super) async fn list(db: &Db, filter: &Filter, after: Option<Uuid>, limit: usize) -> Result<Vec<Kept>, DbError> {
    let (mut conditions, mut params) = filter.conditions();
    if let Some(after) = after {
        params.push(after.into());
        conditions.push(format!("id < ${}", params.len()));
    }
    params.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
    let all = if conditions.is_empty() { String::new() } else { format!("WHERE {} ", conditions.join(" AND ")) };
    let sql = format!("SELECT {COLUMNS} FROM audit_events {all}ORDER BY id DESC LIMIT ${}", params.len());
    db.query_slow(sql, params).await?.iter().map(read).collect()
}

fn read(row: &narthex_db::Row) -> Result<Kept, DbError> {
    Ok(Kept {
        id: row.get(0)?,
        created_at: Time::new(row.get(1)?),
        kind: row.get(2)?,
        actor: row.get(3)?,
        actor_name: row.get(4)?,
        session: row.get(5)?,
        flow: row.get(6)?,
        address: row.get(7)?,
        agent: row.get(8)?,
        details: serde_json::from_str(row.get(9)?).map_err(|error| DbError::Other(error.to_string()))?,
        identity: row.get(10)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Time {
        Time::new(jiff::Timestamp::from_microsecond(micros).unwrap())
    }

    #[test]
    fn ids_follow_the_time_to_the_microsecond_and_then_one_another() {
        let mut last = Uuid::nil();
        for micros in 1_700_000_000_000_000..1_700_000_000_002_100 {
            let (first, second) = (id(at(micros)), id(at(micros)));
            assert!(last < first && first < second, "{last} {first} {second}");
            assert!(least(at(micros)) <= first && second < least(at(micros + 1)));
            assert_eq!((first.get_version_num(), first.get_variant()), (7, uuid::Variant::RFC4122));
            last = second;
        }
    }
}
