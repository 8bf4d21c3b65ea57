//! What is under way to get into an account, or to take it over, counts no more once its owner has secured it.

use narthex_testkit::{Answer, Client, Database, TestServer};
use serde_json::{Value, json};

const PASSWORD: &str = "kT4!quite-a-long-one";
const NEW_PASSWORD: &str = "kT4!another-long-one";
const OLD: &str = "old@example.org";
const NEW: &str = "new@example.org";

/// The servers of both databases; of one, where there is no PostgreSQL.
async fn servers(changes: &[(&str, Value)]) -> Vec<TestServer> {
    let mut servers = Vec::new();
    for database in [Database::Sqlite, Database::Postgres] {
        let builder = TestServer::builder().on(database).set("selfservice.methods.link.enabled", true);
        let builder = builder.set("selfservice.methods.code.passwordless_enabled", true);
        let builder = changes.iter().fold(builder, |builder, (path, value)| builder.set(path, value.clone()));
        servers.extend(builder.try_start().await.unwrap());
    }
    servers
}

/// Somebody who has signed up with an application, and their id.
async fn member(server: &TestServer) -> (Client, String) {
    let native = server.native();
    let flow = native.get("/self-service/registration/api").await.at("/ui/action");
    let answer = native.post(&flow, &json!({ "method": "password", "password": PASSWORD, "traits": { "email": OLD } })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    (server.native().with_token(&answer.at("/session_token")), answer.at("/identity/id"))
}

async fn begin(client: &Client, kind: &str) -> String {
    client.get(&format!("/self-service/{kind}/api")).await.at("/ui/action")
}

async fn change(member: &Client, body: Value) -> Answer {
    let answer = member.post(&begin(member, "settings").await, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

fn to_address(email: &str) -> Value {
    json!({ "method": "profile", "traits": { "email": email } })
}

fn to_password(password: &str) -> Value {
    json!({ "method": "password", "password": password })
}

/// The link of the last message that has one.
async fn link(server: &TestServer, address: &str) -> String {
    let mails = server.messages(address).await;
    let links = mails.iter().rev().flat_map(|mail| mail.split_whitespace());
    links.into_iter().find_map(|word| word.strip_prefix(server.public_url.as_str())).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_lets_nobody_in_once_its_address_has_left_the_account_or_the_password_was_changed() {
    for server in servers(&[]).await {
        for secured in [to_address(NEW), to_password(NEW_PASSWORD)] {
            let (member, id) = member(&server).await;
            for (kind, field, wrong) in [("recovery", "email", "4060006"), ("login", "identifier", "4010008")] {
                let stranger = server.native();
                let flow = begin(&stranger, kind).await;
                stranger.post(&flow, &json!({ "method": "code", field: OLD })).await;
                let code = server.code(OLD).await;
                change(&member, secured.clone()).await;
                let late =
                    stranger.post(&flow, &json!({ "method": "code", "code": code, field: if kind == "login" { OLD } else { "" } })).await;
                assert!(late.text.contains(wrong) && !late.text.contains("session_token"), "{kind}: {}", late.text);
                let back = json!({ "schema_id": "default", "state": "active", "traits": { "email": OLD },
                    "credentials": { "password": { "config": { "password": PASSWORD } } } });
                assert_eq!(server.admin().request(http::Method::PUT, &format!("/admin/identities/{id}"), Some(&back)).await.status, 200);
            }
            assert_eq!(server.admin().request(http::Method::DELETE, &format!("/admin/identities/{id}"), None).await.status, 204);
        }
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_lets_nobody_in_once_its_address_has_left_the_account() {
    for server in servers(&[("selfservice.flows.recovery.use", json!("link"))]).await {
        let (member, id) = member(&server).await;
        let stranger = server.native();
        stranger.post(&begin(&stranger, "recovery").await, &json!({ "method": "link", "email": OLD })).await;
        let link = link(&server, OLD).await;
        let admin = server.admin().post("/admin/recovery/link", &json!({ "identity_id": id })).await.at("/recovery_link");
        change(&member, to_address(NEW)).await;
        let browser = server.browser().with_jar();
        browser.get(&link).await;
        assert_eq!(browser.get("/sessions/whoami").await.status, 401);
        browser.get(admin.strip_prefix(&server.public_url).unwrap()).await;
        assert_eq!(browser.get("/sessions/whoami").await.status, 200, "what an administrator made goes to no address");
        server.end().await;
    }
}
