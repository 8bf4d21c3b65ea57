//! Guessers are held off, and nobody else.

use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use http::Method;
use jiff::Timestamp;
use narthex::clock::Clock;
use narthex_testkit::{Answer, Client, Database, TestServer};
use serde_json::{Value, json};

const PASSWORD: &str = "kT4!quite-a-long-one";
const WAIT: u64 = 4_900_001;
const WRONG: u64 = 4_000_006;
const ACCOUNT: &str = "narthex.security.throttle.account";
const NETWORK: &str = "narthex.security.throttle.network";

fn forward(hand: &AtomicI64, seconds: i64) {
    hand.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
}

async fn sign_up(client: &Client, kind: &str, email: &str) -> Answer {
    let flow = client.get(&format!("/self-service/registration/{kind}")).await;
    let mut body = json!({ "method": "password", "password": PASSWORD, "traits": { "email": email } });
    if kind == "browser" {
        body["csrf_token"] = flow.csrf_token().into();
    }
    let done = client.post(&flow.at("/ui/action"), &body).await;
    assert_eq!(done.status, 200, "{}", done.text);
    done
}

async fn sign_in(client: &Client, kind: &str, email: &str, password: &str) -> Answer {
    let flow = client.get(&format!("/self-service/login/{kind}")).await;
    let mut body = json!({ "method": "password", "password": password, "identifier": email });
    if kind == "browser" {
        body["csrf_token"] = flow.csrf_token().into();
    }
    client.post(&flow.at("/ui/action"), &body).await
}

async fn sign_out(client: &Client) {
    let url = client.get("/self-service/logout/browser").await.at("/logout_url");
    assert_eq!(client.get(&url).await.status, 204);
}

/// The id of the message above the form, and the seconds to wait.
fn told(answer: &Answer) -> (u64, Option<u64>) {
    let id = answer.json().pointer("/ui/messages/0/id").and_then(Value::as_u64);
    let seconds = answer.json().pointer("/ui/messages/0/context/wait_seconds").and_then(Value::as_u64);
    let header = answer.header("retry-after").map(|seconds| seconds.parse().unwrap());
    assert_eq!((answer.status.as_u16(), header), (400, seconds), "{}", answer.text);
    (id.unwrap(), seconds)
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_wait_longer_each_time_while_the_owner_gets_in_from_a_known_browser() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (clock, hand) = Clock::held(Timestamp::now());
        let builder = TestServer::builder().on(database).at(clock).set(ACCOUNT, json!({ "tries": 3, "max_delay": "3s" }));
        let Some(server) = builder.try_start().await.unwrap() else { continue };
        let (browser, native) = (server.browser(), server.native());
        sign_up(&browser, "browser", "who@example.org").await;
        sign_out(&browser).await;
        for email in ["who@example.org", "nobody@example.org"] {
            for _ in 0..3 {
                assert_eq!(told(&sign_in(&native, "api", email, "wrong").await), (WRONG, None));
            }
            // Trying does not make the wait longer.
            for _ in 0..3 {
                assert_eq!(told(&sign_in(&native, "api", &email.to_uppercase(), PASSWORD).await), (WAIT, Some(1)));
            }
        }
        for wait in [2, 3, 3] {
            forward(&hand, 3);
            for email in ["who@example.org", "nobody@example.org"] {
                assert_eq!(told(&sign_in(&native, "api", email, "wrong").await), (WRONG, None));
                assert_eq!(told(&sign_in(&native, "api", email, PASSWORD).await), (WAIT, Some(wait)));
            }
        }
        assert_eq!(sign_in(&browser, "browser", "who@example.org", PASSWORD).await.status, 200);
        assert_eq!(told(&sign_in(&native, "api", "who@example.org", PASSWORD).await).0, WAIT, "a stranger still waits");
        sign_out(&browser).await;
        for _ in 0..3 {
            assert_eq!(told(&sign_in(&browser, "browser", "who@example.org", "wrong").await), (WRONG, None));
        }
        assert_eq!(told(&sign_in(&browser, "browser", "who@example.org", "wrong").await), (WAIT, Some(1)));
        forward(&hand, 3);
        assert_eq!(sign_in(&native, "api", "who@example.org", PASSWORD).await.status, 200, "nobody is locked out for good");
        for _ in 0..3 {
            assert_eq!(told(&sign_in(&native, "api", "who@example.org", "wrong").await), (WRONG, None), "all is forgotten");
        }
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_tried_at_once_is_counted_one_by_one_on_all_instances() {
    for database in [Database::Sqlite, Database::Postgres] {
        let builder = TestServer::builder().on(database).set(ACCOUNT, json!({ "tries": 5, "first_delay": "1m" }));
        let Some(server) = builder.try_start().await.unwrap() else { continue };
        let other = if database == Database::Postgres { Some(server.another().await) } else { None };
        let clients = [server.native(), other.as_ref().map_or_else(|| server.native(), TestServer::native)];
        sign_up(&clients[0], "api", "who@example.org").await;
        let tries = (0..20).map(|number| {
            let client = &clients[number % 2];
            async move {
                let flow = client.get("/self-service/login/api").await.at("/id");
                let body = json!({ "method": "password", "password": "wrong", "identifier": "who@example.org" });
                client.post(&format!("/self-service/login?flow={flow}"), &body).await
            }
        });
        let ids: Vec<u64> = join_all(tries).await.iter().map(|answer| told(answer).0).collect();
        let count = |wanted| ids.iter().filter(|id| **id == wanted).count();
        assert_eq!((count(WRONG), count(WAIT)), (5, 15));
        server.end().await;
    }
}

#[tokio::test]
async fn who_keeps_trying_cannot_keep_the_owner_out() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (clock, hand) = Clock::held(Timestamp::now());
        let builder = TestServer::builder().on(database).at(clock).set(ACCOUNT, json!({ "tries": 3, "max_delay": "4s" }));
        let Some(server) = builder.set("narthex.security.throttle.newcomer", json!({ "tries": 2 })).try_start().await.unwrap() else {
            continue;
        };
        let from = |address: &str| server.native().with_header("x-forwarded-for", address);
        sign_up(&from("192.0.2.1"), "api", "who@example.org").await;
        for _ in 0..3 {
            assert_eq!(told(&sign_in(&from("203.0.113.7"), "api", "who@example.org", "wrong").await), (WRONG, None));
        }
        for _ in 0..2 {
            forward(&hand, 4);
            // Each of these windows is the guesser's, who is there first; two more tries are those of anybody new.
            assert_eq!(told(&sign_in(&from("203.0.113.7"), "api", "who@example.org", "wrong").await).0, WRONG);
            assert_eq!(sign_in(&from("192.0.2.1"), "api", "who@example.org", PASSWORD).await.status, 200);
        }
        for address in ["203.0.113.8", "203.0.113.9"] {
            assert_eq!(told(&sign_in(&from(address), "api", "who@example.org", "wrong").await), (WRONG, None), "{address}");
        }
        assert_eq!(told(&sign_in(&from("203.0.113.10"), "api", "who@example.org", PASSWORD).await).0, WAIT, "the same customer's");
        assert_eq!(told(&sign_in(&from("127.0.0.1"), "api", "who@example.org", PASSWORD).await).0, WAIT, "from nowhere in particular");
        assert_eq!(sign_in(&from("192.0.2.1"), "api", "who@example.org", PASSWORD).await.status, 200);
        server.end().await;
    }
}

