//! The SQL of kept calls: the queue, the list, and the clean-up.

use narthex_api::Time;
use narthex_db::{Backlog, Batch, Db, DbError, Queue, Row, Value, params};
use serde::Serialize;
use uuid::Uuid;

/// What has become of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    /// It waits for a try.
    Queued,
    /// It is being tried.
    Processing,
    /// The target has taken it.
    Delivered,
    /// It was tried often enough.
    Abandoned,
}

impl Status {
    pub(super) const ALL: [Self; 4] = [Self::Queued, Self::Processing, Self::Delivered, Self::Abandoned];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Delivered => "delivered",
            Self::Abandoned => "abandoned",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// A call to be kept.
pub(super) struct New<'a> {
    pub(super) id: Uuid,
    pub(super) hook: &'a str,
    pub(super) label: Option<&'a str>,
    pub(super) url: &'a str,
    pub(super) method: &'a str,
    pub(super) body: Option<Vec<u8>>,
}

const INSERT: &str = "INSERT INTO webhook_deliveries (id, status, hook, label, url, method, body, attempts, due_at, created_at, updated_at) \
     VALUES ($1, 'queued', $2, $3, $4, $5, $6, 0, $7, $7, $7)";

pub(super) fn insert_into(batch: Batch, new: New<'_>, now: Time) -> Batch {
    batch.push(INSERT, params![new.id, new.hook, new.label, new.url, new.method, new.body, now.timestamp()])
}

/// A call in the hands of a worker.
pub(super) struct Claimed {
    pub(super) id: Uuid,
    pub(super) hook: String,
    pub(super) body: Option<Vec<u8>>,
    /// Tries that ended before this one.
    pub(super) attempts: u32,
    claim: Uuid,
}

/// The calls that wait, a lane for each hook.
const QUEUE: Queue = Queue::new("webhook_deliveries", "hook");

/// Takes calls that are due, of each hook so many at most. Nobody else gets them before `until`.
pub(super) async fn claim(db: &Db, now: Time, until: Time, free: &[(&str, u32)]) -> Result<Vec<Claimed>, DbError> {
    let (claim, rows) = QUEUE.claim(db, "id, hook, body, attempts", (now.timestamp(), until.timestamp()), free).await?;
    let claimed = |row: &Row| Ok(Claimed { id: row.get(0)?, hook: row.get(1)?, body: row.get(2)?, attempts: row.get(3)?, claim });
    rows.iter().map(claimed).collect()
}

/// How many calls wait for a try or are being tried, and since when, hook by hook.
///
/// # Errors
/// Where the database does not answer.
pub(crate) async fn backlog(db: &Db) -> Result<Vec<Backlog>, DbError> {
    QUEUE.backlog(db).await
}

/// A call of a hook that is not known here.
pub(super) struct Unknown {
    pub(super) id: Uuid,
    pub(super) label: Option<String>,
    pub(super) url: String,
}

/// Up to `most` calls of other hooks than these that have been due since `since`, the longest due first.
pub(super) async fn unknown(db: &Db, hooks: &[&str], since: Time, most: u32) -> Result<Vec<Unknown>, DbError> {
    let mut params = params![since.timestamp(), most];
    let places: Vec<String> = (1..=hooks.len()).map(|at| format!("${}", params.len() + at)).collect();
    params.extend(hooks.iter().map(|hook| Value::from(*hook)));
    let others = if places.is_empty() { String::new() } else { format!(" AND hook NOT IN ({})", places.join(", ")) };
    let sql = format!("SELECT id, label, url FROM webhook_deliveries WHERE due_at <= $1{others} ORDER BY due_at LIMIT $2");
    let rows = db.query_slow(sql, params).await?;
    rows.iter().map(|row| Ok(Unknown { id: row.get(0)?, label: row.get(1)?, url: row.get(2)? })).collect()
}

/// Adds to what is written together that a call is given up, if it is still due since `since`; else the whole is not done.
pub(super) fn give_up_into(batch: Batch, id: Uuid, since: Time, now: Time, error: &str) -> Batch {
    let sql = "UPDATE webhook_deliveries SET status = 'abandoned', due_at = NULL, claim = NULL, error = $3, updated_at = $4 \
               WHERE id = $1 AND due_at <= $2";
    batch.push_expecting(1, sql, params![id, since.timestamp(), error, now.timestamp()])
}

/// How a try ended.
pub(super) struct Ended {
    pub(super) status: Status,
    /// When the next try is due.
    pub(super) due: Option<Time>,
    /// The status of the target's answer.
    pub(super) answered: Option<u16>,
    pub(super) error: Option<String>,
    pub(super) at: Time,
}

const ENDED: &str = "UPDATE webhook_deliveries SET status = $1, due_at = $2, answered = $3, error = $4, updated_at = $5, claim = NULL, \
     attempts = attempts + 1 WHERE id = $6 AND claim = $7";

