//! A table as a queue: its rows fall due, are claimed by one worker for a while, and are settled once.
//! Never knows what a row means; what becomes of it is for those to write who worked it off.
//! Next: `batch.rs` for how they do.

use std::sync::Arc;

use futures_util::future::select_all;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::{Batch, Db, DbError, Dialect, Row, params};

/// A table with the columns `id`, `status`, `due_at`, `claim`, `created_at` and `updated_at`. A row's `due_at` is when it may be
/// worked off; while it is, when its claim ends; and null once it is settled. A further column splits the queue into lanes, so that
/// what waits in one holds up no other. Two indexes of rows whose `due_at` is not null serve it: one over the lane, `due_at` and
/// `created_at` finds what is to be claimed and counts what waits; one over `due_at` alone finds the rows of a claim.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    table: &'static str,
    lane: &'static str,
}

/// What waits in a lane: rows that are due now or later, and those being worked off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// The lane.
    pub lane: String,
    /// How many rows there are.
    pub waiting: u64,
    /// When the first of them was queued.
    pub oldest: Timestamp,
}

impl Queue {
    /// This table, split by this column.
    pub const fn new(table: &'static str, lane: &'static str) -> Self {
        Self { table, lane }
    }

    /// Takes rows that are due, of each lane as many as are asked for at most. Nobody else gets them before `until`. Answers the
    /// claim, and `columns` of its rows.
    ///
    /// # Errors
    /// Those of [`Db::write`] and [`Db::query`].
    pub async fn claim(
        self,
        db: &Db,
        columns: &str,
        (now, until): (Timestamp, Timestamp),
        lanes: &[(&str, u32)],
    ) -> Result<(Uuid, Vec<Row>), DbError> {
        let claim = Uuid::now_v7();
        let sql = self.claim_sql(db.dialect());
        // A claim that is lost with the machine is no loss: the row is still queued then.
        let batch = lanes
            .iter()
            .fold(Batch::ephemeral(), |batch, (lane, limit)| batch.push(sql.clone(), params![claim, until, now, *limit, *lane]));
        if db.write(batch).await?.into_iter().sum::<u64>() == 0 {
            return Ok((claim, Vec::new()));
        }
        let sql = format!("SELECT {columns} FROM {} WHERE due_at = $1 AND claim = $2 ORDER BY created_at, id", self.table);
        Ok((claim, db.query(sql, params![until, claim]).await?))
    }

    /// Rows that other instances are about to claim are passed over where the engine can; elsewhere the condition on `due_at`, looked
    /// at again after the lock is had, keeps a row from being claimed twice.
    fn claim_sql(self, dialect: Dialect) -> String {
        let Self { table, lane } = self;
        let passing_over = match dialect {
            Dialect::Sqlite => "",
            Dialect::Postgres | Dialect::Cockroach | Dialect::Yugabyte => " FOR UPDATE SKIP LOCKED",
        };
        format!(
            "UPDATE {table} SET status = 'processing', claim = $1, due_at = $2, updated_at = $3 \
             WHERE id IN (SELECT id FROM {table} WHERE {lane} = $5 AND due_at <= $3 ORDER BY due_at LIMIT $4{passing_over}) \
             AND due_at <= $3"
        )
    }

    /// What waits in each lane; lanes in which nothing does are left out.
    ///
    /// # Errors
    /// Those of [`Db::query_slow`].
    pub async fn backlog(self, db: &Db) -> Result<Vec<Backlog>, DbError> {
        let Self { table, lane } = self;
        let sql = format!("SELECT {lane}, COUNT(*), MIN(created_at) FROM {table} WHERE due_at IS NOT NULL GROUP BY {lane}");
        let backlog = |row: &Row| {
            let waiting: i64 = row.get(1)?;
            Ok(Backlog { lane: row.get(0)?, waiting: waiting.try_into().unwrap_or(0), oldest: row.get(2)? })
        };
        db.query_slow(sql, params![]).await?.iter().map(backlog).collect()
    }
}

/// The places of lanes that had none left at a moment. Looked up before a claim: what ends meanwhile leaves a place that the claim
/// did not know of.
#[derive(Debug)]
pub struct Full(Vec<Arc<Semaphore>>);

impl Full {
    /// Those of these lanes, one semaphore for each.
    pub fn of<'a>(lanes: impl IntoIterator<Item = &'a Arc<Semaphore>>) -> Self {
        Self(lanes.into_iter().filter(|places| places.available_permits() == 0).cloned().collect())
    }

    /// Ends when one of the lanes has a place again, and there may be more for it; never where none was full.
    pub async fn a_place(&self) {
        if self.0.is_empty() {
            std::future::pending::<()>().await;
        }
        let _ = select_all(self.0.iter().map(|places| Box::pin(places.acquire()))).await;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_place_that_became_free_since_it_was_looked_is_seen_at_once() {
        let lanes = [Arc::new(Semaphore::new(1)), Arc::new(Semaphore::new(1))];
        let under_way = lanes[1].try_acquire().unwrap();
        let full = Full::of(&lanes);
        assert!(full.a_place().now_or_never().is_none());
        drop(under_way);
        assert!(full.a_place().now_or_never().is_some());
        assert!(Full::of(&lanes).a_place().now_or_never().is_none(), "nothing was full");
    }
}
