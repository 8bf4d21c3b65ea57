//! The writing side: one thread that takes all waiting batches and commits them together.
//! Never answers before the commit; a batch that fails is undone alone, the others go through.
//! Next: `group.rs` runs a group, `mod.rs` sends the jobs.

use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::group::Group;
use super::readers::lock;
use crate::migrate::Script;
use crate::{Batch, DbError};

/// The most batches that share a commit.
const GROUP: usize = 512;

pub(super) type Reply<T> = oneshot::Sender<Result<T, DbError>>;

/// What the thread is asked to do.
pub(super) enum Job {
    Write(Batch, Reply<Vec<u64>>),
    /// Answers whether the step was run; another process may have been faster.
    Script(Script, Reply<bool>),
    Close(oneshot::Sender<()>),
}

/// Serves jobs until it is told to close or nobody can send any more.
pub(super) fn serve(conn: &Arc<Mutex<Connection>>, mut jobs: mpsc::Receiver<Job>) {
    let mut waiting = Vec::with_capacity(GROUP);
    let mut group = Group::default();
    while jobs.blocking_recv_many(&mut waiting, GROUP) > 0 {
        let mut batches = Vec::with_capacity(waiting.len());
        let mut replies = Vec::with_capacity(waiting.len());
        for job in waiting.drain(..) {
            match job {
                Job::Write(batch, reply) => {
                    batches.push(batch);
                    replies.push(reply);
                }
                Job::Script(script, reply) => {
                    flush(&mut group, conn, &mut batches, &mut replies);
                    // Whoever asked may have gone; the work is done all the same. So below.
                    let _ = reply.send(group.run_script(&lock(conn), &script));
                }
                Job::Close(reply) => {
                    flush(&mut group, conn, &mut batches, &mut replies);
                    jobs.close();
                    finish(&lock(conn));
                    let _ = reply.send(());
                    return;
                }
            }
        }
        flush(&mut group, conn, &mut batches, &mut replies);
    }
    finish(&lock(conn));
}

fn flush(group: &mut Group, conn: &Mutex<Connection>, batches: &mut Vec<Batch>, replies: &mut Vec<Reply<Vec<u64>>>) {
    if batches.is_empty() {
        return;
    }
    let outcomes = group.run(&lock(conn), batches);
    for (reply, outcome) in replies.drain(..).zip(outcomes) {
        let _ = reply.send(outcome);
    }
    batches.clear();
}

/// Leaves a file without a log beside it. Whatever fails here is made up for at the next opening.
fn finish(conn: &Connection) {
    conn.flush_prepared_statement_cache();
    if let Err(error) = conn.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::debug!(%error, "closing checkpoint");
    }
}
