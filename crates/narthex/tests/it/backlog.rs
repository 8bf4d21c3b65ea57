//! Servers that never answer: what waits for them is seen by operators, and holds up nothing else.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use narthex_testkit::{Database, TestServer};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};

use crate::web_hooks::{Target, hook, sign_up};

/// More than are under way at a time for one hook.
const PEOPLE: usize = 20;

/// The address of a server that takes every connection and never says a word, and the connections that it has taken.
async fn dead() -> (String, Arc<Mutex<Vec<TcpStream>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let taken: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
    let connections = taken.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            connections.lock().unwrap().push(stream);
        }
    });
    (address, taken)
}

/// The value of a gauge whose line begins so and has this in it.
async fn gauge(server: &TestServer, name: &str, label: &str) -> u64 {
    let page = server.admin().get("/metrics/prometheus").await.text;
    let line = page.lines().find(|line| line.starts_with(&format!("{name}{{")) && line.contains(label));
    line.unwrap().rsplit(' ').next().unwrap().parse().unwrap()
}

async fn seen_and_alone(database: Database) {
    let ((mail, _mails), (silent, calls)) = (dead().await, dead().await);
    let target = Target::default();
    let ignored = |url: &str, id: &str| hook(url, json!({ "id": id, "response": { "ignore": true } }));
    let hooks = json!([ignored(&format!("http://{silent}/x"), "silent"), ignored(&target.start().await, "fine"), { "hook": "session" }]);
    let server = TestServer::builder()
        .on(database)
        .set("narthex.mailbox.enabled", false)
        .set("courier.smtp.connection_uri", format!("smtp://{mail}/?disable_starttls=true"))
        .set("selfservice.flows.registration.after.password.hooks", hooks)
        .set("narthex.webhooks.outbox", json!({ "enabled": true }))
        .try_start()
        .await
        .unwrap();
    let Some(server) = server else { return };
    assert_eq!(gauge(&server, "narthex_courier_queued_messages", "channel=\"email\"").await, 0);
    assert_eq!(gauge(&server, "narthex_webhooks_queued_deliveries", "").await, 0);
    for n in 0..PEOPLE {
        assert_eq!(sign_up(&server, &format!("u{n}@example.org")).await.status, 200);
    }
    let taken = async {
        while target.sent().len() < PEOPLE || gauge(&server, "narthex_webhooks_queued_deliveries", "").await > PEOPLE as u64 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(15), taken).await.unwrap();
    assert_eq!(calls.lock().unwrap().len(), 16, "a dead target gets no more connections than a busy one");
    assert_eq!(gauge(&server, "narthex_webhooks_queued_deliveries", "").await, PEOPLE as u64);
    assert_eq!(gauge(&server, "narthex_courier_queued_messages", "channel=\"email\"").await, PEOPLE as u64);
    assert_eq!(gauge(&server, "narthex_courier_queued_messages", "channel=\"sms\"").await, 0);
    tokio::time::sleep(Duration::from_secs(1)).await;
    for name in ["narthex_webhooks_oldest_delivery_age_seconds", "narthex_courier_oldest_message_age_seconds"] {
        assert!((1..60).contains(&gauge(&server, name, "").await), "{name}");
    }
    server.end().await;
}

#[tokio::test]
async fn what_waits_for_dead_servers_is_counted_and_holds_up_no_other_hook_on_sqlite() {
    seen_and_alone(Database::Sqlite).await;
}

#[tokio::test]
async fn what_waits_for_dead_servers_is_counted_and_holds_up_no_other_hook_on_postgres() {
    seen_and_alone(Database::Postgres).await;
}
