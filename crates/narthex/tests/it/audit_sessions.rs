//! Sessions in the audit log: those that end without anybody's doing, and what administrators do to them, by name.

use std::sync::atomic::Ordering;
use std::time::Duration;

use http::Method;
use jiff::Timestamp;
use narthex::clock::Clock;
use narthex::edge::admin_key;
use narthex_db::{Batch, params};
use narthex_testkit::{Database, TestServer};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::audit::{PASSWORD, events, log_in, sign_up, types};
use crate::databases::servers;

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_are_too_many_end_with_an_event() {
    for server in servers(&[("narthex.session.max_per_identity", json!(2))]).await {
        let identity = sign_up(&server, "who@example.org").await.at("/identity/id");
        log_in(&server, "who@example.org", PASSWORD).await;
        assert_eq!(types(&events(&server, "type=session.revoked").await), [""; 0], "two are not too many");
        let third = log_in(&server, "who@example.org", PASSWORD).await;
        let events = events(&server, "").await;
        assert_eq!(
            types(&events),
            ["registration.succeeded", "login.succeeded", "session.revoked", "login.succeeded"],
            "it is told by the sign-in that it comes with"
        );
        assert_eq!(events[2]["details"], json!({ "scope": "oldest", "deleted": false }));
        assert_eq!(events[2]["subject"], json!({ "identity_id": identity, "session_id": null }));
        assert_eq!((&events[2]["actor"]["id"], &events[2]["flow_id"]), (&json!(identity), &events[3]["flow_id"]));
        assert_eq!(events[3]["subject"]["session_id"], third.json()["session"]["id"]);
        server.end().await;
    }
}

/// Waits until a clean-up has begun that is later than this call.
async fn swept(server: &TestServer) {
    let db = &server.app().db;
    let marker = Uuid::new_v4();
    let insert = "INSERT INTO token_exchanges (flow_id, init_code_hash, expires_at) VALUES ($1, $2, $3)";
    db.write(Batch::durable().push(insert, params![marker, marker.as_bytes().to_vec(), 0_i64])).await.unwrap();
    let removed = async {
        while db.query_opt("SELECT 1 FROM token_exchanges WHERE flow_id = $1", params![marker]).await.unwrap().is_some() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), removed).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_left_unused_ends_with_one_event_however_many_instances_look() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (clock, hand) = Clock::held(Timestamp::now());
        let builder = TestServer::builder().on(database).at(clock).set("narthex.cleanup", json!({ "interval": "50ms", "batch_size": 2 }));
        let builder = builder.set("narthex.session.idle_timeout", "10m").set("session.lifespan", "1h");
        let Some(server) = builder.try_start().await.unwrap() else { continue };
        let other = if database == Database::Postgres { Some(server.another().await) } else { None };
        let used = sign_up(&server, "who@example.org").await;
        let mut unused: Vec<String> = Vec::new();
        for _ in 0..5 {
            unused.push(log_in(&server, "who@example.org", PASSWORD).await.at("/session/id"));
        }
        let ended = log_in(&server, "who@example.org", PASSWORD).await.at("/session_token");
        server.native().request(Method::DELETE, "/self-service/logout/api", Some(&json!({ "session_token": ended }))).await;
        let used = server.native().with_token(&used.at("/session_token"));
        for _ in 0..2 {
            hand.fetch_add(6 * 60 * 1_000_000, Ordering::Relaxed);
            assert_eq!(used.get("/sessions/whoami").await.status, 200);
        }
        let told = async || events(&server, "type=session.timed_out").await;
        for _ in 0..100 {
            if told().await.len() >= unused.len() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // The second is removed after whoever removed the first has looked at the sessions once more.
        for _ in 0..2 {
            swept(&server).await;
        }
        let told = told().await;
        let mut sessions: Vec<String> = told.iter().map(|event| event["subject"]["session_id"].as_str().unwrap().to_owned()).collect();
        sessions.sort_unstable();
        unused.sort_unstable();
        assert_eq!(sessions, unused, "each of them once, and neither the one in use nor the one that was left");
        assert!(told.iter().all(|event| event["actor"] == json!({ "type": "system" }) && event["origin"]["ip_address"].is_null()));
        assert_eq!(used.get("/sessions/whoami").await.status, 200);
        if let Some(other) = other {
            other.end().await;
        }
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_is_told_by_the_name_of_the_key() {
    let (deploy, audit) = (admin_key::generate(), admin_key::generate());
    let entry = |name: &str, key: &str| json!({ "name": name, "hash": admin_key::hash(key) });
    let changes = [
        ("narthex.admin.api_keys", json!([entry("deploy", &deploy), entry("audit", &audit)])),
        ("session.earliest_possible_extend", json!("24h")),
        ("session.lifespan", json!("2h")),
    ];
    for server in servers(&changes).await {
        let by = |key: &str| server.admin().with_header("authorization", &format!("Bearer {key}"));
        let signed_up = sign_up(&server, "who@example.org").await;
        let (session, identity) = (signed_up.at("/session/id"), signed_up.at("/identity/id"));
        let extended = by(&deploy).request(Method::PATCH, &format!("/admin/sessions/{session}/extend"), None).await;
        assert_eq!(extended.status, 200, "{}", extended.text);
        let path = format!("/admin/identities/{identity}");
        assert_eq!(by(&audit).get(&path).await.status, 200, "looking is no event");
        assert_eq!(by(&audit).get(&format!("{path}?include_credential=password")).await.status, 200);
        assert_eq!(by(&deploy).request(Method::DELETE, &path, None).await.status, 204);
        let list = async |query: &str| -> Vec<Value> {
            let mut list = by(&audit).get(&format!("/admin/audit-events?{query}")).await.json().as_array().unwrap().clone();
            list.reverse();
            list
        };
        let events = list("actor=admin").await;
        assert_eq!(types(&events), ["session.extended", "credential.read", "identity.deleted"]);
        let names: Vec<&Value> = events.iter().map(|event| &event["actor"]).collect();
        let admin = |name: &str| json!({ "type": "admin", "name": name });
        assert_eq!(names, [&admin("deploy"), &admin("audit"), &admin("deploy")]);
        assert_eq!(events[0]["details"], json!({ "expires_at": extended.at("/expires_at") }));
        assert_eq!(events[0]["subject"], json!({ "identity_id": identity, "session_id": session }));
        assert_eq!(events[1]["details"], json!({ "credentials": ["password"] }));
        assert_eq!(types(&list("actor=admin:deploy").await), ["session.extended", "identity.deleted"]);
        assert_eq!(list("actor=admin:nobody").await, [] as [Value; 0]);
        server.end().await;
    }
}
