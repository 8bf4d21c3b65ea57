//! The audit log: each event once, in order, with its change or not at all; what it never holds; who reads it, and how.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::Method;
use jiff::Timestamp;
use narthex::clock::Clock;
use narthex_db::params;
use narthex_testkit::{Answer, Client, TestServer};
use serde_json::{Value, json};

use crate::databases::servers;

const PATH: &str = "/admin/audit-events";
pub(crate) const PASSWORD: &str = "kT4!quite-a-long-one";
const OTHER: &str = "another-L0ng&one-indeed";

pub(crate) async fn sign_up(server: &TestServer, email: &str) -> Answer {
    let client = server.native();
    let flow = client.get("/self-service/registration/api").await;
    client.post(&flow.at("/ui/action"), &json!({ "method": "password", "password": PASSWORD, "traits": { "email": email } })).await
}

pub(crate) async fn log_in(server: &TestServer, identifier: &str, password: &str) -> Answer {
    let client = server.native();
    let flow = client.get("/self-service/login/api").await;
    client.post(&flow.at("/ui/action"), &json!({ "method": "password", "password": password, "identifier": identifier })).await
}

/// The events of the whole list, the oldest first.
pub(crate) async fn events(server: &TestServer, query: &str) -> Vec<Value> {
    let mut events = Vec::new();
    let mut next = Some(format!("{PATH}?{query}"));
    while let Some(page) = next {
        let answer = server.admin().get(&page).await;
        assert_eq!(answer.status, 200, "{page}: {}", answer.text);
        events.extend(answer.json().as_array().unwrap().iter().cloned());
        next = answer.next_page();
    }
    events.reverse();
    events
}

pub(crate) fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

