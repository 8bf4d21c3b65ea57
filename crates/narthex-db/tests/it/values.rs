//! What goes into a statement and comes back.

use jiff::Timestamp;
use narthex_db::{Batch, Db, DbError, Migration, params};
use uuid::Uuid;

const TABLE: Migration = Migration {
    number: 1,
    name: "kinds",
    sql: "CREATE TABLE kinds (id {uuid} PRIMARY KEY, n BIGINT, small INTEGER, at {time}, doc {json}, raw {bytes}, yes {bool});",
};

const INSERT: &str = "INSERT INTO kinds (id, n, small, at, doc, raw, yes) VALUES ($1, $2, $3, $4, $5, $6, $7)";

pub(crate) async fn round_trip(db: Db) {
    db.migrate(&[TABLE]).await.unwrap();
    let at: Timestamp = "1901-02-03T04:05:06.123456Z".parse().unwrap();
    for (n, text, raw, yes) in [
        (i64::MIN, String::new(), Vec::new(), false),
        (i64::MAX, "päß 'quoted' \u{1F980}\n".repeat(1000), (0..=255).collect::<Vec<u8>>(), true),
    ] {
        let id = Uuid::now_v7();
        let insert = params![id, n, 7_u32, at, text.as_str(), raw.clone(), yes];
        for batch in [Batch::ephemeral(), Batch::durable()] {
            db.write(batch.push("DELETE FROM kinds WHERE id = $1", params![id]).push(INSERT, insert.clone())).await.unwrap();
            let sql = "SELECT id, n, small, at, doc, raw, yes FROM kinds WHERE id = $1 AND at = $2 AND doc = $3 AND yes = $4";
            let row = db.query_opt(sql, params![id, at, text.as_str(), yes]).await.unwrap().unwrap();
            assert_eq!(row.get::<Uuid>(0).unwrap(), id);
            assert_eq!(row.get::<i64>(1).unwrap(), n);
            assert_eq!(row.get::<u32>(2).unwrap(), 7);
            assert_eq!(row.get::<Timestamp>(3).unwrap(), at);
            assert_eq!(row.get::<&str>(4).unwrap(), text);
            assert_eq!(row.get::<Vec<u8>>(5).unwrap(), raw);
            assert_eq!(row.get::<bool>(6).unwrap(), yes);
            assert_eq!(row.len(), 7);
        }
    }
}

pub(crate) async fn nulls(db: Db) {
    db.migrate(&[TABLE]).await.unwrap();
    let id = Uuid::now_v7();
    let insert = params![id, None::<i64>, None::<i64>, None::<Timestamp>, None::<&str>, None::<Vec<u8>>, None::<bool>];
    db.write(Batch::ephemeral().push(INSERT, insert)).await.unwrap();
    let row = db.query_opt("SELECT n, small, at, doc, raw, yes FROM kinds", params![]).await.unwrap().unwrap();
    assert_eq!(row.get::<Option<i64>>(0).unwrap(), None);
    assert_eq!(row.get::<Option<u32>>(1).unwrap(), None);
    assert_eq!(row.get::<Option<Timestamp>>(2).unwrap(), None);
    assert_eq!(row.get::<Option<String>>(3).unwrap(), None);
    assert_eq!(row.get::<Option<Vec<u8>>>(4).unwrap(), None);
    assert_eq!(row.get::<Option<bool>>(5).unwrap(), None);
    assert!(row.get::<i64>(0).is_err());
}

pub(crate) async fn mismatched_parameters(db: Db) {
    db.migrate(&[TABLE]).await.unwrap();
    for params in [params![], params![1_i64, 2_i64]] {
        let read = db.query("SELECT n FROM kinds WHERE n = $1", params.clone()).await;
        assert!(matches!(read, Err(DbError::Other(_))), "{read:?}");
        for batch in [Batch::ephemeral(), Batch::durable()] {
            let written = db.write(batch.push("DELETE FROM kinds WHERE n = $1", params.clone())).await;
            assert!(matches!(written, Err(DbError::Other(_))), "{written:?}");
        }
    }
}

pub(crate) async fn zero_characters(db: Db) {
    db.migrate(&[TABLE]).await.unwrap();
    let sql = "SELECT n FROM kinds WHERE doc = $1";
    assert_eq!(db.query(sql, params!["a\0"]).await, Err(DbError::ZeroCharacter));
    assert_eq!(db.query_slow(sql, params!["a\0"]).await, Err(DbError::ZeroCharacter));
    for batch in [Batch::ephemeral(), Batch::durable()] {
        let insert = "INSERT INTO kinds (id, doc) VALUES ($1, $2)";
        let batch = batch.push(insert, params![Uuid::now_v7(), "a"]).push(insert, params![Uuid::now_v7(), "\0"]);
        assert_eq!(db.write(batch).await, Err(DbError::ZeroCharacter));
    }
    assert_eq!(db.query("SELECT n FROM kinds", params![]).await, Ok(Vec::new()));
}

pub(crate) async fn parameters_in_any_order(db: Db) {
    db.migrate(&[TABLE]).await.unwrap();
    let id = Uuid::now_v7();
    let insert = "INSERT INTO kinds (n, id, at) VALUES ($2, $1, $2)";
    db.write(Batch::ephemeral().push(insert, params![id, 5_i64])).await.unwrap();
    let sql = "SELECT n, '$3' FROM kinds WHERE at = $2 AND id = $1 AND n = $2";
    let row = db.query_opt(sql, params![id, 5_i64]).await.unwrap().unwrap();
    assert_eq!(row.get::<i64>(0).unwrap(), 5);
    assert_eq!(row.get::<&str>(1).unwrap(), "$3");
}

pub(crate) async fn like(db: Db) {
    let sql = "SELECT CASE WHEN 'Ada' LIKE $1 THEN 1 ELSE 0 END";
    for (pattern, wanted) in [("A%", 1_i64), ("a%", 0)] {
        let row = db.query_opt(sql, params![pattern]).await.unwrap().unwrap();
        assert_eq!(row.get::<i64>(0).unwrap(), wanted);
    }
}

pub(crate) async fn queries_do_not_write(db: Db) {
    db.migrate(&[TABLE]).await.unwrap();
    let sql = "INSERT INTO kinds (id) VALUES ($1)";
    assert!(db.query(sql, params![Uuid::now_v7()]).await.is_err());
    assert!(db.query_slow(sql, params![Uuid::now_v7()]).await.is_err());
    let count = db.query_slow("SELECT COUNT(*) FROM kinds", params![]).await.unwrap();
    assert_eq!(count[0].get::<i64>(0).unwrap(), 0);
}