/// Notes down how a try ended. A claim that ran out in the meantime changes nothing: whoever has the call now tells its end.
pub(super) async fn settle(db: &Db, claimed: &Claimed, ended: &Ended) -> Result<(), DbError> {
    let due = ended.due.map(Time::timestamp);
    let (answered, error) = (ended.answered.map(u32::from), ended.error.as_deref());
    let params = params![ended.status.as_str(), due, answered, error, ended.at.timestamp(), claimed.id, claimed.claim];
    db.write(Batch::durable().push(ENDED, params)).await.map(drop)
}

/// A kept call as operators see it.
#[derive(Serialize)]
pub(super) struct Delivery {
    /// What targets get as `webhook-id`, the same for each try.
    pub(super) id: Uuid,
    pub(super) status: Status,
    /// The hook's `id` in the configuration.
    hook: Option<String>,
    /// Where it goes, without a query.
    url: String,
    method: String,
    attempts: u32,
    answered: Option<u16>,
    error: Option<String>,
    /// When it may be tried next.
    due_at: Option<Time>,
    pub(super) created_at: Time,
    updated_at: Time,
}

/// Which calls a list shows.
#[derive(Debug, Default)]
pub(super) struct Filter {
    pub(super) status: Option<Status>,
    pub(super) hook: Option<String>,
    /// Those kept at this time or later.
    pub(super) after: Option<Time>,
    /// Those kept before this time.
    pub(super) before: Option<Time>,
}

impl Filter {
    fn conditions(&self, params: &mut Vec<Value>) -> Vec<String> {
        let moment = |time: Option<Time>| time.map(|time| time.timestamp().into());
        let all: [(&str, Option<Value>); 4] = [
            ("status =", self.status.map(|status| status.as_str().into())),
            ("label =", self.hook.as_deref().map(Value::from)),
            ("created_at >=", moment(self.after)),
            ("created_at <", moment(self.before)),
        ];
        let mut conditions = Vec::new();
        for (is, value) in all.into_iter().filter_map(|(is, value)| Some((is, value?))) {
            params.push(value);
            conditions.push(format!("{is} ${}", params.len()));
        }
        conditions
    }
}

const COLUMNS: &str = "id, status, label, url, method, attempts, answered, error, due_at, created_at, updated_at";

/// A page of calls behind `after`, newest first.
pub(super) async fn list(db: &Db, filter: &Filter, after: Option<(Time, Uuid)>, limit: usize) -> Result<Vec<Delivery>, DbError> {
    let mut params = params![u32::try_from(limit).unwrap_or(u32::MAX)];
    let mut conditions = filter.conditions(&mut params);
    if let Some((created_at, id)) = after {
        params.push(created_at.timestamp().into());
        params.push(id.into());
        conditions.push(format!("(created_at, id) < (${}, ${})", params.len() - 1, params.len()));
    }
    let condition = if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
    let sql = format!("SELECT {COLUMNS} FROM webhook_deliveries {condition} ORDER BY created_at DESC, id DESC LIMIT $1");
    db.query_slow(sql, params).await?.iter().map(delivery).collect()
}

/// One call.
pub(super) async fn get(db: &Db, id: Uuid) -> Result<Option<Delivery>, DbError> {
    let row = db.query_opt(format!("SELECT {COLUMNS} FROM webhook_deliveries WHERE id = $1"), params![id]).await?;
    row.as_ref().map(delivery).transpose()
}

/// Queues a settled call once more; fails with [`DbError::Unmet`] where there is none of this id, or it is not settled.
pub(super) fn replay_into(batch: Batch, id: Uuid, now: Time) -> Batch {
    let sql =
        "UPDATE webhook_deliveries SET status = 'queued', due_at = $1, updated_at = $1, attempts = 0 WHERE id = $2 AND due_at IS NULL";
    batch.push_expecting(1, sql, params![now.timestamp(), id])
}

/// Deletes up to `limit` settled calls that were kept before `before`, oldest first. Answers how many they were.
///
/// # Errors
/// Where the database does not answer.
pub(crate) async fn cleanup(db: &Db, before: Time, limit: u32) -> Result<u64, DbError> {
    let sql = "DELETE FROM webhook_deliveries WHERE id IN \
         (SELECT id FROM webhook_deliveries WHERE created_at < $1 AND due_at IS NULL ORDER BY created_at, id LIMIT $2)";
    let removed = db.write(Batch::ephemeral().push(sql, params![before.timestamp(), limit])).await?;
    Ok(removed.into_iter().sum())
}

fn delivery(row: &Row) -> Result<Delivery, DbError> {
    let status = Status::parse(row.get(1)?).ok_or_else(|| DbError::Other("webhook_deliveries.status holds an unknown name".to_owned()))?;
    let answered: Option<u32> = row.get(6)?;
    let due_at: Option<jiff::Timestamp> = row.get(8)?;
    Ok(Delivery {
        id: row.get(0)?,
        status,
        hook: row.get(2)?,
        url: row.get(3)?,
        method: row.get(4)?,
        attempts: row.get(5)?,
        answered: answered.and_then(|status| u16::try_from(status).ok()),
        error: row.get(7)?,
        due_at: due_at.map(Time::new),
        created_at: Time::new(row.get(9)?),
        updated_at: Time::new(row.get(10)?),
    })
}
