//! Calls of web hooks that nobody waits for, kept in the database until they are delivered.

use std::sync::atomic::Ordering;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use narthex::clock::Clock;
use narthex_db::{Batch, params};
use narthex_testkit::{Answer, Database, TestServer, as_url};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::audit::events;
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
    let accepted = statuses.iter().filter(|status| **status == 202).count();
    let events = events(&server, "type=webhook.replayed").await;
    assert_eq!(events.len(), accepted, "{events:?}");
    assert_eq!((&events[0]["actor"]["type"], &events[0]["details"]["delivery"]), (&json!("admin"), &json!(list.at("/0/id"))));
    assert_eq!(admin.get(&format!("{LIST}?status=abandoned")).await.json(), json!([]));
    assert_eq!(admin.get(&format!("{LIST}?hook=crm&page_size=1")).await.json().as_array().unwrap().len(), 1);
    assert_eq!(admin.get(&format!("{LIST}?hook=other")).await.json(), json!([]));
    assert_eq!(admin.get(&format!("{LIST}?status=lost")).await.status, 400);
    assert_eq!(admin.post(&format!("{LIST}/7a3a5a0e-0000-4000-8000-00000000abcd/replay"), &json!({})).await.status, 404);
    server.end().await;
}

/// Without its table, no call can be kept.
async fn rename_table(server: &TestServer, from: &str, to: &str) {
    let sql = format!("ALTER TABLE {from} RENAME TO {to}");
    server.app().db.write(Batch::durable().push(sql, params![])).await.unwrap();
}

async fn kept_with_what_they_tell(database: Database) {
    let target = Target::default();
    let url = target.start().await;
    let mut builder = TestServer::builder().on(database).set("narthex.webhooks.outbox", json!({ "enabled": true, "pause": "10ms" }));
    let flows = ["registration", "login", "settings", "recovery", "verification"];
    let ignored =
        |id: &str| json!([hook(&url, json!({ "id": id, "body": as_url("function(ctx) ctx.flow.id"), "response": { "ignore": true } }))]);
    for flow in flows {
        builder = builder.set(&format!("selfservice.flows.{flow}.before.hooks"), ignored(flow));
    }
    let builder = builder.set("selfservice.flows.verification.after.hooks", ignored("verified"));
    let Some(server) = builder.try_start().await.unwrap() else { return };
    let client = server.native();
    let signed_up = sign_up(&server, "a@example.org").await;
    let client_in = server.native().with_header("x-session-token", &signed_up.at("/session_token"));
    let asked = client.get("/self-service/verification/api").await;
    let action = asked.at("/ui/action");
    assert_eq!(client.post(&action, &json!({ "method": "code", "email": "a@example.org" })).await.status, 200);
    let code = json!({ "method": "code", "code": server.code("a@example.org").await });
    settled(&server, "delivered").await;

    rename_table(&server, "webhook_deliveries", "nowhere").await;
    let count = "SELECT COUNT(*) FROM flows";
    let flows_before: i64 = server.app().db.query(count, params![]).await.unwrap()[0].get(0).unwrap();
    for flow in flows {
        let client = if flow == "settings" { &client_in } else { &client };
        assert!(client.get(&format!("/self-service/{flow}/api")).await.status.is_server_error(), "{flow}");
    }
    assert!(client.post(&action, &code).await.status.is_server_error());
    let flows_after: i64 = server.app().db.query(count, params![]).await.unwrap()[0].get(0).unwrap();
    assert_eq!(flows_before, flows_after);
    rename_table(&server, "nowhere", "webhook_deliveries").await;

    let mut wanted = Vec::new();
    for flow in flows {
        let client = if flow == "settings" { &client_in } else { &client };
        wanted.push((flow, client.get(&format!("/self-service/{flow}/api")).await.at("/id")));
    }
    let passed = client.post(&action, &code).await;
    assert_eq!(passed.at("/state"), "passed_challenge", "{}", passed.text);
    wanted.push(("verified", passed.at("/id")));
    settled(&server, "delivered").await;
    for (hook, flow) in wanted {
        assert_eq!(
            target.sent().iter().filter(|sent| **sent == json!(flow)).count(),
            if flow == passed.at("/id") { 2 } else { 1 },
            "{hook}"
        );
    }
    server.end().await;
}

#[tokio::test]
async fn calls_before_flows_and_after_verification_are_kept_with_them_or_not_at_all_on_sqlite() {
    kept_with_what_they_tell(Database::Sqlite).await;
}

#[tokio::test]
async fn calls_before_flows_and_after_verification_are_kept_with_them_or_not_at_all_on_postgres() {
    kept_with_what_they_tell(Database::Postgres).await;
}