#[tokio::test]
async fn an_account_has_one_count_under_all_its_names() {
    let schema = json!({
        "type": "object",
        "properties": { "traits": { "type": "object", "properties": {
            "email": { "type": "string", "format": "email", "ory.sh/kratos": { "credentials": { "password": { "identifier": true } } } },
            "name": { "type": "string", "ory.sh/kratos": { "credentials": { "password": { "identifier": true } } } }
        } } }
    });
    let server = TestServer::builder()
        .set(ACCOUNT, json!({ "tries": 3 }))
        .set("identity.schemas", json!([{ "id": "default", "url": format!("base64://{}", STANDARD.encode(schema.to_string())) }]))
        .start()
        .await;
    let native = server.native();
    let flow = native.get("/self-service/registration/api").await.at("/ui/action");
    let traits = json!({ "email": "who@example.org", "name": "who" });
    let done = native.post(&flow, &json!({ "method": "password", "password": PASSWORD, "traits": traits })).await;
    assert_eq!(done.status, 200, "{}", done.text);
    for name in ["who@example.org", "who", "WHO@example.org"] {
        assert_eq!(told(&sign_in(&native, "api", name, "wrong").await), (WRONG, None), "{name}");
    }
    for name in ["who@example.org", "who"] {
        assert_eq!(told(&sign_in(&native, "api", name, PASSWORD).await).0, WAIT, "{name}");
    }
}

#[tokio::test]
async fn a_right_password_does_not_count_though_nobody_gets_in() {
    let server = TestServer::builder().set(ACCOUNT, json!({ "tries": 2 })).start().await;
    let native = server.native();
    let id = sign_up(&native, "api", "who@example.org").await.at("/identity/id");
    let patch = json!([{ "op": "replace", "path": "/state", "value": "inactive" }]);
    assert_eq!(server.admin().request(Method::PATCH, &format!("/admin/identities/{id}"), Some(&patch)).await.status, 200);
    for _ in 0..5 {
        assert_eq!(told(&sign_in(&native, "api", "who@example.org", PASSWORD).await), (4_010_011, None));
    }
    for _ in 0..2 {
        assert_eq!(told(&sign_in(&native, "api", "who@example.org", "wrong").await), (WRONG, None));
    }
    assert_eq!(told(&sign_in(&native, "api", "who@example.org", PASSWORD).await).0, WAIT);
}

