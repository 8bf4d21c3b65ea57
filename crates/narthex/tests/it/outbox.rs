//! Calls of web hooks that nobody waits for, kept in the database until they are delivered.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use narthex_testkit::{Answer, Database, TestServer};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::web_hooks::{Target, hook, sign_up};

const LIST: &str = "/admin/webhooks/deliveries";

async fn server(url: &str, database: Database, retries: u32) -> Option<TestServer> {
    TestServer::builder()
        .on(database)
        .set(
            "selfservice.flows.registration.after.password.hooks",
            json!([hook(url, json!({ "id": "crm", "response": { "ignore": true } })), { "hook": "session" }]),
        )
        .set("selfservice.flows.login.after.password.hooks", json!([hook(url, json!({ "response": { "ignore": true } }))]))
        .set(
            "narthex.webhooks.secrets",
            json!([format!("whsec_{}", STANDARD.encode([1; 24])), format!("whsec_{}", STANDARD.encode([2; 32]))]),
        )
        .set("narthex.webhooks.outbox", json!({ "enabled": true, "pause": "10ms", "retries": retries }))
        .try_start()
        .await
        .unwrap()
}

/// Waits until all calls have this status, and answers the list.
async fn settled(server: &TestServer, status: &str) -> Answer {
    let is_settled = |list: &Answer| {
        let calls = list.json();
        let calls = calls.as_array().unwrap();
        !calls.is_empty() && calls.iter().all(|call| call["status"] == status)
    };
    let mut list = server.admin().get(LIST).await;
    for _ in 0..200 {
        if is_settled(&list) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        list = server.admin().get(LIST).await;
    }
    assert!(is_settled(&list), "not all calls are {status}: {}", list.text);
    list
}

fn signature(key: &[u8], id: &str, at: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

async fn tried_until_taken(database: Database) {
    let target = Target::default();
    let Some(server) = server(&target.start().await, database, 5).await else { return };
    target.answers(&[(500, json!({})), (404, json!({})), (204, json!({}))]);
    assert_eq!(sign_up(&server, "a@example.org").await.status, 200);
    let list = settled(&server, "delivered").await;
    assert_eq!(
        ["hook", "attempts", "answered", "error"].map(|name| list.json()[0][name].clone()),
        [json!("crm"), json!(3), json!(204), Value::Null]
    );
    assert_eq!(target.sent(), vec![json!({ "email": "a@example.org", "payload": { "n": 1 } }); 3]);
    for (headers, body) in target.raw() {
        let text = |name: &str| headers[name].to_str().unwrap();
        let (id, at) = (text("webhook-id"), text("webhook-timestamp"));
        assert_eq!(id, list.at("/0/id"));
        let wanted = [&[1; 24][..], &[2; 32]].map(|key| signature(key, id, at, &body)).join(" ");
        assert_eq!(text("webhook-signature"), wanted);
    }
    server.end().await;
}

async fn given_up_and_replayed(database: Database) {
    let target = Target::default();
    let Some(server) = server(&target.start().await, database, 1).await else { return };
    target.answers(&[(503, json!({}))]);
    assert_eq!(sign_up(&server, "a@example.org").await.status, 200);
    let list = settled(&server, "abandoned").await;
    assert_eq!((target.sent().len(), &list.json()[0]["answered"]), (2, &json!(503)));
    target.answers(&[(200, json!({}))]);
    let admin = server.admin();
    let replay = format!("{LIST}/{}/replay", list.at("/0/id"));
    let nothing = json!({});
    let (one, other) = tokio::join!(admin.post(&replay, &nothing), admin.post(&replay, &nothing));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert!(statuses == [202, 409] || statuses == [202, 202], "{statuses:?}");
    settled(&server, "delivered").await;
    assert_eq!(admin.get(&format!("{LIST}?status=abandoned")).await.json(), json!([]));
    assert_eq!(admin.get(&format!("{LIST}?hook=crm&page_size=1")).await.json().as_array().unwrap().len(), 1);
    assert_eq!(admin.get(&format!("{LIST}?hook=other")).await.json(), json!([]));
    assert_eq!(admin.get(&format!("{LIST}?status=lost")).await.status, 400);
    assert_eq!(admin.post(&format!("{LIST}/7a3a5a0e-0000-4000-8000-00000000abcd/replay"), &json!({})).await.status, 404);
    server.end().await;
}

#[tokio::test]
async fn a_kept_call_is_signed_and_tried_until_it_is_taken_on_sqlite() {
    tried_until_taken(Database::Sqlite).await;
}

#[tokio::test]
async fn a_kept_call_is_signed_and_tried_until_it_is_taken_on_postgres() {
    tried_until_taken(Database::Postgres).await;
}

#[tokio::test]
async fn a_call_that_was_given_up_can_be_replayed_on_sqlite() {
    given_up_and_replayed(Database::Sqlite).await;
}

#[tokio::test]
async fn a_call_that_was_given_up_can_be_replayed_on_postgres() {
    given_up_and_replayed(Database::Postgres).await;
}

#[tokio::test]
async fn a_call_is_kept_only_if_what_it_tells_is() {
    let target = Target::default();
    let server = server(&target.start().await, Database::Sqlite, 1).await.unwrap();
    target.answers(&[(200, json!({}))]);
    assert_eq!(sign_up(&server, "a@example.org").await.status, 200);
    assert_eq!(sign_up(&server, "a@example.org").await.status, 400);
    settled(&server, "delivered").await;
    assert_eq!(target.sent().len(), 1);
    server.end().await;
}

#[tokio::test]
async fn a_secret_that_is_none_is_refused_at_start() {
    let error = TestServer::builder().set("narthex.webhooks.secrets", json!(["whsec_short"])).try_start().await.err().unwrap().to_string();
    assert!(error.contains("narthex.webhooks.secrets.0") && !error.contains("whsec_short"), "{error}");
}
