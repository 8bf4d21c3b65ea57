//! What is around the API: health, schemas, metrics, other origins, redirects between the listeners.

use http::Method;
use narthex_testkit::{PERSON, TestServer, UI, as_url};
use serde_json::json;

#[tokio::test]
async fn both_listeners_are_healthy_and_say_so_without_cookies() {
    let server = TestServer::start().await;
    for client in [server.browser(), server.admin()] {
        for path in ["/health/alive", "/health/ready"] {
            let answer = client.get(path).await;
            assert_eq!(answer.json(), json!({ "status": "ok" }));
            assert_eq!(answer.header("set-cookie"), None);
        }
    }
    server.end().await;
}

#[tokio::test]
async fn operators_learn_the_version_and_the_state_of_the_configuration() {
    let server = TestServer::builder().set("revision", "blue-7").start().await;
    assert_eq!(server.admin().get("/admin/health/config").await.text, "blue-7");
    assert_eq!(server.admin().get("/version").await.at("/version"), env!("CARGO_PKG_VERSION"));
    assert_eq!(server.native().get("/version").await.status, 404);
    let unnamed = TestServer::start().await;
    assert_eq!(unnamed.admin().get("/health/config").await.text.len(), 64);
}

#[tokio::test]
async fn schemas_are_answered_as_they_were_written() {
    let other = r#"{"custom":[1,2.50,null],"properties":{"traits":{"type":"object","properties":{"a":{"type":"string"}}}}}"#;
    let schemas = json!([{ "id": "default", "url": as_url(PERSON) }, { "id": "with/slash", "url": as_url(other) }]);
    let server = TestServer::builder().set("identity.schemas", schemas).start().await;
    let client = server.native();
    for name in ["with%2Fslash", "d2l0aC9zbGFzaA"] {
        assert_eq!(client.get(&format!("/schemas/{name}")).await.text, other, "{name}");
    }
    assert_eq!(client.get("/schemas/nobody").await.at("/error/status"), "Not Found");
    let list = client.get("/schemas?page_size=1").await;
    assert_eq!(list.header("x-total-count"), Some("2"));
    assert_eq!(list.json()[0]["id"], "default");
    let link = list.header("link").unwrap().to_owned();
    let next = link.split('<').nth(1).and_then(|rest| rest.split('>').next()).unwrap();
    assert_eq!(client.get(next).await.json()[0]["id"], "with/slash");
}

#[tokio::test]
async fn each_listener_knows_the_others_paths() {
    let server = TestServer::start().await;
    let there = server.admin().send(Method::POST, "/admin/self-service/login?flow=1", None).await;
    assert_eq!((there.status.as_u16(), there.location()), (307, format!("{}/self-service/login?flow=1", server.public_url).as_str()));
    let back = server.native().request(Method::DELETE, "/identities/1", None).await;
    assert_eq!((back.status.as_u16(), back.location()), (307, format!("{}/admin/identities/1", server.admin_url).as_str()));
}

#[tokio::test]
async fn password_managers_are_sent_to_the_settings() {
    let server = TestServer::start().await;
    let answer = server.browser().get("/.well-known/change-password").await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, format!("{UI}/settings").as_str()));
}

#[tokio::test]
async fn requests_are_counted_by_route_and_status() {
    let server = TestServer::start().await;
    for name in ["default", "default", "nobody"] {
        server.native().get(&format!("/schemas/{name}")).await;
    }
    let page = server.admin().get("/metrics/prometheus").await.text;
    let count = |code: &str| {
        page.lines()
            .find(|line| {
                line.starts_with("http_requests_total{") && line.contains("/schemas/{param}") && line.contains(&format!("code=\"{code}\""))
            })
            .unwrap()
    };
    assert!(count("200").ends_with(" 2"), "{page}");
    assert!(count("404").ends_with(" 1"), "{page}");
    assert_eq!(server.native().get("/metrics/prometheus").await.status, 404);
}

#[tokio::test]
async fn pages_of_listed_origins_may_ask_beforehand_and_read_answers() {
    let cors = json!({ "enabled": true, "allowed_origins": ["https://*.app.test"] });
    let server = TestServer::builder().set("serve.public.cors", cors).start().await;
    let from = |origin: &str| server.browser().with_header("origin", origin);
    let read = from("https://one.app.test").get("/sessions/whoami").await;
    assert_eq!((read.status.as_u16(), read.header("access-control-allow-origin")), (401, Some("https://one.app.test")));
    assert_eq!(from("https://evil.test").get("/sessions/whoami").await.header("access-control-allow-origin"), None);
    let asking = from("https://one.app.test")
        .with_header("access-control-request-method", "POST")
        .with_header("access-control-request-headers", "content-type");
    let asked = asking.request(Method::OPTIONS, "/self-service/registration", None).await;
    assert_eq!(
        (asked.status.as_u16(), asked.header("access-control-allow-methods"), asked.header("access-control-allow-headers")),
        (204, Some("POST"), Some("content-type"))
    );
    let admin = server.admin().with_header("origin", "https://one.app.test").get("/health/alive").await;
    assert_eq!(admin.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn what_is_sent_along_for_hooks_has_to_be_an_object() {
    let server = TestServer::start().await;
    let native = server.native();
    for (number, sent) in [json!(null), json!({ "a": 1 }), json!("x"), json!([1]), json!(true)].into_iter().enumerate() {
        let flow = native.get("/self-service/registration/api").await.at("/ui/action");
        let traits = json!({ "email": format!("sent-along-{number}@example.org") });
        let body = json!({ "method": "password", "traits": traits, "password": "kT4!quite-a-long-one", "transient_payload": sent });
        let answer = native.post(&flow, &body).await;
        let taken = sent.is_null() || sent.is_object();
        assert_eq!(answer.status, if taken { 200 } else { 400 }, "{sent}: {}", answer.text);
        assert_eq!(answer.text.contains("transient_payload has to be"), !taken, "{}", answer.text);
    }
}
