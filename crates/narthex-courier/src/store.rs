//! The courier's SQL: the queue, the tries, the lists of the admin API, and the clean-up.
//! Never sends anything and never decides what becomes of a message.
//! Next: `dispatcher` claims and settles, the server lists.

use narthex_api::Time;
use narthex_db::{Backlog, Batch, Db, DbError, Queue, Row, params};
use serde_json::Value;
use uuid::Uuid;

use crate::message::{Dispatch, Message, NewMessage, Status, Via};

/// What waits, by channel, the second step: claims take of each channel what is due, and metrics count it, without a look at any
/// other row.
pub const WAITING: &str =
    "CREATE INDEX courier_messages_waiting ON courier_messages (channel, due_at, created_at) WHERE due_at IS NOT NULL;";

/// The courier's tables, the first step of its migrations; the server gives each a number.
///
/// `due_at` is the one column that the queue turns on: when a queued message may be tried, when the claim on a
/// message in processing ends, and null once a message is settled.
pub const TABLES: &str = "\
CREATE TABLE courier_messages (
  id {uuid} PRIMARY KEY,
  status TEXT NOT NULL,
  type TEXT NOT NULL,
  channel TEXT NOT NULL,
  template_type TEXT NOT NULL,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  html_body TEXT,
  template_data {json} NOT NULL,
  request_headers {json} NOT NULL,
  send_count BIGINT NOT NULL,
  due_at {time},
  claim {uuid},
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
);
CREATE INDEX courier_messages_due ON courier_messages (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX courier_messages_by_age ON courier_messages (created_at, id);
CREATE INDEX courier_messages_by_recipient ON courier_messages (recipient, created_at, id);
CREATE INDEX courier_messages_abandoned ON courier_messages (created_at, id) WHERE status = 'abandoned';
CREATE TABLE courier_dispatches (
  id {uuid} PRIMARY KEY,
  message_id {uuid} NOT NULL REFERENCES courier_messages (id) ON DELETE CASCADE,
  error TEXT,
  created_at {time} NOT NULL
);
CREATE INDEX courier_dispatches_of_message ON courier_dispatches (message_id);
";

const INSERT: &str = "INSERT INTO courier_messages (id, status, type, channel, template_type, recipient, subject, body, \
     html_body, template_data, request_headers, send_count, due_at, created_at, updated_at) \
     VALUES ($1, 'queued', $2, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $10, $10)";

/// The write that queues a message. Append it to the write that makes it necessary, so that a code and its
/// message are stored together or not at all; then wake the dispatcher.
pub fn enqueue(message: &NewMessage, id: Uuid, now: Time) -> Batch {
    Batch::durable().push(
        INSERT,
        params![
            id,
            message.via.as_str(),
            message.template_type,
            message.recipient.as_str(),
            message.subject.as_str(),
            message.body.as_str(),
            message.html_body.clone(),
            message.template_data.to_string(),
            message.request_headers.to_string(),
            now.timestamp(),
        ],
    )
}

/// A message in the hands of a worker.
pub(crate) struct Claimed {
    pub(crate) id: Uuid,
    /// Tries that ended before this one.
    pub(crate) send_count: u32,
    pub(crate) message: Outgoing,
    claim: Uuid,
}

/// What a channel needs to know to deliver a message.
pub(crate) struct Outgoing {
    /// Stays the same over all tries.
    pub(crate) id: Uuid,
    pub(crate) via: Via,
    pub(crate) template_type: String,
    pub(crate) recipient: String,
    pub(crate) subject: String,
    pub(crate) body: String,
    pub(crate) html_body: Option<String>,
    pub(crate) template_data: Value,
    pub(crate) request_headers: Value,
}

/// How a try ended.
pub(crate) struct Settled {
    pub(crate) claimed: Claimed,
    pub(crate) verdict: Verdict,
    pub(crate) at: Time,
    /// Whether it can still be read once it is settled.
    pub(crate) keeps_text: bool,
}

/// What becomes of a message after a try.
pub(crate) enum Verdict {
    Sent,
    Retry { due: Time, error: String },
    Abandoned { error: String },
}

/// The messages that wait, a lane for each channel.
const QUEUE: Queue = Queue::new("courier_messages", "channel");

/// Takes messages that are due, of each channel so many at most. Nobody else gets them before `until`.
pub(crate) async fn claim(db: &Db, now: Time, until: Time, free: &[(Via, u32)]) -> Result<Vec<Claimed>, DbError> {
    let columns = "id, send_count, type, template_type, recipient, subject, body, html_body, template_data, request_headers";
    let lanes: Vec<_> = free.iter().map(|(via, limit)| (via.as_str(), *limit)).collect();
    let (claim, rows) = QUEUE.claim(db, columns, (now.timestamp(), until.timestamp()), &lanes).await?;
    rows.iter().map(|row| claimed(row, claim)).collect()
}

fn claimed(row: &Row, claim: Uuid) -> Result<Claimed, DbError> {
    let json = |column| row.get::<&str>(column).map(|text| serde_json::from_str(text).unwrap_or_default());
    let id = row.get(0)?;
    let message = Outgoing {
        id,
        via: via(row.get(2)?)?,
        template_type: row.get(3)?,
        recipient: row.get(4)?,
        subject: row.get(5)?,
        body: row.get(6)?,
        html_body: row.get(7)?,
        template_data: json(8)?,
        request_headers: json(9)?,
    };
    Ok(Claimed { id, send_count: row.get(1)?, message, claim })
}

const DISPATCHED: &str = "INSERT INTO courier_dispatches (id, message_id, error, created_at) \
     SELECT $1, id, $2, $3 FROM courier_messages WHERE id = $4 AND claim = $5";
const SETTLED: &str = "UPDATE courier_messages SET status = $1, due_at = $2, claim = NULL, \
     send_count = send_count + 1, updated_at = $3 WHERE id = $4 AND claim = $5";
/// What nobody sends any more: codes and links are of no use to us, and might be to whoever gets at the database.
const BLANKED: &str = "UPDATE courier_messages SET subject = '', body = '', html_body = NULL, template_data = '{}', \
     request_headers = '{}' WHERE id = $1 AND claim = $2";

/// Notes down how tries ended. A claim that ran out in the meantime changes nothing: whoever has the message now
/// tells its end.
pub(crate) async fn settle(db: &Db, settled: &[Settled]) -> Result<(), DbError> {
    let mut batch = Batch::durable();
    for Settled { claimed, verdict, at, keeps_text } in settled {
        let (status, due, error) = match verdict {
            Verdict::Sent => (Status::Sent, None, None),
            Verdict::Retry { due, error } => (Status::Queued, Some(due.timestamp()), Some(error.as_str())),
            Verdict::Abandoned { error } => (Status::Abandoned, None, Some(error.as_str())),
        };
        // A mail server may say anything; a zero character could not be kept.
        let error = error.map(|error| error.replace('\0', "\u{FFFD}"));
        let (id, claim, at) = (claimed.id, claimed.claim, at.timestamp());
        if due.is_none() && !keeps_text {
            batch = batch.push(BLANKED, params![id, claim]);
        }
        batch = batch
            .push(DISPATCHED, params![Uuid::now_v7(), error, at, id, claim])
            .push(SETTLED, params![status.as_str(), due, at, id, claim]);
    }
    db.write(batch).await.map(|_| ())
}

/// Which messages a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of this status.
    pub status: Option<Status>,
    /// Only those to exactly this address.
    pub recipient: Option<String>,
    /// Only those that come after this place.
    pub after: Option<Position>,
    /// Only those that can still be read.
    pub readable: bool,
}

