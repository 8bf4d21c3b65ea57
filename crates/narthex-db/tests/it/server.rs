//! What only a server does: it goes away, it is slow, it has deadlocks.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use narthex_db::{Batch, Db, DbError, Dialect, Options, params, testkit};
use tokio::task::JoinSet;

use crate::engines::{block_on, execute, number};

const INSERT: &str = "INSERT INTO items (id, done) VALUES ($1, $2)";
const ITEMS: &str = "CREATE TABLE items (id BIGINT PRIMARY KEY, done BIGINT NOT NULL)";

async fn open(dsn: &str, options: Options) -> Db {
    Db::open(&dsn.parse().unwrap(), options).await.unwrap()
}

/// Ends every other connection to the database.
async fn end_connections(admin: &Db) {
    let sql =
        "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    assert!(number(admin, sql).await > 0);
}

#[test]
fn connections_that_the_server_ended_are_made_anew() {
    let Some(dsn) = testkit::postgres() else {
        return;
    };
    block_on(async {
        let admin = open(&dsn, Options::default()).await;
        let db = open(&dsn, Options::default()).await;
        assert_eq!(db.dialect(), Dialect::Postgres);
        execute(&db, ITEMS).await;
        for round in 0..3_i64 {
            for id in 0..8_i64 {
                let id = round * 100 + id;
                db.write(Batch::ephemeral().push(INSERT, params![id, 0_i64])).await.unwrap();
                db.write(Batch::durable().push_expecting(1, "UPDATE items SET done = 1 WHERE id = $1", params![id])).await.unwrap();
                assert_eq!(number(&db, "SELECT COUNT(*) FROM items WHERE done = 0").await, 0);
            }
            end_connections(&admin).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
}

/// What each writer writes, in the test that follows.
const ROUNDS: usize = 60;

#[test]
fn batches_stay_whole_while_connections_end() {
    let Some(dsn) = testkit::postgres() else {
        return;
    };
    block_on(async {
        let admin = open(&dsn, Options::default()).await;
        let db = open(&dsn, Options::default()).await;
        execute(&db, ITEMS).await;
        execute(&db, "CREATE TABLE twins (id BIGINT PRIMARY KEY)").await;
        let mut tasks = JoinSet::new();
        let rounds: Vec<Arc<AtomicUsize>> = (0..16).map(|_| Arc::default()).collect();
        for (writer, done) in (0_i64..).zip(&rounds) {
            let (db, done) = (db.clone(), done.clone());
            tasks.spawn(async move {
                let mut stored = Vec::new();
                for id in (writer * 1000..).take(ROUNDS) {
                    let batch = Batch::durable().push(INSERT, params![id, 0_i64]);
                    let twin = "INSERT INTO twins (id) VALUES ($1)";
                    let batch = if id % 2 == 0 { batch.push(twin, params![id]) } else { batch.push_expecting(1, twin, params![id]) };
                    match db.write(batch).await {
                        Ok(_) => stored.push(id),
                        Err(error) => {
                            assert!(matches!(error, DbError::Unavailable(_)), "{error:?}");
                        }
                    }
                    let read = db.query_opt("SELECT done FROM items WHERE id = $1", params![id]).await;
                    assert!(read.is_ok(), "reads are repeated: {read:?}");
                    done.fetch_add(1, Ordering::Relaxed);
                }
                stored
            });
        }
        for _ in 0..5 {
            // However slow the machine is, nobody loses a connection twice in one round: tries are bounded.
            let began = Instant::now();
            let before: Vec<usize> = rounds.iter().map(|done| done.load(Ordering::Relaxed)).collect();
            let goes_on = |(done, before): (&Arc<AtomicUsize>, &usize)| done.load(Ordering::Relaxed) >= ROUNDS.min(before + 2);
            while !rounds.iter().zip(&before).all(goes_on) {
                assert!(began.elapsed() < Duration::from_secs(60), "the writers stand still");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            end_connections(&admin).await;
        }
        while let Some(stored) = tasks.join_next().await {
            for id in stored.unwrap() {
                let found = db.query_opt("SELECT id FROM twins WHERE id = $1", params![id]).await.unwrap();
                assert!(found.is_some(), "{id} was answered, so it is there");
            }
        }
        let odd = "SELECT COUNT(*) FROM items FULL JOIN twins ON items.id = twins.id WHERE items.id IS NULL OR twins.id IS NULL";
        assert_eq!(number(&db, odd).await, 0);
    });
}

#[test]
fn lone_ephemeral_inserts_that_wait_are_joined() {
    let Some(dsn) = testkit::postgres() else {
        return;
    };
    block_on(async {
        let db = open(&dsn, Options::default()).await;
        execute(&db, ITEMS).await;
        let mut tasks = JoinSet::new();
        for id in 0..500_i64 {
            let db = db.clone();
            tasks.spawn(async move { db.write(Batch::ephemeral().push(INSERT, params![id, 0_i64])).await });
        }
        while let Some(outcome) = tasks.join_next().await {
            assert_eq!(outcome.unwrap(), Ok(vec![1]));
        }
        assert_eq!(number(&db, "SELECT COUNT(*) FROM items").await, 500);
        // Rows of one statement share the number of its transaction.
        let transactions = number(&db, "SELECT COUNT(DISTINCT CAST(xmin AS TEXT)) FROM items").await;
        assert!(transactions < 100, "{transactions} transactions");
    });
}

#[test]
fn a_statement_that_takes_too_long_is_ended_and_hurts_nobody() {
    let Some(dsn) = testkit::postgres() else {
        return;
    };
    block_on(async {
        let options = Options { timeout: Duration::from_millis(400), ..Options::default() };
        let db = open(&dsn, options).await;
        execute(&db, ITEMS).await;
        let began = Instant::now();
        let sleep = "SELECT COUNT(*) FROM pg_sleep(30)";
        let slow = db.query_slow(sleep, params![]).await;
        assert!(matches!(slow, Err(DbError::Unavailable(_))), "{slow:?}");
        let slow = db.query(sleep, params![]).await;
        assert!(matches!(slow, Err(DbError::Unavailable(_))), "{slow:?}");
        let insert = "INSERT INTO items (id, done) SELECT 1, COUNT(*) FROM pg_sleep(30)";
        let slow = db.write(Batch::durable().push(insert, params![])).await;
        assert!(matches!(slow, Err(DbError::Unavailable(_))), "{slow:?}");
        assert!(began.elapsed() < Duration::from_secs(5));
        assert_eq!(number(&db, "SELECT COUNT(*) FROM items").await, 0);
        assert_eq!(db.write(Batch::durable().push(INSERT, params![1_i64, 1_i64])).await, Ok(vec![1]));
    });
}

#[test]
fn a_full_queue_is_busy() {
    let Some(dsn) = testkit::postgres() else {
        return;
    };
    block_on(async {
        let db = open(&dsn, Options { queue: 1, ..Options::default() }).await;
        execute(&db, ITEMS).await;
        let slow = "INSERT INTO items (id, done) SELECT 1, COUNT(*) FROM pg_sleep(0.5)";
        let (first, second) =
            tokio::join!(db.write(Batch::durable().push(slow, params![])), db.write(Batch::durable().push(INSERT, params![2_i64, 0_i64])),);
        assert_eq!((first, second), (Ok(vec![1]), Err(DbError::Busy)));
    });
}

#[test]
fn deadlocks_are_tried_again() {
    let Some(dsn) = testkit::postgres() else {
        return;
    };
    block_on(async {
        let db = open(&dsn, Options::default()).await;
        execute(&db, ITEMS).await;
        execute(&db, "INSERT INTO items (id, done) VALUES (1, 0), (2, 0)").await;
        let mut tasks = JoinSet::new();
        for task in 0..8_i64 {
            let db = db.clone();
            tasks.spawn(async move {
                for step in 0..5_i64 {
                    let (first, second) = if (task + step) % 2 == 0 { (1_i64, 2_i64) } else { (2, 1) };
                    let add = "UPDATE items SET done = done + 1 WHERE id = $1";
                    let batch = Batch::durable().push_expecting(1, add, params![first]).push(add, params![second]);
                    db.write(batch).await.unwrap();
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        assert_eq!(number(&db, "SELECT COUNT(*) FROM items WHERE done = 40").await, 2);
    });
}

#[test]
fn an_unreachable_server_is_unavailable() {
    block_on(async {
        let dsn = "postgres://me:hunter2@127.0.0.1:1/db".parse().unwrap();
        let Err(error) = Db::open(&dsn, Options::default()).await else { panic!("nobody listens on port 1") };
        assert!(matches!(error, DbError::Unavailable(_)), "{error:?}");
        assert!(!error.to_string().contains("hunter2"));
    });
}

#[test]
fn the_search_path_of_the_dsn_holds() {
    let Some(dsn) = testkit::postgres() else {
        return;
    };
    block_on(async {
        let plain = open(&dsn, Options::default()).await;
        execute(&plain, "CREATE SCHEMA mine").await;
        let db = open(&format!("{dsn}&search_path=mine&max_conns=3"), Options::default()).await;
        execute(&db, ITEMS).await;
        assert_eq!(number(&plain, "SELECT COUNT(*) FROM mine.items").await, 0);
    });
}
