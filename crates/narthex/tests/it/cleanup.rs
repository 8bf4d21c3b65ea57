//! What has expired is removed by the server itself.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use narthex::clock::Clock;
use narthex_db::params;
use narthex_testkit::{Database, TestServer};

async fn count(server: &TestServer, table: &str) -> i64 {
    let rows = server.app().db.query(format!("SELECT COUNT(*) FROM {table}"), params![]).await.unwrap();
    rows[0].get(0).unwrap()
}

async fn expired_flows_go(database: Database) {
    let (clock, hand) = Clock::held(Timestamp::now());
    let builder = TestServer::builder().on(database).at(clock).set("narthex.cleanup.interval", "50ms").set("narthex.cleanup.batch_size", 2);
    let Some(server) = builder.try_start().await.unwrap() else { return };
    for _ in 0..5 {
        server.browser().get("/self-service/registration/browser").await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(count(&server, "flows").await, 5, "what has not expired stays");
    hand.fetch_add(Duration::from_secs(26 * 60 * 60).as_micros().try_into().unwrap_or(i64::MAX), Ordering::Relaxed);
    server.browser().get("/self-service/registration/browser").await;
    for _ in 0..100 {
        if count(&server, "flows").await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(count(&server, "flows").await, 1, "the new one stays, the others go");
    server.end().await;
}

#[tokio::test]
async fn expired_flows_go_on_sqlite() {
    expired_flows_go(Database::Sqlite).await;
}

#[tokio::test]
async fn expired_flows_go_on_postgresql() {
    expired_flows_go(Database::Postgres).await;
}