async fn given_up_without_its_hook(database: Database) {
    let target = Target::default();
    let url = target.start().await;
    target.answers(&[(503, json!({}))]);
    let (clock, hand) = Clock::held(jiff::Timestamp::now());
    let hooks = "selfservice.flows.registration.after.password.hooks";
    let builder = TestServer::builder()
        .on(database)
        .at(clock)
        .set(hooks, json!([hook(&url, json!({ "response": { "ignore": true } }))]))
        .set("narthex.webhooks.outbox", json!({ "enabled": true, "pause": "1m" }));
    let Some(mut server) = builder.try_start().await.unwrap() else { return };
    assert_eq!(sign_up(&server, "a@example.org").await.status, 200);
    let tried = async {
        while target.sent().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), tried).await.unwrap();
    let call = settled(&server, "queued").await.at("/0/id");
    server.reconfigure(hooks, json!([{ "hook": "session" }]));
    server.app().reload.ask().await;
    let admin = server.admin();
    let status = async |id: &str| admin.get(&format!("{LIST}/{id}")).await.at("/status");
    for (hours, wanted) in [(23, "queued"), (2, "abandoned")] {
        hand.fetch_add(hours * 3_600_000_000, Ordering::Relaxed);
        // One that is given up as soon as anybody looks, and tells so.
        let old = uuid::Uuid::now_v7();
        let due = server.app().clock.now().minus(Duration::from_secs(48 * 60 * 60)).timestamp();
        let sql = "INSERT INTO webhook_deliveries (id, status, hook, url, method, attempts, due_at, created_at, updated_at) \
                   VALUES ($1, 'queued', 'gone', 'http://gone.example/', 'POST', 0, $2, $2, $2)";
        server.app().db.write(Batch::durable().push(sql, params![old, due])).await.unwrap();
        server.reconfigure("session.lifespan", format!("{}h", 10 + hours));
        server.app().reload.ask().await;
        server.app().outbox.notify_one();
        let looked = async {
            while status(&old.to_string()).await == "queued" {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), looked).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(status(&call).await, wanted, "{hours}");
    }
    assert_eq!(admin.get(&format!("{LIST}/{call}")).await.json()["attempts"], 1);
    let told = events(&server, "type=hook.failed").await;
    let mut targets: Vec<&str> = told.iter().map(|event| event["details"]["target"].as_str().unwrap()).collect();
    targets.sort_unstable();
    assert_eq!(targets, ["127.0.0.1", "gone.example", "gone.example"]);
    server.end().await;
}

#[tokio::test]
async fn a_call_whose_hook_is_gone_is_given_up_after_a_while_on_sqlite() {
    given_up_without_its_hook(Database::Sqlite).await;
}

#[tokio::test]
async fn a_call_whose_hook_is_gone_is_given_up_after_a_while_on_postgres() {
    given_up_without_its_hook(Database::Postgres).await;
}

#[tokio::test]
async fn the_list_is_narrowed_by_time_and_page_tokens_count_for_its_filters_only() {
    let target = Target::default();
    let server = server(&target.start().await, Database::Sqlite, 1).await.unwrap();
    for name in ["a", "b", "c"] {
        assert_eq!(sign_up(&server, &format!("{name}@example.org")).await.status, 200);
    }
    let all = settled(&server, "delivered").await.json();
    let times: Vec<&str> = all.as_array().unwrap().iter().map(|call| call["created_at"].as_str().unwrap()).collect();
    let ids = |answer: &Answer| -> Vec<Value> { answer.json().as_array().unwrap().iter().map(|call| call["id"].clone()).collect() };
    let (newest, middle, oldest) = (&all[0]["id"], &all[1]["id"], &all[2]["id"]);
    let admin = server.admin();
    let after = format!("{LIST}?created_after={}", times[1]);
    assert_eq!(ids(&admin.get(&after).await), [newest.clone(), middle.clone()]);
    assert_eq!(ids(&admin.get(&format!("{LIST}?created_before={}", times[1])).await), std::slice::from_ref(oldest));
    assert_eq!(admin.get(&format!("{LIST}?created_after=yesterday")).await.status, 400);
    let first = admin.get(&format!("{after}&page_size=1")).await;
    let next = first.next_page().unwrap();
    assert_eq!((ids(&first), ids(&admin.get(&next).await)), (vec![newest.clone()], vec![middle.clone()]));
    assert_eq!(admin.get(&format!("{next}&status=delivered")).await.status, 400);
    assert_eq!(admin.get(&next.replace("created_after", "created_before")).await.status, 400);
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
