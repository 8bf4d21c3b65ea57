//! What only a file does: it has permissions, a log beside it, and other processes that open it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use narthex_db::{Batch, Db, DbError, Options, params};
use tokio::task::JoinSet;

use crate::engines::{block_on, execute, number};

const INSERT: &str = "INSERT INTO items (id) VALUES ($1)";
const ITEMS: &str = "CREATE TABLE items (id BIGINT PRIMARY KEY)";

async fn open(path: &Path, options: Options) -> Db {
    Db::open(&format!("sqlite://{}?_fk=true", path.display()).parse().unwrap(), options).await.unwrap()
}

#[test]
fn the_file_is_the_owners_alone_and_complete_after_closing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db.sqlite");
    block_on(async {
        let db = open(&path, Options::default()).await;
        execute(&db, ITEMS).await;
        db.write(Batch::ephemeral().push(INSERT, params![1_i64])).await.unwrap();
        assert_eq!(number(&db, "SELECT COUNT(*) FROM items").await, 1);
        db.close().await;
        db.close().await;
        assert!(matches!(db.write(Batch::durable().push(INSERT, params![2_i64])).await, Err(DbError::Unavailable(_))));
        assert!(matches!(db.query_slow("SELECT 1", params![]).await, Err(DbError::Unavailable(_))));
        drop(db);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let again = open(&path, Options::default()).await;
        assert_eq!(number(&again, "SELECT COUNT(*) FROM items").await, 1);
    });
}

#[test]
fn a_missing_file_is_not_made_where_that_is_forbidden() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db.sqlite");
    block_on(async {
        let dsn = format!("sqlite://{}?mode=rw", path.display()).parse().unwrap();
        assert!(matches!(Db::open(&dsn, Options::default()).await.err(), Some(DbError::Unavailable(_))));
        let nowhere = format!("sqlite://{}/no/such/dir", path.display()).parse().unwrap();
        assert!(matches!(Db::open(&nowhere, Options::default()).await.err(), Some(DbError::Unavailable(_))));
    });
    assert!(!path.exists());
}

#[test]
fn two_handles_of_one_file_write_side_by_side() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db.sqlite");
    block_on(async {
        let (one, two) = (open(&path, Options::default()).await, open(&path, Options::default()).await);
        execute(&one, ITEMS).await;
        let mut tasks = JoinSet::new();
        for id in 0..200_i64 {
            let db = if id % 2 == 0 { one.clone() } else { two.clone() };
            tasks.spawn(async move { db.write(Batch::durable().push(INSERT, params![id])).await });
        }
        while let Some(outcome) = tasks.join_next().await {
            outcome.unwrap().unwrap();
        }
        assert_eq!(number(&one, "SELECT COUNT(*) FROM items").await, 200);
        assert_eq!(number(&two, "SELECT COUNT(*) FROM items").await, 200);
    });
}

#[test]
fn a_lock_held_elsewhere_makes_writes_wait_then_fail_then_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db.sqlite");
    block_on(async {
        let options = Options { queue: 1, timeout: Duration::from_millis(300) };
        let db = open(&path, options).await;
        execute(&db, ITEMS).await;
        let other = rusqlite::Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let write = |id: i64| {
            let db = db.clone();
            tokio::spawn(async move { db.write(Batch::durable().push(INSERT, params![id])).await })
        };
        let running = write(1);
        tokio::time::sleep(Duration::from_millis(50)).await;
        let waiting = write(2);
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(write(3).await.unwrap(), Err(DbError::Busy));
        assert_eq!(number(&db, "SELECT COUNT(*) FROM items").await, 0, "reads go on");
        assert!(matches!(running.await.unwrap(), Err(DbError::Unavailable(_))));
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(waiting.await.unwrap(), Ok(vec![1]));
    });
}
