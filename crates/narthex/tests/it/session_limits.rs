//! Sessions that end before their time, and what whoami remembers of them.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use http::Method;
use jiff::Timestamp;
use narthex::clock::Clock;
use narthex_testkit::{Client, Database, TestServer};
use serde_json::{Value, json};

const PASSWORD: &str = "kT4!quite-a-long-one";

async fn sign_up(server: &TestServer) -> Client {
    let native = server.native();
    let flow = native.get("/self-service/registration/api").await.at("/ui/action");
    let sign_up = json!({ "method": "password", "password": PASSWORD, "traits": { "email": "who@example.org" } });
    server.native().with_token(&native.post(&flow, &sign_up).await.at("/session_token"))
}

async fn sign_in(server: &TestServer) -> Client {
    let native = server.native();
    let flow = native.get("/self-service/login/api").await.at("/ui/action");
    let login = json!({ "method": "password", "identifier": "who@example.org", "password": PASSWORD });
    server.native().with_token(&native.post(&flow, &login).await.at("/session_token"))
}

async fn whoami(client: &Client) -> u16 {
    client.get("/sessions/whoami").await.status.as_u16()
}

fn forward(hand: &AtomicI64, time: Duration) {
    hand.fetch_add(i64::try_from(time.as_micros()).unwrap(), Ordering::Relaxed);
}

#[tokio::test]
async fn a_session_that_is_left_unused_has_ended() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (clock, hand) = Clock::held(Timestamp::now());
        let builder = TestServer::builder().on(database).at(clock).set("narthex.session.idle_timeout", "10m");
        let Some(server) = builder.try_start().await.unwrap() else { continue };
        let used = sign_up(&server).await;
        let unused = sign_in(&server).await;
        for _ in 0..3 {
            forward(&hand, Duration::from_secs(9 * 60));
            assert_eq!(whoami(&used).await, 200);
        }
        assert_eq!(whoami(&unused).await, 401);
        assert_eq!(used.get("/sessions").await.json(), json!([]), "it is in no list of sessions that count");
        let identity = used.get("/sessions/whoami").await.at("/identity/id");
        let all = server.admin().get(&format!("/admin/identities/{identity}/sessions?active=false")).await.json();
        assert_eq!(all.as_array().map(|all| all.iter().map(|one| one["active"].clone()).collect()), Some(vec![Value::from(false)]));
        forward(&hand, Duration::from_secs(10 * 60));
        assert_eq!(whoami(&used).await, 401);
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_no_more_sessions_than_allowed_however_fast_they_sign_in() {
    for database in [Database::Sqlite, Database::Postgres] {
        let builder = TestServer::builder().on(database).set("narthex.session.max_per_identity", 3);
        let Some(server) = builder.try_start().await.unwrap() else { continue };
        let first = sign_up(&server).await;
        let mut clients = join_all((0..7).map(|_| sign_in(&server))).await;
        clients.push(sign_in(&server).await);
        let statuses = join_all(clients.iter().map(whoami)).await;
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 3, "{statuses:?}");
        assert_eq!((whoami(&first).await, statuses.last()), (401, Some(&200)), "the oldest go, the newest stay");
        server.end().await;
    }
}

#[tokio::test]
async fn a_session_that_ended_unused_takes_no_place_of_one_that_counts() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (clock, hand) = Clock::held(Timestamp::now());
        let builder = TestServer::builder().on(database).at(clock).set("narthex.session.idle_timeout", "10m");
        let Some(server) = builder.set("narthex.session.max_per_identity", 2).try_start().await.unwrap() else { continue };
        let used = sign_up(&server).await;
        forward(&hand, Duration::from_secs(1));
        let unused = sign_in(&server).await;
        forward(&hand, Duration::from_secs(9 * 60));
        assert_eq!(whoami(&used).await, 200);
        forward(&hand, Duration::from_secs(2 * 60));
        let new = sign_in(&server).await;
        assert_eq!((whoami(&used).await, whoami(&unused).await, whoami(&new).await), (200, 401, 200));
        server.end().await;
    }
}

#[tokio::test]
async fn what_this_instance_changes_is_seen_at_once() {
    let server = TestServer::builder().set("narthex.session.cache", "1s").start().await;
    let (client, other, third) = (sign_up(&server).await, sign_in(&server).await, sign_in(&server).await);
    let before = client.get("/sessions/whoami").await;
    assert_eq!(client.get("/sessions/whoami").await.text, before.text);
    let path = format!("/admin/identities/{}", before.at("/identity/id"));
    let admin = server.admin();
    let change = json!([{ "op": "replace", "path": "/traits/name", "value": { "first": "Ada" } }]);
    assert_eq!(admin.request(Method::PATCH, &path, Some(&change)).await.status, 200);
    assert_eq!(client.get("/sessions/whoami").await.at("/identity/traits/name/first"), "Ada");
    assert_eq!((whoami(&other).await, whoami(&third).await), (200, 200));
    let id = other.get("/sessions/whoami").await.at("/id");
    assert_eq!(client.request(Method::DELETE, &format!("/sessions/{id}"), None).await.status, 204);
    assert_eq!((whoami(&other).await, whoami(&third).await), (401, 200));
    assert_eq!(client.request(Method::DELETE, "/sessions", None).await.status, 200);
    assert_eq!((whoami(&third).await, whoami(&client).await), (401, 200));
    let disable = json!([{ "op": "replace", "path": "/state", "value": "inactive" }]);
    assert_eq!(admin.request(Method::PATCH, &path, Some(&disable)).await.status, 200);
    assert_eq!(whoami(&client).await, 401);
    let enable = json!([{ "op": "replace", "path": "/state", "value": "active" }]);
    assert_eq!(admin.request(Method::PATCH, &path, Some(&enable)).await.status, 200);
    assert_eq!(whoami(&client).await, 200);
    assert_eq!(admin.post("/admin/sessions", &json!({ "action": "disable", "identities": ["*"] })).await.status, 200);
    assert_eq!(whoami(&client).await, 401);
    let again = sign_in(&server).await;
    assert_eq!(whoami(&again).await, 200);
    assert_eq!(admin.request(Method::DELETE, &path, None).await.status, 204);
    assert_eq!(whoami(&again).await, 401);
}
