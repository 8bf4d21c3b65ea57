//! Notes down how tries ended, many in one commit.
//! Never gives up while the process runs: an end that is not noted down means that the message is delivered again.
//! Next: `store.rs` has the statements.

use std::time::Duration;

use narthex_db::{Db, DbError};
use tokio::sync::mpsc;

use crate::store::{self, Settled};

/// Ends in one commit at most.
const TOGETHER: usize = 128;
const PAUSE: Duration = Duration::from_millis(200);

/// Runs until every sender is gone and all is noted down.
pub(super) async fn run(db: Db, mut ends: mpsc::Receiver<Settled>) {
    let mut some = Vec::with_capacity(TOGETHER);
    while ends.recv_many(&mut some, TOGETHER).await > 0 {
        note_down(&db, &some).await;
        some.clear();
    }
}

async fn note_down(db: &Db, some: &[Settled]) {
    loop {
        match store::settle(db, some).await {
            Ok(()) => return,
            Err(error @ (DbError::Busy | DbError::Unavailable(_))) => {
                tracing::warn!(%error, count = some.len(), "cannot note down deliveries, trying again");
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => {
                tracing::error!(%error, count = some.len(), "deliveries are not noted down and will be repeated");
                return;
            }
        }
    }
}
