//! Settings that change while the server runs.

use std::time::Duration;

use narthex_testkit::{PERSON, TestServer};
use serde_json::{Value, json};

const FLOW: &str = "/self-service/registration/browser";

async fn page(server: &TestServer) -> String {
    let location = server.native().accepting("text/html").get(FLOW).await.location().to_owned();
    location.split('?').next().unwrap().to_owned()
}

#[tokio::test]
async fn other_settings_are_in_force_once_they_were_read() {
    let mut server = TestServer::start().await;
    server.reconfigure("selfservice.flows.registration.ui_url", "https://other.test/registration");
    server.app().reload.ask().await;
    assert_eq!(page(&server).await, "https://other.test/registration");
    let cors = json!({ "enabled": true, "allowed_origins": ["https://app.test"] });
    server.reconfigure("serve.public.cors", cors);
    server.app().reload.ask().await;
    let answer = server.native().with_header("origin", "https://app.test").get("/health/alive").await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.test"));
}

#[tokio::test]
async fn a_changed_file_is_noticed() {
    let mut server = TestServer::start().await;
    server.reconfigure("selfservice.flows.registration.ui_url", "https://other.test/registration");
    for _ in 0..100 {
        if page(&server).await == "https://other.test/registration" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(page(&server).await, "https://other.test/registration");
}

#[tokio::test]
async fn mistakes_change_nothing() {
    let mut server = TestServer::start().await;
    let before = page(&server).await;
    server.reconfigure("selfservice.flows.registration.ui_url", "https://other.test/registration");
    for (key, broken) in
        [("selfservice.colour", json!("red")), ("identity.schemas", json!([{ "id": "default", "url": "file:///nowhere.json" }]))]
    {
        let good = server.config().pointer(&format!("/{}", key.replace('.', "/"))).cloned();
        server.reconfigure(key, broken);
        server.app().reload.ask().await;
        assert_eq!(page(&server).await, before, "{key}");
        server.reconfigure(key, good.unwrap_or(Value::Null));
    }
    server.app().reload.ask().await;
    assert_eq!(page(&server).await, "https://other.test/registration");
}

#[tokio::test]
async fn what_needs_a_restart_stays_and_the_rest_is_taken() {
    let mut server = TestServer::start().await;
    server.reconfigure("serve.public.base_url", "https://elsewhere.test/");
    server.reconfigure("selfservice.flows.registration.ui_url", "https://other.test/registration");
    server.app().reload.ask().await;
    assert_eq!(page(&server).await, "https://other.test/registration");
    let action = server.native().get(FLOW).await.at("/ui/action");
    assert!(action.starts_with(&server.public_url), "{action}");
}

#[tokio::test]
async fn a_schema_file_is_read_again_when_it_changed_and_kept_when_it_is_gone() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("person.json");
    std::fs::write(&file, PERSON).unwrap();
    let schemas = json!([{ "id": "default", "url": format!("file://{}", file.display()) }]);
    let server = TestServer::builder().set("identity.schemas", schemas).start().await;
    let title = async || server.native().get("/schemas/default").await.at("/title");
    assert_eq!(title().await, "Person");
    std::fs::write(&file, PERSON.replace("Person", "Human")).unwrap();
    assert_eq!(title().await, "Human");
    std::fs::remove_file(&file).unwrap();
    server.app().reload.ask().await;
    assert_eq!(title().await, "Human");
}

#[tokio::test]
async fn no_request_is_dropped_while_settings_change() {
    let mut server = TestServer::start().await;
    let client = server.browser();
    let asking = tokio::spawn(async move {
        for _ in 0..200 {
            assert_eq!(client.get(FLOW).await.status, 200);
        }
    });
    for round in 0..20 {
        server.reconfigure("selfservice.flows.registration.ui_url", format!("https://other.test/{round}"));
        server.app().reload.ask().await;
    }
    asking.await.unwrap();
    assert_eq!(page(&server).await, "https://other.test/19");
}
