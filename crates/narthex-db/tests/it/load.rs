//! Many at once.

use std::time::Duration;

use narthex_db::{Batch, Db, DbError, params};
use tokio::task::JoinSet;

use crate::engines::{execute, number};

const INSERT: &str = "INSERT INTO items (id, done) VALUES ($1, $2)";

async fn items(db: &Db) {
    execute(db, "CREATE TABLE items (id BIGINT PRIMARY KEY, done BIGINT NOT NULL)").await;
}

pub(crate) async fn neighbours(db: Db) {
    items(&db).await;
    db.write(Batch::durable().push(INSERT, params![0_i64, 0_i64])).await.unwrap();
    let mut tasks = JoinSet::new();
    for id in 0..200_i64 {
        let db = db.clone();
        // Every tenth collides with the row that is there already, in each of the two ways to run.
        let key = if id % 10 == 0 { 0 } else { id };
        let batch = if id % 3 == 0 { Batch::durable().push(INSERT, params![key + 1000, 0_i64]) } else { Batch::ephemeral() };
        tasks.spawn(async move { (id, db.write(batch.push(INSERT, params![key, 0_i64])).await) });
    }
    while let Some(joined) = tasks.join_next().await {
        let (id, outcome) = joined.unwrap();
        if id % 10 == 0 {
            assert!(matches!(outcome, Err(DbError::Conflict { .. })), "{id}: {outcome:?}");
        } else {
            assert!(outcome.is_ok(), "{id}: {outcome:?}");
        }
    }
    let lasting = (1..200).filter(|id| id % 10 != 0).count();
    let doubled = (1..200).filter(|id| id % 10 != 0 && id % 3 == 0).count();
    assert_eq!(number(&db, "SELECT COUNT(*) FROM items").await, i64::try_from(1 + lasting + doubled).unwrap());
}

pub(crate) async fn deferred(db: Db) {
    items(&db).await;
    let notes = "CREATE TABLE notes (id BIGINT PRIMARY KEY, item BIGINT NOT NULL REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED)";
    execute(&db, notes).await;
    execute(&db, "INSERT INTO items (id, done) VALUES (1, 0)").await;
    let mut tasks = JoinSet::new();
    for id in 0..100_i64 {
        let db = db.clone();
        let start = if id % 3 == 0 { Batch::durable() } else { Batch::ephemeral() };
        let item = if id == 50 || id == 51 { 99_i64 } else { 1 };
        let insert = "INSERT INTO notes (id, item) VALUES ($1, $2)";
        tasks.spawn(async move { (item, db.write(start.push(insert, params![id, item])).await) });
    }
    while let Some(joined) = tasks.join_next().await {
        let (item, outcome) = joined.unwrap();
        assert_eq!(outcome.is_ok(), item == 1, "{outcome:?}");
    }
    assert_eq!(number(&db, "SELECT COUNT(*) FROM notes").await, 98);
}

pub(crate) async fn writers(db: Db) {
    items(&db).await;
    execute(&db, "INSERT INTO items (id, done) VALUES (-1, 0)").await;
    let mut tasks = JoinSet::new();
    for writer in 0..64_i64 {
        let db = db.clone();
        tasks.spawn(async move {
            for step in 0..10_i64 {
                let id = writer * 1000 + step;
                let insert = if step % 2 == 0 { Batch::ephemeral() } else { Batch::durable() };
                db.write(insert.push(INSERT, params![id, 0_i64])).await.unwrap();
                let both = Batch::durable()
                    .push_expecting(1, "UPDATE items SET done = done + 1 WHERE id = $1", params![-1_i64])
                    .push_expecting(1, "UPDATE items SET done = 1 WHERE id = $1", params![id]);
                db.write(both).await.unwrap();
                let row = db.query_opt("SELECT done FROM items WHERE id = $1", params![id]).await.unwrap().unwrap();
                assert_eq!(row.get::<i64>(0).unwrap(), 1, "a write is seen after its answer");
            }
        });
    }
    while let Some(joined) = tasks.join_next().await {
        joined.unwrap();
    }
    assert_eq!(number(&db, "SELECT done FROM items WHERE id = -1").await, 640);
    assert_eq!(number(&db, "SELECT COUNT(*) FROM items WHERE done = 1 AND id >= 0").await, 640);
}

pub(crate) async fn expectations(db: Db) {
    items(&db).await;
    execute(&db, "INSERT INTO items (id, done) VALUES (1, 0)").await;
    let mut tasks = JoinSet::new();
    for runner in 0..32_i64 {
        let db = db.clone();
        let batch = Batch::durable()
            .push_expecting(1, "UPDATE items SET done = 1 WHERE id = 1 AND done = 0", params![])
            .push(INSERT, params![100 + runner, 0_i64]);
        tasks.spawn(async move { db.write(batch).await });
    }
    let mut won = 0;
    while let Some(joined) = tasks.join_next().await {
        match joined.unwrap() {
            Ok(_) => won += 1,
            Err(error) => assert_eq!(error, DbError::Unmet { statement: 0 }),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(number(&db, "SELECT COUNT(*) FROM items").await, 2);
}

pub(crate) async fn cleanup(db: Db) {
    items(&db).await;
    let fill = "INSERT INTO items (id, done) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, i % 2 FROM n";
    execute(&db, fill).await;
    let slice = "DELETE FROM items WHERE id IN (SELECT id FROM items WHERE done = $1 LIMIT $2)";
    let others = db.clone();
    let busy = tokio::spawn(async move {
        for id in 0..50_i64 {
            others.write(Batch::ephemeral().push(INSERT, params![1_000_000 + id, 1_i64])).await.unwrap();
        }
    });
    let mut deleted = 0;
    loop {
        let counts = db.write(Batch::ephemeral().push(slice, params![0_i64, 1000_i64])).await.unwrap();
        deleted += counts[0];
        if counts[0] == 0 {
            break;
        }
    }
    busy.await.unwrap();
    assert_eq!(deleted, 10_000);
    assert_eq!(number(&db, "SELECT COUNT(*) FROM items").await, 10_050);
}

pub(crate) async fn abandoned(db: Db) {
    items(&db).await;
    for id in 0..20_i64 {
        let batch =
            Batch::durable().push(INSERT, params![id, 0_i64]).push_expecting(1, "UPDATE items SET done = 1 WHERE id = $1", params![id]);
        // The caller goes away as soon as it would have to wait.
        let _ = tokio::time::timeout(Duration::ZERO, db.write(batch)).await;
    }
    for _ in 0..500 {
        if number(&db, "SELECT COUNT(*) FROM items WHERE done = 1").await == 20 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the abandoned writes were not all done");
}