/// A place in the list of messages; the newest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// When the message at that place was queued.
    pub created_at: Time,
    /// Its id.
    pub id: Uuid,
}

impl Position {
    /// The place of this message.
    pub fn of(message: &Message) -> Self {
        Self { created_at: message.created_at, id: message.id }
    }
}

const COLUMNS: &str = "id, status, type, recipient, body, subject, template_type, channel, send_count, html_body, \
     created_at, updated_at";

/// A page of messages, newest first, without their dispatches. Ask for one more than the page holds to learn whether
/// there is a next one.
///
/// # Errors
/// Those of [`Db::query_slow`].
pub async fn list(db: &Db, filter: &Filter, limit: u32) -> Result<Vec<Message>, DbError> {
    let mut params = params![limit];
    let mut conditions = Vec::new();
    if let Some(status) = filter.status {
        // Written out, so that the index of abandoned messages is of use.
        conditions.push(format!("status = '{}'", status.as_str()));
        if matches!(status, Status::Queued | Status::Processing) {
            conditions.push("due_at IS NOT NULL".to_owned());
        }
    }
    if filter.readable {
        conditions.push("body <> ''".to_owned());
    }
    if let Some(recipient) = &filter.recipient {
        params.push(recipient.as_str().into());
        conditions.push(format!("recipient = ${}", params.len()));
    }
    if let Some(after) = filter.after {
        params.push(after.created_at.timestamp().into());
        params.push(after.id.into());
        conditions.push(format!("(created_at, id) < (${}, ${})", params.len() - 1, params.len()));
    }
    let condition = if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
    let sql = format!("SELECT {COLUMNS} FROM courier_messages {condition} ORDER BY created_at DESC, id DESC LIMIT $1");
    db.query_slow(sql, params).await?.iter().map(message).collect()
}

