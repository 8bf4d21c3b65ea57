//! Databases of each engine with the courier's tables in them.

use narthex_courier::{TABLES, WAITING};
use narthex_db::{Db, Migration, Options};

pub(crate) fn on_sqlite<F: Future>(scenario: impl FnOnce(Db) -> F) {
    let dir = tempfile::tempdir().unwrap();
    let dsn = format!("sqlite://{}", dir.path().join("db.sqlite").display());
    run(&dsn, scenario);
}

pub(crate) fn on_postgres<F: Future>(scenario: impl FnOnce(Db) -> F) {
    if let Some(dsn) = narthex_db::testkit::postgres() {
        run(&dsn, scenario);
    }
}

fn run<F: Future>(dsn: &str, scenario: impl FnOnce(Db) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let db = Db::open(&dsn.parse().unwrap(), Options::default()).await.unwrap();
        let steps = [TABLES, WAITING].into_iter().zip(1..).map(|(sql, number)| Migration { number, name: "courier", sql });
        db.migrate(&steps.collect::<Vec<_>>()).await.unwrap();
        scenario(db.clone()).await;
        db.close().await;
    });
}
