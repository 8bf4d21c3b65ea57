//! Look-ups, pipelined over a few shared connections.
//! Never more than three tries, and never longer than the caller's patience.
//! Next: `lane.rs` for the connections, `pool.rs` for long scans.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::connect::{Connector, Purpose};
use super::errors::{is_lost, translate};
use super::lane::Lane;
use super::session::Sql;
use crate::{DbError, Row, Value};

const TRIES: u32 = 3;

pub(super) struct Reads {
    lanes: Vec<Lane>,
    next: AtomicUsize,
    timeout: Duration,
}

impl Reads {
    pub(super) fn new(connector: &Arc<Connector>, lanes: usize, timeout: Duration) -> Self {
        let lane = |_| Lane::new(connector.clone(), Purpose::Read);
        Self { lanes: (0..lanes.max(1)).map(lane).collect(), next: AtomicUsize::new(0), timeout }
    }

    pub(super) async fn select(&self, sql: &Sql, params: &[Value]) -> Result<Vec<Row>, DbError> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.lanes.len();
        let lane = self.lanes.get(turn).ok_or_else(|| DbError::unavailable("there is no connection"))?;
        if let Ok(result) = tokio::time::timeout(self.timeout, select_on(lane, sql, params)).await {
            return result;
        }
        lane.discard();
        Err(DbError::unavailable("no answer in time"))
    }

    pub(super) fn close(&self) {
        self.lanes.iter().for_each(Lane::discard);
    }
}

async fn select_on(lane: &Lane, sql: &Sql, params: &[Value]) -> Result<Vec<Row>, DbError> {
    let mut tried = 1;
    loop {
        let session = lane.session().await?;
        match session.select(sql, params).await {
            // A read may be asked twice.
            Err(error) if is_lost(&error) && tried < TRIES => {
                lane.discard();
                tried += 1;
            }
            result => return result.map_err(|error| translate(&error)),
        }
    }
}
