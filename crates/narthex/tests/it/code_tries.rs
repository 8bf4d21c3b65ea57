//! However many flows are begun, an address or account gives no more guesses at its codes.

use narthex_testkit::{Answer, Client, Database, TestServer};
use serde_json::{Value, json};

const WHO: &str = "ada@example.org";
const HELD_OFF: &str = "4900001";

/// The servers of both databases; of one, where there is no PostgreSQL. Four tries are free.
async fn servers(changes: &[(&str, Value)]) -> Vec<TestServer> {
    let mut servers = Vec::new();
    for database in [Database::Sqlite, Database::Postgres] {
        let builder = TestServer::builder()
            .on(database)
            .set("narthex.security.throttle.account", json!({ "tries": 4, "first_delay": "1h" }))
            .set("selfservice.methods.code.passwordless_enabled", true);
        let builder = changes.iter().fold(builder, |builder, (path, value)| builder.set(path, value.clone()));
        servers.extend(builder.try_start().await.unwrap());
    }
    servers
}

async fn identity(server: &TestServer, email: &str) -> String {
    let made = server.admin().post("/admin/identities", &json!({ "schema_id": "default", "traits": { "email": email } })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.at("/id")
}

async fn begin(client: &Client, kind: &str) -> String {
    client.get(&format!("/self-service/{kind}/api")).await.at("/ui/action")
}

/// A code that an administrator makes, and where it is entered.
async fn made(server: &TestServer, identity: &str) -> (String, String) {
    let made = server.admin().post("/admin/recovery/code", &json!({ "identity_id": identity, "flow_type": "api" })).await;
    let (_, query) = made.at("/recovery_link").split_once('?').map(|(page, query)| (page.to_owned(), query.to_owned())).unwrap();
    (format!("/self-service/recovery?{query}"), made.at("/recovery_code"))
}

async fn enter(client: &Client, flow: &str, code: &str) -> Answer {
    client.post(flow, &json!({ "method": "code", "code": code })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_of_administrators_are_counted_at_the_account() {
    for server in servers(&[("feature_flags.use_continue_with_transitions", json!(true))]).await {
        let (ada, bob) = (identity(&server, WHO).await, identity(&server, "bob@example.org").await);
        let client = server.native();
        for _ in 0..2 {
            let (flow, _) = made(&server, &ada).await;
            for _ in 0..2 {
                assert!(enter(&client, &flow, "000000").await.text.contains("4060006"));
            }
        }
        let (flow, code) = made(&server, &ada).await;
        let held_off = enter(&client, &flow, &code).await;
        assert!(held_off.text.contains(HELD_OFF) && held_off.header("retry-after").is_some(), "{}", held_off.text);
        // Nobody else waits, and nor does Ada where a code is sent to her address.
        let (flow, code) = made(&server, &bob).await;
        let inside = enter(&client, &flow, &code).await;
        assert!(inside.text.contains("ory_session_token"), "{}", inside.text);
        let flow = begin(&client, "recovery").await;
        client.post(&flow, &json!({ "method": "code", "email": WHO })).await;
        let inside = enter(&client, &flow, &server.code(WHO).await).await;
        assert!(inside.text.contains("ory_session_token"), "{}", inside.text);
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_to_one_address_are_counted_whatever_flow_they_belong_to() {
    for kind in ["recovery", "verification", "registration"] {
        for server in servers(&[]).await {
            let client = server.native();
            let who = if kind == "registration" { "eve@example.org" } else { WHO };
            identity(&server, WHO).await;
            let body = |more: Value| {
                let mut body = json!({ "method": "code", "email": who });
                if kind == "registration" {
                    body = json!({ "method": "code", "traits": { "email": who } });
                }
                if more["code"].is_string() && kind != "registration" {
                    body = json!({ "method": "code" });
                }
                body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                body
            };
            for _ in 0..2 {
                let flow = begin(&client, kind).await;
                client.post(&flow, &body(json!({}))).await;
                for _ in 0..2 {
                    let wrong = client.post(&flow, &body(json!({ "code": "000000" }))).await;
                    assert!(wrong.text.contains("sent_email") && !wrong.text.contains(HELD_OFF), "{kind}: {}", wrong.text);
                }
            }
            let flow = begin(&client, kind).await;
            client.post(&flow, &body(json!({}))).await;
            let held_off = client.post(&flow, &body(json!({ "code": server.code(who).await }))).await;
            assert!(held_off.text.contains(HELD_OFF), "{kind}: {}", held_off.text);
            server.end().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_counts_no_more_once_its_flow_is_about_another_address() {
    for kind in ["recovery", "verification"] {
        for server in servers(&[]).await {
            identity(&server, WHO).await;
            let client = server.native();
            let flow = begin(&client, kind).await;
            client.post(&flow, &json!({ "method": "code", "email": WHO })).await;
            let code = server.code(WHO).await;
            client.post(&flow, &json!({ "method": "code", "email": "nobody@example.org" })).await;
            let refused = enter(&client, &flow, &code).await;
            assert!(refused.text.contains("sent_email"), "{kind}: {}", refused.text);
            server.end().await;
        }
    }
    // Where an address has to be written in full, another account's is none.
    for server in servers(&[("feature_flags.choose_recovery_address", json!(true))]).await {
        identity(&server, WHO).await;
        identity(&server, "bob@example.org").await;
        let client = server.native();
        for unknown in ["bob@example.org", "eve@example.org"] {
            let flow = begin(&client, "recovery").await;
            client.post(&flow, &json!({ "method": "code", "recovery_address": WHO })).await;
            let code = server.code(WHO).await;
            let body = json!({ "method": "code", "recovery_address": WHO, "recovery_confirm_address": unknown });
            client.post(&flow, &body).await;
            let answers = [enter(&client, &flow, &code).await, enter(&client, &flow, &code).await];
            assert!(answers.iter().all(|answer| answer.text.contains("4060006")), "{answers:?}");
            for _ in 0..2 {
                enter(&client, &flow, &code).await;
            }
            let held_off = enter(&client, &flow, &code).await;
            assert!(held_off.text.contains(HELD_OFF), "{unknown}: {}", held_off.text);
        }
        server.end().await;
    }
}
