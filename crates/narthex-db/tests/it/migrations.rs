//! The schema's steps.

use narthex_db::{Applied, Batch, Db, DbError, Migration, params};

use crate::engines::number;

const FIRST: Migration = Migration {
    number: 1,
    name: "things",
    sql: "-- the things\nCREATE TABLE things (id {uuid} PRIMARY KEY, at {time} NOT NULL);\nCREATE INDEX things_at ON things (at);\n",
};
const SECOND: Migration =
    Migration { number: 2, name: "colours", sql: "ALTER TABLE things ADD COLUMN colour TEXT;\nUPDATE things SET colour = 'none';\n" };
const BROKEN: Migration = Migration { number: 2, name: "broken", sql: "CREATE TABLE half (id BIGINT);\nINSERT INTO nowhere VALUES (1);\n" };

pub(crate) async fn idempotent(db: Db) {
    assert_eq!(db.migrate(&[FIRST]).await.unwrap(), [Applied { number: 1, name: "things" }]);
    assert_eq!(db.migrate(&[FIRST]).await.unwrap(), []);
    assert_eq!(db.migrate(&[SECOND, FIRST]).await.unwrap(), [Applied { number: 2, name: "colours" }]);
    assert_eq!(number(&db, "SELECT COUNT(colour) FROM things").await, 0);
}

pub(crate) async fn at_once(db: Db) {
    let run = || {
        let db = db.clone();
        tokio::spawn(async move { db.migrate(&[FIRST, SECOND]).await.unwrap().len() })
    };
    let (a, b, c) = (run(), run(), run());
    assert_eq!(a.await.unwrap() + b.await.unwrap() + c.await.unwrap(), 2);
}

pub(crate) async fn newer(db: Db) {
    db.migrate(&[FIRST, SECOND]).await.unwrap();
    assert_eq!(db.migrate(&[FIRST]).await, Err(DbError::Newer { found: 2, known: 1 }));
    assert_eq!(db.newer_migration(&[FIRST]).await, Ok(Some(2)));
    assert_eq!(db.newer_migration(&[FIRST, SECOND]).await, Ok(None));
    let status = db.migration_status(&[FIRST]).await.unwrap();
    assert!(status.len() == 1 && status[0].applied_at.is_some(), "{status:?}");
}

pub(crate) async fn failing(db: Db) {
    db.migrate(&[FIRST]).await.unwrap();
    assert!(matches!(db.migrate(&[FIRST, BROKEN]).await, Err(DbError::Other(_))));
    assert!(db.query("SELECT id FROM half", params![]).await.is_err(), "its first statement is undone");
    assert_eq!(db.migrate(&[FIRST, SECOND]).await.unwrap().len(), 1);
    let insert = "INSERT INTO narthex_migrations (number, name, applied_at) VALUES ($1, $2, $3)";
    let again = db.write(Batch::durable().push(insert, params![2_i64, "again", 0_i64])).await;
    assert!(matches!(again, Err(DbError::Conflict { .. })));
}

pub(crate) async fn status(db: Db) {
    let fresh = db.migration_status(&[FIRST, SECOND]).await.unwrap();
    assert!(fresh.iter().all(|step| step.applied_at.is_none()) && fresh.len() == 2);
    db.migrate(&[FIRST]).await.unwrap();
    let status = db.migration_status(&[FIRST, SECOND]).await.unwrap();
    assert!(status[0].applied_at.is_some() && status[1].applied_at.is_none());
}