#[tokio::test]
async fn a_network_is_held_off_at_whatever_accounts_it_tries() {
    let (clock, hand) = Clock::held(Timestamp::now());
    let server = TestServer::builder().at(clock).set(NETWORK, json!({ "tries": 3, "recovery": "1m" })).start().await;
    sign_up(&server.native(), "api", "who@example.org").await;
    let from = |address: &str| server.native().with_header("x-forwarded-for", address);
    for (number, address) in ["2001:db8::1", "2001:db8::2", "2001:db8::f:1"].iter().enumerate() {
        assert_eq!(told(&sign_in(&from(address), "api", &format!("{number}@example.org"), "wrong").await), (WRONG, None));
    }
    assert_eq!(told(&sign_in(&from("2001:db8::3"), "api", "who@example.org", PASSWORD).await), (WAIT, Some(1)));
    for elsewhere in ["2001:db8:0:1::1", "203.0.113.9", "127.0.0.1"] {
        assert_eq!(sign_in(&from(elsewhere), "api", "who@example.org", PASSWORD).await.status, 200, "{elsewhere}");
    }
    forward(&hand, 1);
    for _ in 0..3 {
        assert_eq!(sign_in(&from("2001:db8::3"), "api", "who@example.org", PASSWORD).await.status, 200, "right ones do not count");
    }
    assert_eq!(told(&sign_in(&from("2001:db8::3"), "api", "3@example.org", "wrong").await), (WRONG, None));
    assert_eq!(told(&sign_in(&from("2001:db8::3"), "api", "3@example.org", "wrong").await), (WAIT, Some(2)));
    forward(&hand, 180);
    assert_eq!(told(&sign_in(&from("2001:db8::3"), "api", "3@example.org", "wrong").await), (WRONG, None));
    assert_eq!(told(&sign_in(&from("2001:db8::3"), "api", "3@example.org", "wrong").await), (WRONG, None), "some is forgotten");
}

async fn code_flow(server: &TestServer, email: &str) -> String {
    let native = server.native();
    let flow = native.get("/self-service/login/api").await.at("/ui/action");
    let sent = native.post(&flow, &json!({ "method": "code", "identifier": email })).await;
    assert_eq!(sent.json()["state"], "sent_email", "{}", sent.text);
    flow
}

#[tokio::test]
async fn codes_for_one_address_are_counted_over_all_flows() {
    let server = TestServer::builder()
        .set(ACCOUNT, json!({ "tries": 4, "first_delay": "1m" }))
        .set("selfservice.methods.code.passwordless_enabled", true)
        .start()
        .await;
    let native = server.native();
    for email in ["who@example.org", "other@example.org"] {
        sign_up(&native, "api", email).await;
    }
    let enter = async |flow: &str, email: &str, code: &str| {
        native.post(flow, &json!({ "method": "code", "identifier": email, "code": code })).await
    };
    for _ in 0..2 {
        let flow = code_flow(&server, "who@example.org").await;
        for _ in 0..2 {
            assert_eq!(told(&enter(&flow, "who@example.org", "not-it").await), (4_010_008, None));
        }
    }
    let flow = code_flow(&server, "who@example.org").await;
    let code = server.code("who@example.org").await;
    assert_eq!(told(&enter(&flow, "who@example.org", &code).await), (WAIT, Some(60)));
    assert_eq!(sign_in(&native, "api", "who@example.org", PASSWORD).await.status, 200, "passwords are counted by themselves");
    let flow = code_flow(&server, "other@example.org").await;
    let code = server.code("other@example.org").await;
    assert_eq!(enter(&flow, "other@example.org", &code).await.status, 200);
}

#[tokio::test]
async fn nobody_is_held_off_where_the_brakes_are_off() {
    let mut server = TestServer::builder().set(ACCOUNT, json!({ "tries": 1, "first_delay": "1h" })).start().await;
    let native = server.native();
    assert_eq!(told(&sign_in(&native, "api", "who@example.org", "wrong").await), (WRONG, None));
    assert_eq!(told(&sign_in(&native, "api", "who@example.org", "wrong").await).0, WAIT);
    server.reconfigure("narthex.security.throttle.enabled", false);
    server.app().reload.ask().await;
    assert_eq!(told(&sign_in(&native, "api", "who@example.org", "wrong").await), (WRONG, None));
}
