//! What strangers do, in the audit log: who could not sign up, who was turned away, and how much of it is kept.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use narthex::clock::Clock;
use narthex::edge::admin_key;
use narthex_testkit::{Answer, Client, Database, TestServer, as_url};
use serde_json::{Value, json};

use crate::audit::{PASSWORD, events, log_in, sign_up, types};
use crate::databases::servers;
use crate::web_hooks::{Target, hook};

async fn submit(client: &Client, body: &Value) -> Answer {
    let flow = client.get("/self-service/registration/api").await;
    client.post(&flow.at("/ui/action"), body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_could_not_sign_up_is_told_with_the_reason_and_without_what_was_typed() {
    let target = Target::default();
    let url = target.start().await;
    let refusal = json!({ "messages": [{ "instance_ptr": "#/traits/email", "messages": [{ "id": 1, "text": "No.", "type": "error" }] }] });
    let changes = [
        ("selfservice.methods.code.passwordless_enabled", json!(true)),
        ("selfservice.methods.code.config.max_submissions", json!(1)),
        (
            "selfservice.flows.registration.after.password.hooks",
            json!([hook(&url, json!({ "can_interrupt": true })), { "hook": "session" }]),
        ),
    ];
    for server in servers(&changes).await {
        target.answers(&[(200, json!({}))]);
        let native = server.native();
        let with = |email: &str, password: &str| json!({ "method": "password", "password": password, "traits": { "email": email } });
        assert_eq!(submit(&native, &with("taken@example.org", PASSWORD)).await.status, 200);
        for refused in [
            with("taken@example.org", PASSWORD),
            with("other@example.org", "short"),
            // The form has to be filled in, and that is all.
            json!({ "method": "password", "traits": { "email": "no address" } }),
            json!({ "method": "unheard-of" }),
        ] {
            assert_eq!(submit(&native, &refused).await.status, 400);
        }
        target.answers(&[(400, refusal.clone())]);
        assert_eq!(submit(&native, &with("other@example.org", PASSWORD)).await.status, 400);
        let traits = json!({ "email": "code@example.org" });
        let place = native.get("/self-service/registration/api").await.at("/ui/action");
        native.post(&place, &json!({ "method": "code", "traits": traits })).await;
        for _ in 0..2 {
            let tried = json!({ "method": "code", "traits": traits, "code": "000000" });
            assert_eq!(native.post(&place, &tried).await.status, 400);
        }
        let events = events(&server, "type=registration.failed").await;
        let details: Vec<_> =
            events.iter().map(|event| (event["details"]["method"].as_str(), event["details"]["reason"].as_str())).collect();
        assert_eq!(
            details,
            [
                (Some("password"), Some("already_taken")),
                (Some("password"), Some("unfit_password")),
                (Some("password"), Some("refused_by_hook")),
                (Some("code"), Some("wrong_code")),
                (Some("code"), Some("too_many_tries"))
            ]
        );
        assert!(events.iter().all(|event| event["actor"]["type"] == "anonymous" && event["flow_id"].is_string()), "{events:?}");
        let text = json!(events).to_string();
        assert!(!text.contains("example.org") && !text.contains(PASSWORD) && !text.contains("short"), "{text}");
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_knocks_without_a_key_is_told_of_until_it_is_known() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (clock, hand) = Clock::held(Timestamp::now());
        let key = admin_key::generate();
        let entry = json!([{ "name": "deploy", "hash": admin_key::hash(&key) }]);
        let builder = TestServer::builder().on(database).at(clock).set("narthex.admin.api_keys", entry);
        let Some(server) = builder.try_start().await.unwrap() else { continue };
        let knock = |secret: &str| server.admin().with_header("authorization", &format!("Bearer {secret}"));
        let told = async || {
            let answer = knock(&key).get("/admin/audit-events?type=request.refused&page_size=1000").await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            answer.json().as_array().unwrap().clone()
        };
        assert_eq!(server.admin().get("/admin/identities").await.status, 401);
        assert_eq!(server.admin().get("/health/ready").await.status, 200);
        let wrong = knock("a-wrong-key");
        for _ in 0..120 {
            assert_eq!(wrong.get("/admin/identities").await.status, 401);
        }
        let first = told().await;
        assert_eq!(first.len(), 100, "a hundred at once from one network");
        let reasons = [&first[99], &first[0]].map(|event| event["details"]["reason"].clone());
        assert_eq!(reasons, ["no_key", "wrong_key"]);
        assert_eq!((&first[0]["actor"], &first[0]["origin"]["ip_address"]), (&json!({ "type": "anonymous" }), &json!("127.0.0.1")));
        assert!(!json!(first).to_string().contains("a-wrong-key"));
        for minute in 1..3 {
            hand.fetch_add(60_000_000, Ordering::Relaxed);
            for _ in 0..5 {
                assert_eq!(wrong.get("/admin/identities").await.status, 401);
            }
            assert_eq!(told().await.len(), 100 + minute, "then one a minute");
        }
        let elsewhere = knock("a-wrong-key").with_header("x-real-ip", "203.0.113.9");
        assert_eq!(elsewhere.get("/admin/identities").await.status, 401);
        assert_eq!(told().await[0]["origin"]["ip_address"], "203.0.113.9", "another network is told of for itself");
        server.end().await;
    }
}

#[tokio::test]
async fn a_request_that_may_be_forged_is_told() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let flow = browser.get("/self-service/login/browser").await;
    let body = json!({ "method": "password", "identifier": "who@example.org", "password": PASSWORD, "csrf_token": "another" });
    assert_eq!(browser.post(&flow.at("/ui/action"), &body).await.status, 403);
    let events = events(&server, "").await;
    assert_eq!(types(&events), ["request.refused"]);
    assert_eq!(events[0]["details"], json!({ "reason": "forged" }));
    server.end().await;
}

#[tokio::test]
async fn an_address_is_not_believed_of_who_is_no_proxy() {
    for (proxies, address) in [(json!([]), "127.0.0.1"), (json!(["127.0.0.0/8"]), "203.0.113.9")] {
        let server = TestServer::builder().set("narthex.trusted_proxies", proxies).start().await;
        sign_up(&server, "who@example.org").await;
        let client = server.native().with_header("x-forwarded-for", "203.0.113.9");
        let place = client.get("/self-service/login/api").await.at("/ui/action");
        client.post(&place, &json!({ "method": "password", "identifier": "who@example.org", "password": "wrong" })).await;
        let events = events(&server, "type=login.failed").await;
        assert_eq!((events.len(), &events[0]["origin"]["ip_address"]), (1, &json!(address)));
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_hook_that_fails_is_told_whoever_waited_for_it() {
    let body = as_url("function(ctx) { id: ctx.identity.id }");
    let target = |port: u16, id: &str, response: Value| json!({ "hook": "web_hook", "config": { "id": id, "url": format!("http://127.0.0.1:{port}/with?key=secret"), "method": "POST", "body": body, "response": response } });
    let broken = Target::default();
    let url = broken.start().await;
    let port = url.rsplit(':').next().unwrap().split('/').next().unwrap().parse().unwrap();
    let hooks = json!([target(port, "nobody-waits", json!({ "ignore": true })), target(port, "one-waits", json!({}))]);
    for server in servers(&[("selfservice.flows.registration.after.password.hooks", hooks)]).await {
        broken.answers(&[(404, json!({}))]);
        assert_eq!(sign_up(&server, "who@example.org").await.status, 502);
        let mut told = Vec::new();
        for _ in 0..100 {
            told = events(&server, "type=hook.failed").await;
            if told.len() == 2 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        told.sort_by_key(|event| event["details"]["hook"].to_string());
        let identity = events(&server, "type=registration.succeeded").await[0]["subject"]["identity_id"].clone();
        let seen: Vec<_> = told.iter().map(|event| (event["details"].clone(), event["actor"]["type"].clone())).collect();
        let expected = |hook: &str, actor: &str| (json!({ "hook": hook, "target": "127.0.0.1", "fault": "bad_answer" }), json!(actor));
        assert_eq!(seen, [expected("nobody-waits", "system"), expected("one-waits", "anonymous")]);
        assert!(told.iter().all(|event| event["subject"]["identity_id"] == identity && event["flow_id"].is_string()), "{told:?}");
        assert!(!json!(told).to_string().contains("key=secret"));
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_hook_that_fails_for_somebody_who_is_signed_in_is_told_as_theirs() {
    let target = Target::default();
    let hook = hook(&target.start().await, json!({ "body": as_url("function(ctx) {}") }));
    for at in ["before", "after.profile"] {
        let key = format!("selfservice.flows.settings.{at}.hooks");
        let server = TestServer::builder().set(&key, json!([hook])).start().await;
        let signed_up = sign_up(&server, "who@example.org").await;
        let client = server.native().with_header("x-session-token", &signed_up.at("/session_token"));
        target.answers(&[(404, json!({}))]);
        let flow = client.get("/self-service/settings/api").await;
        if at != "before" {
            let change = json!({ "method": "profile", "traits": { "email": "who@example.org" } });
            assert_eq!(client.post(&flow.at("/ui/action"), &change).await.status, 502);
        }
        let events = events(&server, "type=hook.failed").await;
        assert_eq!(events.len(), 1, "{events:?}");
        assert_eq!(events[0]["actor"]["type"], "identity");
        assert_eq!(events[0]["subject"]["identity_id"], signed_up.at("/identity/id"));
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_should_know_a_password_and_gives_no_answer_is_told() {
    let elsewhere = Target::default();
    let url = elsewhere.start().await;
    let migrate = json!({ "enabled": true, "config": { "url": url, "method": "POST" } });
    for server in servers(&[("selfservice.methods.password.config.migrate_hook", migrate)]).await {
        elsewhere.answers(&[(404, json!({}))]);
        let credentials = json!({ "password": { "config": { "use_password_migration_hook": true } } });
        let made = server
            .admin()
            .post("/admin/identities", &json!({ "traits": { "email": "who@example.org" }, "credentials": credentials }))
            .await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!(log_in(&server, "who@example.org", PASSWORD).await.status, 502);
        let events = events(&server, "type=hook.failed").await;
        assert_eq!(events.len(), 1, "{events:?}");
        assert_eq!(events[0]["details"], json!({ "hook": null, "target": "127.0.0.1", "fault": "bad_answer" }));
        assert_eq!(events[0]["subject"]["identity_id"], made.at("/id"));
        server.end().await;
    }
}
