//! What has expired is removed by the server itself.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use narthex::clock::Clock;
use narthex_db::{Batch, params};
use narthex_testkit::{Database, TestServer, as_url};
use serde_json::json;

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

async fn settled_messages_and_calls_go(database: Database) {
    let (clock, hand) = Clock::held(Timestamp::now());
    let hook = json!({ "hook": "web_hook", "config": {
        "url": "http://127.0.0.1:9/", "method": "POST", "body": as_url("function(ctx) {}"), "response": { "ignore": true },
    } });
    let builder = TestServer::builder()
        .on(database)
        .at(clock)
        .set("narthex.cleanup.interval", "50ms")
        .set("narthex.courier.retention", "48h")
        .set("narthex.session.idle_timeout", "1h")
        .set("narthex.webhooks.outbox", json!({ "enabled": true, "retries": 0, "retention": "24h" }))
        .set("selfservice.flows.registration.after.password.hooks", json!([hook]));
    let Some(server) = builder.try_start().await.unwrap() else { return };
    let client = server.native();
    let flow = client.get("/self-service/registration/api").await;
    let body = json!({ "method": "password", "password": "kT4!quite-a-long-one", "traits": { "email": "a@example.org" } });
    assert_eq!(client.post(&flow.at("/ui/action"), &body).await.status, 200);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let kept = async || (count(&server, "courier_messages").await, count(&server, "webhook_deliveries").await);
    assert_eq!(kept().await, (1, 1));
    // What cannot be done to sessions holds up nothing else.
    let hide = Batch::durable().push("ALTER TABLE sessions RENAME TO sessions_elsewhere", params![]);
    server.app().db.write(hide).await.unwrap();
    for wanted in [(1, 0), (0, 0)] {
        hand.fetch_add(Duration::from_secs(25 * 60 * 60).as_micros().try_into().unwrap_or(i64::MAX), Ordering::Relaxed);
        for _ in 0..100 {
            if kept().await == wanted {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(kept().await, wanted);
    }
    server.end().await;
}

#[tokio::test]
async fn settled_messages_and_calls_go_on_sqlite() {
    settled_messages_and_calls_go(Database::Sqlite).await;
}

#[tokio::test]
async fn settled_messages_and_calls_go_on_postgresql() {
    settled_messages_and_calls_go(Database::Postgres).await;
}