fn with_agent(client: Client) -> Client {
    client.with_header("user-agent", &format!("Tester/{}", "x".repeat(2000))).with_header("x-real-ip", "203.0.113.9")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_yields_its_events_in_their_order() {
    for server in servers(&[]).await {
        let signed_up = sign_up(&server, "whoever@example.org").await;
        let (token, identity) = (signed_up.at("/session_token"), signed_up.at("/identity/id"));
        assert_eq!(log_in(&server, "whoever@example.org", "wrong").await.status, 400);
        assert_eq!(log_in(&server, "nobody@example.org", "wrong").await.status, 400);
        let message = server.messages("whoever@example.org").await.remove(0);
        let verification = message.split("flow=").nth(1).and_then(|rest| rest.get(..36)).unwrap();
        let place = format!("/self-service/verification?flow={verification}");
        let code = server.code("whoever@example.org").await;
        for code in ["000000", &code] {
            server.native().post(&place, &json!({ "method": "code", "code": code })).await;
        }
        let second = with_agent(server.native());
        let flow = second.get("/self-service/login/api").await;
        let login = second
            .post(&flow.at("/ui/action"), &json!({ "method": "password", "password": PASSWORD, "identifier": "whoever@example.org" }))
            .await;
        let other = server.native().with_token(&login.at("/session_token"));
        let session = login.at("/session/id");
        server.native().with_token(&token).request(Method::DELETE, &format!("/sessions/{session}"), None).await;
        assert_eq!(other.get("/sessions/whoami").await.status, 401);
        for _ in 0..2 {
            server.native().request(Method::DELETE, "/self-service/logout/api", Some(&json!({ "session_token": token }))).await;
        }
        let events = events(&server, "").await;
        assert_eq!(
            types(&events),
            [
                "registration.succeeded",
                "login.failed",
                "login.failed",
                "verification.failed",
                "verification.succeeded",
                "login.succeeded",
                "session.revoked",
                "logout.succeeded"
            ]
        );
        let actors: Vec<_> = events.iter().map(|event| event["actor"]["type"].as_str().unwrap()).collect();
        assert_eq!(actors, ["identity", "anonymous", "anonymous", "anonymous", "identity", "identity", "identity", "identity"]);
        let subjects: Vec<_> = events.iter().map(|event| event["subject"]["identity_id"] == identity.as_str()).collect();
        assert_eq!(subjects, [true, true, false, true, true, true, true, true]);
        assert_eq!(events[1]["details"], json!({ "method": "password", "reason": "wrong_credentials" }));
        assert_eq!(events[4]["details"], json!({ "method": "code", "address": "w***@example.org" }));
        let login = &events[5];
        assert_eq!(login["origin"]["ip_address"], "203.0.113.9");
        assert_eq!(login["origin"]["user_agent"].as_str().map(str::len), Some(512));
        assert_eq!((&login["subject"]["session_id"], &login["flow_id"]), (&json!(session), &json!(flow.at("/id"))));
        assert_eq!(events[6]["subject"]["session_id"], session.as_str());
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_administrators_do_is_told_by_what_has_changed() {
    for server in servers(&[]).await {
        let admin = server.admin();
        let traits = |email: &str| json!({ "email": email });
        let made = admin
            .post(
                "/admin/identities",
                &json!({ "traits": traits("a@example.org"), "credentials": { "password": { "config": { "password": PASSWORD } } } }),
            )
            .await;
        let path = format!("/admin/identities/{}", made.at("/id"));
        let login = log_in(&server, "a@example.org", PASSWORD).await;
        let put = json!({ "schema_id": "default", "state": "inactive", "traits": traits("b@example.org"), "credentials": { "password": { "config": { "password": OTHER } } } });
        assert_eq!(admin.request(Method::PUT, &path, Some(&put)).await.status, 200);
        let session = format!("/admin/sessions/{}", login.at("/session/id"));
        for _ in 0..2 {
            assert_eq!(admin.request(Method::DELETE, &session, None).await.status, 204);
        }
        admin.post("/admin/sessions", &json!({ "action": "disable", "sessions": [login.at("/session/id")] })).await;
        admin.post("/admin/sessions", &json!({ "action": "delete", "identities": [made.at("/id")] })).await;
        admin
            .request(
                Method::PATCH,
                "/admin/identities",
                Some(&json!({ "identities": [{ "create": { "schema_id": "default", "traits": traits("c@example.org") } }] })),
            )
            .await;
        assert_eq!(admin.request(Method::DELETE, &path, None).await.status, 204);
        assert_eq!(admin.request(Method::DELETE, &path, None).await.status, 404);
        let events = events(&server, "actor=admin").await;
        assert_eq!(
            types(&events),
            [
                "identity.created",
                "identity.updated",
                "address.changed",
                "credential.changed",
                "session.revoked",
                "session.revoked",
                "identity.created",
                "identity.deleted"
            ]
        );
        let details: Vec<_> = events.iter().map(|event| event["details"].clone()).collect();
        assert_eq!(details[1], json!({ "changed": ["traits", "state", "addresses"] }));
        assert_eq!(details[2], json!({ "added": ["***@example.org"], "removed": ["***@example.org"] }));
        assert_eq!(details[3], json!({ "credential": "password", "change": "replaced" }));
        assert_eq!(
            (&details[4], &details[5]),
            (&json!({ "scope": "one", "deleted": false }), &json!({ "scope": "identity", "deleted": true }))
        );
        assert!(events.iter().take(6).all(|event| event["subject"]["identity_id"] == made.at("/id")), "{events:?}");
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_undone_leaves_no_event() {
    for server in servers(&[]).await {
        assert_eq!(sign_up(&server, "who@example.org").await.status, 200);
        assert_eq!(sign_up(&server, "who@example.org").await.status, 400);
        let taken = json!({ "traits": { "email": "who@example.org" } });
        assert_eq!(server.admin().post("/admin/identities", &taken).await.status, 409);
        assert_eq!(types(&events(&server, "").await), ["registration.succeeded", "registration.failed"]);
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_shows_what_is_asked_for_each_event_once() {
    for server in servers(&[]).await {
        let first = sign_up(&server, "first@example.org").await;
        for _ in 0..4 {
            log_in(&server, "first@example.org", "wrong").await;
        }
        let second = sign_up(&server, "second@example.org").await;
        log_in(&server, "second@example.org", PASSWORD).await;
        let all = events(&server, "page_size=3").await;
        let ids: BTreeSet<_> = all.iter().map(|event| event["id"].as_str().unwrap()).collect();
        assert_eq!((all.len(), ids.len()), (7, 7));
        assert!(all.windows(2).all(|pair| pair[0]["time"].as_str() <= pair[1]["time"].as_str()), "{all:?}");
        let (identity, session, flow) = (first.at("/identity/id"), second.at("/session/id"), all[2]["flow_id"].as_str().unwrap());
        let (time, id) = (all[5]["time"].as_str().unwrap(), all[0]["id"].as_str().unwrap());
        for (query, expected) in [
            (format!("subject={identity}"), 5),
            (format!("subject=session:{session}"), 1),
            (format!("actor=identity:{identity}"), 1),
            (format!("subject={identity}&actor=anonymous&type=login.failed"), 4),
            ("type=login.failed&type=login.succeeded&page_size=2".to_owned(), 5),
            (format!("flow={flow}"), 1),
            (format!("created_after={time}"), 2),
            (format!("created_before={time}"), 5),
            ("actor=system".to_owned(), 0),
            (format!("subject=identity:{id}"), 0),
        ] {
            assert_eq!(events(&server, &query).await.len(), expected, "{query}");
        }
        let admin = server.admin();
        let next = admin.get(&format!("{PATH}?page_size=2")).await.next_page().unwrap();
        assert_eq!(admin.get(&format!("{next}&actor=anonymous")).await.status, 400, "a page of another list");
        for query in ["type=nothing", "actor=whoever", "actor=system:x", "subject=x", "flow=x", "created_after=yesterday", "page_token=x"] {
            assert_eq!(admin.get(&format!("{PATH}?{query}")).await.status, 400, "{query}");
        }
        assert_eq!(server.native().get(PATH).await.status, 404, "not on the public listener");
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_event_holds_what_could_sign_anybody_in() {
    let changes = [
        ("selfservice.methods.code.passwordless_enabled", json!(true)),
        ("selfservice.flows.registration.after.code.hooks", json!([{ "hook": "session" }])),
    ];
    for server in servers(&changes).await {
        let mut secrets = vec![PASSWORD.to_owned(), "who@example.org".to_owned(), "wr0ng-and-secret".to_owned()];
        secrets.push(sign_up(&server, "who@example.org").await.at("/session_token"));
        log_in(&server, "who@example.org", "wr0ng-and-secret").await;
        log_in(&server, "wr0ng-and-secret", PASSWORD).await;
        let client = server.native();
        let place = client.get("/self-service/login/api").await.at("/ui/action");
        client.post(&place, &json!({ "method": "code", "identifier": "who@example.org" })).await;
        secrets.push(server.code("who@example.org").await);
        client.post(&place, &json!({ "method": "code", "identifier": "who@example.org", "code": "wr0ng-and-secret" })).await;
        let body = json!({ "method": "code", "identifier": "who@example.org", "code": server.code("who@example.org").await });
        secrets.push(client.post(&place, &body).await.at("/session_token"));
        let rows = server
            .app()
            .db
            .query("SELECT type, actor_name, ip_address, user_agent, details FROM audit_events ORDER BY id", params![])
            .await
            .unwrap();
        let text = |row: &narthex_db::Row| -> Vec<String> { (0..5).filter_map(|at| row.get::<Option<String>>(at).unwrap()).collect() };
        let all: Vec<String> = rows.iter().flat_map(text).collect();
        assert_eq!(all.iter().filter(|cell| cell.ends_with(".succeeded") || cell.ends_with(".failed")).count(), 6, "{all:?}");
        for secret in secrets {
            assert!(all.iter().all(|cell| !cell.contains(&secret)), "{secret} in {all:?}");
        }
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_recovering_and_changing_are_told() {
    for server in servers(&[]).await {
        let token = sign_up(&server, "whoever@example.org").await.at("/session_token");
        let signed_in = server.native().with_token(&token);
        let place = signed_in.get("/self-service/settings/api").await.at("/ui/action");
        signed_in.post(&place, &json!({ "method": "password", "password": OTHER })).await;
        let client = server.native();
        let place = client.get("/self-service/recovery/api").await.at("/ui/action");
        client.post(&place, &json!({ "method": "code", "email": "whoever@example.org" })).await;
        let code = server.code("whoever@example.org").await;
        for code in ["000000", &code] {
            client.post(&place, &json!({ "method": "code", "code": code })).await;
        }
        while log_in(&server, "whoever@example.org", "wrong").await.header("retry-after").is_none() {}
        let events = events(&server, "").await;
        let mut seen = types(&events);
        seen.retain(|name| *name != "login.failed");
        assert_eq!(
            seen,
            [
                "registration.succeeded",
                "credential.changed",
                "recovery.begun",
                "recovery.failed",
                "verification.succeeded",
                "recovery.succeeded",
                "attempt.throttled"
            ]
        );
        let text = json!(events).to_string();
        assert!(!text.contains(&code) && !text.contains(OTHER) && !text.contains(&token), "{text}");
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_go_when_their_time_is_over_and_are_not_kept_where_nobody_wants_them() {
    let (clock, hand) = Clock::held(Timestamp::now());
    let builder = TestServer::builder().at(clock).set("narthex.cleanup.interval", "50ms").set("narthex.cleanup.batch_size", 2);
    let server = builder.set("narthex.audit.retention", "24h").start().await;
    for n in 0..5 {
        sign_up(&server, &format!("u{n}@example.org")).await;
    }
    hand.fetch_add(Duration::from_secs(25 * 60 * 60).as_micros().try_into().unwrap(), Ordering::Relaxed);
    sign_up(&server, "late@example.org").await;
    for _ in 0..100 {
        if events(&server, "").await.len() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(events(&server, "").await.len(), 1, "the new one stays, the others go");
    server.end().await;
    let server = TestServer::builder().set("narthex.audit.enabled", false).start().await;
    assert_eq!(sign_up(&server, "who@example.org").await.status, 200);
    log_in(&server, "who@example.org", "wrong").await;
    assert_eq!(events(&server, "").await, [] as [Value; 0]);
    server.end().await;
}
