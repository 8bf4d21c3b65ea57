//! Empty databases of each engine.

use std::future::Future;

use narthex_db::{Batch, Db, Options, Row, params};

pub(crate) fn on_sqlite_memory<F: Future>(scenario: impl FnOnce(Db) -> F) {
    run("memory", scenario);
}

pub(crate) fn on_sqlite_file<F: Future>(scenario: impl FnOnce(Db) -> F) {
    let dir = tempfile::tempdir().unwrap();
    run(&format!("sqlite://{}", dir.path().join("db.sqlite").display()), scenario);
}

pub(crate) fn on_postgres<F: Future>(scenario: impl FnOnce(Db) -> F) {
    if let Some(dsn) = narthex_db::testkit::postgres() {
        run(&dsn, scenario);
    }
}

fn run<F: Future>(dsn: &str, scenario: impl FnOnce(Db) -> F) {
    block_on(async {
        let db = Db::open(&dsn.parse().unwrap(), Options::default()).await.unwrap();
        scenario(db.clone()).await;
        db.close().await;
        assert!(db.ping().await.is_err(), "a closed database answers no more");
    });
}

pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(work)
}

/// Runs one statement for the set-up of a scenario.
pub(crate) async fn execute(db: &Db, sql: &'static str) {
    db.write(Batch::durable().push(sql, params![])).await.unwrap();
}

/// The one integer that a query answers with.
pub(crate) async fn number(db: &Db, sql: &'static str) -> i64 {
    let row: Row = db.query_opt(sql, params![]).await.unwrap().unwrap();
    row.get(0).unwrap()
}
