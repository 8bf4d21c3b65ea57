//! Batches: all or nothing, and what the caller learns.

use narthex_db::{Batch, Db, DbError, params};

use crate::engines::{execute, number};

const INSERT: &str = "INSERT INTO people (id, name) VALUES ($1, $2)";
const COUNT: &str = "SELECT COUNT(*) FROM people";

async fn people(db: &Db) {
    execute(db, "CREATE TABLE people (id BIGINT PRIMARY KEY, name TEXT NOT NULL)").await;
    execute(db, "CREATE UNIQUE INDEX people_name ON people (name)").await;
    db.write(Batch::durable().push(INSERT, params![1_i64, "ada"])).await.unwrap();
}

pub(crate) async fn counts(db: Db) {
    people(&db).await;
    let batch = Batch::durable()
        .push(INSERT, params![2_i64, "bob"])
        .push("UPDATE people SET name = name || 'x' WHERE id < $1", params![9_i64])
        .push("INSERT INTO people (id, name) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", params![1_i64, "new"])
        .push_expecting(2, "DELETE FROM people WHERE id < $1", params![9_i64]);
    assert_eq!(db.write(batch).await.unwrap(), [1, 2, 0, 2]);
    let lone = Batch::ephemeral().push("UPDATE people SET name = $1", params!["nobody"]);
    assert_eq!(db.write(lone).await.unwrap(), [0]);
}

pub(crate) async fn conflict(db: Db) {
    people(&db).await;
    for start in [Batch::durable, Batch::ephemeral] {
        let by_key = db.write(start().push(INSERT, params![1_i64, "eve"])).await.unwrap_err();
        assert!(by_key.is_conflict_on("people.id"), "{by_key:?}");
        let by_index = db.write(start().push_expecting(1, INSERT, params![2_i64, "ada"])).await.unwrap_err();
        assert!(by_index.is_conflict_on("people.name"), "{by_index:?}");
        assert!(!by_index.to_string().contains("ada"), "the value stays hidden: {by_index}");
    }
    assert_eq!(number(&db, COUNT).await, 1);
}

pub(crate) async fn unmet(db: Db) {
    people(&db).await;
    for start in [Batch::durable, Batch::ephemeral] {
        let batch = start()
            .push(INSERT, params![2_i64, "bob"])
            .push_expecting(1, "UPDATE people SET name = $1 WHERE id = $2", params!["x", 99_i64])
            .push(INSERT, params![3_i64, "cid"]);
        assert_eq!(db.write(batch).await, Err(DbError::Unmet { statement: 1 }));
        let too_many = start().push(INSERT, params![2_i64, "bob"]).push_expecting(1, "DELETE FROM people", params![]);
        assert_eq!(db.write(too_many).await, Err(DbError::Unmet { statement: 1 }));
        let lone = start().push_expecting(0, "DELETE FROM people", params![]);
        assert_eq!(db.write(lone).await, Err(DbError::Unmet { statement: 0 }));
    }
    assert_eq!(number(&db, COUNT).await, 1);
}

pub(crate) async fn failure_undoes(db: Db) {
    people(&db).await;
    let conflicting = Batch::durable().push(INSERT, params![2_i64, "bob"]).push(INSERT, params![3_i64, "ada"]);
    assert!(matches!(db.write(conflicting).await, Err(DbError::Conflict { .. })));
    let missing = Batch::durable().push(INSERT, params![2_i64, "bob"]).push("DELETE FROM no_such_table", params![]);
    assert!(matches!(db.write(missing).await, Err(DbError::Other(_))));
    let null = Batch::ephemeral().push(INSERT, params![2_i64, None::<&str>]);
    assert!(matches!(db.write(null).await, Err(DbError::Other(_))));
    assert_eq!(number(&db, COUNT).await, 1);
    assert_eq!(db.write(Batch::durable().push(INSERT, params![2_i64, "bob"])).await.unwrap(), [1]);
}

pub(crate) async fn empty(db: Db) {
    assert_eq!(db.write(Batch::durable()).await, Ok(Vec::new()));
}

pub(crate) async fn foreign_keys(db: Db) {
    people(&db).await;
    execute(&db, "CREATE TABLE pets (id BIGINT PRIMARY KEY, owner BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE)").await;
    let insert = "INSERT INTO pets (id, owner) VALUES ($1, $2)";
    db.write(Batch::durable().push(insert, params![1_i64, 1_i64])).await.unwrap();
    for start in [Batch::durable, Batch::ephemeral] {
        let dangling = db.write(start().push(insert, params![2_i64, 99_i64])).await;
        assert!(matches!(dangling, Err(DbError::Other(_))), "{dangling:?}");
    }
    execute(&db, "DELETE FROM people").await;
    assert_eq!(number(&db, "SELECT COUNT(*) FROM pets").await, 0);
}

pub(crate) async fn text_decides_nothing(db: Db) {
    people(&db).await;
    let name = "'); DROP TABLE people; --";
    db.write(Batch::ephemeral().push(INSERT, params![2_i64, name])).await.unwrap();
    let row = db.query_opt("SELECT name FROM people WHERE name = $1", params![name]).await.unwrap().unwrap();
    assert_eq!(row.get::<&str>(0).unwrap(), name);
}
