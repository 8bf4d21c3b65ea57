//! The rows of flows. They are ephemeral: a flow that is lost with the machine is begun again.

use narthex_db::{Batch, Db, DbError, params};
use uuid::Uuid;

use super::{Flow, Kind};
use crate::edge::Problem;
use narthex_api::Time;

const INSERT: &str = "INSERT INTO flows (id, kind, expires_at, tries, doc) VALUES ($1, $2, $3, $4, $5)";

fn document<K: Kind>(flow: &Flow<K>) -> Result<String, Problem> {
    serde_json::to_string(flow).map_err(Problem::internal)
}

/// Keeps a new flow.
///
/// # Errors
/// Where the database cannot take it.
pub async fn insert<K: Kind>(db: &Db, flow: &Flow<K>) -> Result<(), Problem> {
    db.write(insert_into(Batch::ephemeral(), flow)?).await?;
    Ok(())
}

/// Adds a new flow to what is written together.
///
/// # Errors
/// Where the flow cannot be written as JSON.
pub fn insert_into<K: Kind>(batch: Batch, flow: &Flow<K>) -> Result<Batch, Problem> {
    Ok(batch.push(INSERT, params![flow.id, K::NAME, flow.expires_at.timestamp(), 0_i64, document(flow)?]))
}

/// Keeps what has become of a flow.
///
/// # Errors
/// Where the database cannot take it.
pub async fn update<K: Kind>(db: &Db, flow: &Flow<K>) -> Result<(), Problem> {
    db.write(update_into(Batch::ephemeral(), flow)?).await?;
    Ok(())
}

/// Adds what has become of a flow to what is written together.
///
/// # Errors
/// Where the flow cannot be written as JSON.
pub fn update_into<K: Kind>(batch: Batch, flow: &Flow<K>) -> Result<Batch, Problem> {
    Ok(batch.push("UPDATE flows SET doc = $2 WHERE id = $1", params![flow.id, document(flow)?]))
}

/// The flow of this id, if it is of this kind.
///
/// # Errors
/// Where the database does not answer, or the row cannot be read.
pub async fn find<K: Kind>(db: &Db, id: Uuid) -> Result<Option<Flow<K>>, Problem> {
    let row = db.query_opt("SELECT expires_at, doc FROM flows WHERE id = $1 AND kind = $2", params![id, K::NAME]).await?;
    let Some(row) = row else { return Ok(None) };
    let mut flow: Flow<K> = serde_json::from_str(row.get::<&str>(1)?).map_err(Problem::internal)?;
    flow.id = id;
    flow.expires_at = Time::new(row.get(0)?);
    Ok(Some(flow))
}

/// Counts one more try of a code in this flow; false where there have been `most` already.
///
/// # Errors
/// Where the database does not answer.
pub async fn count_try(db: &Db, id: Uuid, most: i64) -> Result<bool, DbError> {
    let counted = Batch::durable().push_expecting(1, "UPDATE flows SET tries = tries + 1 WHERE id = $1 AND tries < $2", params![id, most]);
    match db.write(counted).await {
        Ok(_) => Ok(true),
        Err(DbError::Unmet { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
