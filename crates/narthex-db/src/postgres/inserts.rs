//! Lone inserts that need not be on disk when answered: all that wait go as one statement.
//! Never lets one hurt another: if the joint statement fails, each is run alone.
//! Next: `shape.rs` tells which inserts can be joined, `transactions.rs` takes the other writes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::{Error, Statement};

use super::bind::Bind;
use super::connect::{Connector, Purpose};
use super::errors::{is_collision, is_lost, is_shutdown, translate};
use super::lane::Lane;
use super::session::{Session, Sql, in_flight};
use super::shape;
use crate::{DbError, Value};

/// The most inserts in one statement.
const JOINED: usize = 512;

/// Joint statements remembered; when a program with ever new texts fills this, all are let go.
const PLANS: usize = 256;

/// Tries of an insert run alone, when the server shuts down or another is faster.
const TRIES: u32 = 4;

pub(super) struct Insert {
    pub(super) sql: Sql,
    pub(super) params: Vec<Value>,
    pub(super) reply: oneshot::Sender<Result<Vec<u64>, DbError>>,
}

pub(super) enum Job {
    Insert(Insert),
    Close(oneshot::Sender<()>),
}

/// The task that owns the connection for inserts.
pub(super) struct Inserter {
    lane: Lane,
    timeout: Duration,
    /// Joint statements of the present connection, by the text of the lone one; `None` where there
    /// can be none.
    plans: HashMap<Sql, Option<Statement>>,
    planned_on: Option<Arc<Session>>,
}

impl Inserter {
    pub(super) fn start(connector: Arc<Connector>, queue: usize, timeout: Duration) -> mpsc::Sender<Job> {
        let (jobs, waiting) = mpsc::channel(queue.max(1));
        let lane = Lane::new(connector, Purpose::Insert);
        let inserter = Self { lane, timeout, plans: HashMap::new(), planned_on: None };
        tokio::spawn(inserter.serve(waiting));
        jobs
    }

    async fn serve(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut waiting = Vec::with_capacity(JOINED);
        while jobs.recv_many(&mut waiting, JOINED).await > 0 {
            let mut groups: HashMap<Sql, Vec<Insert>> = HashMap::new();
            let mut closing = None;
            for job in waiting.drain(..) {
                match job {
                    Job::Insert(insert) => {
                        groups.entry(insert.sql.clone()).or_default().push(insert);
                    }
                    Job::Close(reply) => closing = Some(reply),
                }
            }
            self.run(groups).await;
            if let Some(reply) = closing {
                self.lane.discard();
                jobs.close();
                // Whoever closes may have gone; so may those who wait for an insert, below.
                let _ = reply.send(());
            }
        }
    }

    async fn run(&mut self, groups: HashMap<Sql, Vec<Insert>>) {
        let mut planned = Vec::with_capacity(groups.len());
        for (sql, inserts) in groups {
            let plan = if inserts.len() > 1 { self.plan(&sql).await } else { None };
            planned.push((plan, inserts));
        }
        let lane = &self.lane;
        let timeout = self.timeout;
        join_all(planned.into_iter().map(|(plan, inserts)| run_group(lane, timeout, plan, inserts))).await;
    }

    /// The joint statement for `sql` and the connection it is prepared on.
    async fn plan(&mut self, sql: &Sql) -> Option<(Arc<Session>, Statement)> {
        let session = self.lane.session().await.ok()?;
        if !self.planned_on.as_ref().is_some_and(|known| Arc::ptr_eq(known, &session)) {
            self.plans.clear();
            self.planned_on = Some(session.clone());
        }
        if let Some(known) = self.plans.get(sql) {
            return known.clone().map(|statement| (session, statement));
        }
        // What fails now may succeed later: the table may still be made.
        let prepared = tokio::time::timeout(self.timeout, prepare(&session, sql)).await;
        let plan = prepared.ok()?.ok()?;
        if self.plans.len() >= PLANS {
            self.plans.clear();
        }
        self.plans.insert(sql.clone(), plan.clone());
        plan.map(|statement| (session, statement))
    }
}

async fn prepare(session: &Session, sql: &Sql) -> Result<Option<Statement>, Error> {
    let alone = session.prepare(sql).await?;
    let joined = shape::of_insert(sql).and_then(|shape| shape.joined(alone.params()));
    match joined {
        Some(joined) => session.prepare(&Sql::Owned(joined)).await.map(Some),
        None => Ok(None),
    }
}

async fn run_group(lane: &Lane, timeout: Duration, plan: Option<(Arc<Session>, Statement)>, inserts: Vec<Insert>) {
    if let Some((session, statement)) = plan {
        match tokio::time::timeout(timeout, run_joined(&session, &statement, &inserts)).await {
            Ok(Ok(_)) => return answer(inserts, || Ok(vec![1])),
            // It may have been stored: trying again could report a conflict with itself.
            Ok(Err(error)) if is_lost(&error) && !is_shutdown(&error) => {
                return answer(inserts, || Err(translate(&error)));
            }
            Ok(Err(_)) => {}
            Err(_) => {
                lane.discard();
                return answer(inserts, || Err(DbError::unavailable("no answer in time")));
            }
        }
    }
    let alone: Vec<_> = inserts.iter().map(|insert| run_alone(lane, insert)).collect();
    if let Ok(outcomes) = tokio::time::timeout(timeout, in_flight(alone)).await {
        for (insert, outcome) in inserts.into_iter().zip(outcomes) {
            let _ = insert.reply.send(outcome.map(|changed| vec![changed]));
        }
    } else {
        lane.discard();
        answer(inserts, || Err(DbError::unavailable("no answer in time")));
    }
}

fn answer(inserts: Vec<Insert>, outcome: impl Fn() -> Result<Vec<u64>, DbError>) {
    for insert in inserts {
        let _ = insert.reply.send(outcome());
    }
}

async fn run_joined(session: &Session, statement: &Statement, inserts: &[Insert]) -> Result<u64, Error> {
    let column = |index| inserts.iter().filter_map(|insert| insert.params.get(index)).map(Bind).collect();
    let columns: Vec<Vec<Bind<'_>>> = (0..statement.params().len()).map(column).collect();
    session.execute_columns(statement, &columns).await
}

async fn run_alone(lane: &Lane, insert: &Insert) -> Result<u64, DbError> {
    let mut tried = 1;
    loop {
        let session = lane.session().await?;
        let run = async {
            let statement = session.prepare(&insert.sql).await?;
            session.execute(&statement, &insert.params).await
        };
        match run.await {
            Err(error) if tried < TRIES && (is_shutdown(&error) || is_collision(&error)) => {
                tried += 1;
            }
            result => return result.map_err(|error| translate(&error)),
        }
    }
}
