//! Several instances on one database are one server.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use http::Method;
use narthex_db::{Batch, params};
use narthex_testkit::{Database, TestServer};
use serde_json::json;

use crate::databases::servers;

const PASSWORD: &str = "kT4!quite-a-long-one";

async fn sign_up(server: &TestServer, email: &str) -> String {
    let native = server.native();
    let flow = native.get("/self-service/registration/api").await.at("/ui/action");
    let sign_up = json!({ "method": "password", "password": PASSWORD, "traits": { "email": email } });
    native.post(&flow, &sign_up).await.at("/session_token")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_one_instance_counts_at_the_other_and_its_end_is_seen_within_a_second() {
    let builder = TestServer::builder().on(Database::Postgres).set("narthex.session.cache", "1s");
    let Some(one) = builder.try_start().await.unwrap() else { return };
    let other = one.another().await;
    let token = sign_up(&one, "who@example.org").await;
    let (here, there) = (one.native().with_token(&token), other.native().with_token(&token));
    assert_eq!(there.get("/sessions/whoami").await.text, here.get("/sessions/whoami").await.text);
    let body = json!({ "session_token": token });
    assert_eq!(one.native().request(Method::DELETE, "/self-service/logout/api", Some(&body)).await.status, 204);
    let ended = Instant::now();
    assert_eq!(here.get("/sessions/whoami").await.status, 401);
    while there.get("/sessions/whoami").await.status == 200 {
        assert!(ended.elapsed() < Duration::from_secs(1), "the other instance still lets the session count");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    one.end().await;
    other.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_code_that_many_send_at_once_signs_in_once() {
    for database in [Database::Sqlite, Database::Postgres] {
        let builder = TestServer::builder()
            .on(database)
            .set("selfservice.methods.code.passwordless_enabled", true)
            .set("selfservice.methods.code.config.max_submissions", 20);
        let Some(server) = builder.try_start().await.unwrap() else { continue };
        let other = if database == Database::Postgres { Some(server.another().await) } else { None };
        let clients = [server.native(), other.as_ref().map_or_else(|| server.native(), TestServer::native)];
        sign_up(&server, "who@example.org").await;
        let id = clients[0].get("/self-service/login/api").await.at("/id");
        let path = format!("/self-service/login?flow={id}");
        clients[0].post(&path, &json!({ "method": "code", "identifier": "who@example.org" })).await;
        let code = server.code("who@example.org").await;
        let body = json!({ "method": "code", "identifier": "who@example.org", "code": code });
        let all = join_all((0..8).map(|number| clients[number % 2].post(&path, &body))).await;
        let statuses: Vec<u16> = all.iter().map(|answer| answer.status.as_u16()).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| *status < 500), "{statuses:?}");
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_change_on_one_instance_after_the_other() {
    let builder = TestServer::builder().on(Database::Postgres);
    let Some(mut one) = builder.try_start().await.unwrap() else { return };
    let mut other = one.another().await;
    let browser = one.browser();
    let flow = browser.get("/self-service/registration/browser").await;
    let sign_up = json!({
        "method": "password", "password": PASSWORD, "traits": { "email": "who@example.org" }, "csrf_token": flow.csrf_token(),
    });
    assert_eq!(browser.post(&flow.at("/ui/action"), &sign_up).await.status, 200);
    let both = json!(["a-newer-cookie-secret-for-tests", "a-cookie-secret-for-tests-only"]);
    for server in [&mut one, &mut other] {
        server.reconfigure("secrets.cookie", both.clone());
        server.app().reload.ask().await;
        let whoami = format!("{}/sessions/whoami", server.public_url);
        assert_eq!(browser.get(&whoami).await.status, 200, "the older secret still opens what it sealed");
    }
    one.end().await;
    other.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_starts_on_a_database_that_a_newer_version_has_migrated_but_does_not_migrate_it() {
    for server in servers(&[]).await {
        let db = &server.app().db;
        let step = "INSERT INTO narthex_migrations (number, name, applied_at) VALUES ($1, $2, $3)";
        db.write(Batch::durable().push(step, params![9999_i64, "what is to come", 0_i64])).await.unwrap();
        let refused = narthex::startup::migrate(db).await.unwrap_err().to_string();
        assert!(refused.contains("9999"), "{refused}");
        let before = server.another().await;
        let token = sign_up(&before, "who@example.org").await;
        assert_eq!(server.native().with_token(&token).get("/sessions/whoami").await.status, 200);
        before.end().await;
        server.end().await;
    }
}