/// One message with its dispatches, newest first.
///
/// # Errors
/// Those of [`Db::query`].
pub async fn get(db: &Db, id: Uuid) -> Result<Option<Message>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM courier_messages WHERE id = $1");
    let Some(row) = db.query_opt(sql, params![id]).await? else {
        return Ok(None);
    };
    let sql = "SELECT id, message_id, error, created_at FROM courier_dispatches WHERE message_id = $1 \
         ORDER BY created_at DESC, id DESC";
    let dispatches = db.query(sql, params![id]).await?;
    let dispatches = dispatches.iter().map(dispatch).collect::<Result<_, _>>()?;
    Ok(Some(Message { dispatches: Some(dispatches), ..message(&row)? }))
}

/// The development mailbox: the newest messages of any status that can still be read. Only a server that sends nothing may show
/// it.
///
/// # Errors
/// Those of [`Db::query_slow`].
pub async fn mailbox(db: &Db, limit: u32) -> Result<Vec<Message>, DbError> {
    list(db, &Filter { readable: true, ..Filter::default() }, limit).await
}

/// How many messages of each channel wait for a try or are being tried, and since when.
///
/// # Errors
/// Those of [`Db::query_slow`].
pub async fn backlog(db: &Db) -> Result<Vec<Backlog>, DbError> {
    QUEUE.backlog(db).await
}

/// Deletes up to `limit` messages that were queued before `before` and are settled, with their dispatches, oldest first.
/// Answers how many they were: call again until it is less than `limit`.
///
/// # Errors
/// Those of [`Db::write`].
pub async fn cleanup(db: &Db, before: Time, limit: u32) -> Result<u64, DbError> {
    let old = "SELECT id FROM courier_messages WHERE created_at < $1 AND due_at IS NULL ORDER BY created_at, id LIMIT $2";
    let params = || params![before.timestamp(), limit];
    let batch = Batch::durable()
        .push(format!("DELETE FROM courier_dispatches WHERE message_id IN ({old})"), params())
        .push(format!("DELETE FROM courier_messages WHERE id IN ({old})"), params());
    Ok(db.write(batch).await?.get(1).copied().unwrap_or(0))
}

fn message(row: &Row) -> Result<Message, DbError> {
    Ok(Message {
        id: row.get(0)?,
        status: Status::parse(row.get(1)?).ok_or_else(|| unknown("status"))?,
        via: via(row.get(2)?)?,
        recipient: row.get(3)?,
        body: row.get(4)?,
        subject: row.get(5)?,
        template_type: row.get(6)?,
        channel: row.get(7)?,
        send_count: row.get(8)?,
        dispatches: None,
        html_body: row.get(9)?,
        created_at: Time::new(row.get(10)?),
        updated_at: Time::new(row.get(11)?),
    })
}

fn dispatch(row: &Row) -> Result<Dispatch, DbError> {
    let created_at = Time::new(row.get(3)?);
    Ok(Dispatch { id: row.get(0)?, message_id: row.get(1)?, error: row.get(2)?, created_at })
}

fn via(name: &str) -> Result<Via, DbError> {
    Via::parse(name).ok_or_else(|| unknown("type"))
}

fn unknown(column: &str) -> DbError {
    DbError::Other(format!("courier_messages.{column} holds an unknown name"))
}
