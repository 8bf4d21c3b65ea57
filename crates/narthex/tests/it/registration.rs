//! Signing up: at once by many, by others than who began, and with what others know.

use std::sync::atomic::Ordering;

use futures_util::future::join_all;
use narthex::clock::Clock;
use narthex_testkit::{Answer, Client, TestServer};
use serde_json::{Value, json};

use crate::databases::servers;

const PASSWORD: &str = "kT4!quite-a-long-one";

async fn begin(client: &Client) -> Answer {
    client.get("/self-service/registration/api").await
}

fn action(flow: &Answer) -> String {
    flow.at("/ui/action")
}

fn with_password(email: &str) -> Value {
    json!({ "method": "password", "password": PASSWORD, "traits": { "email": email } })
}

fn message_ids(answer: &Answer) -> Vec<u64> {
    let json = answer.json();
    let messages = json.pointer("/ui/messages").and_then(Value::as_array).cloned().unwrap_or_default();
    messages.iter().filter_map(|message| message["id"].as_u64()).collect()
}

fn code_method() -> Vec<(&'static str, Value)> {
    vec![
        ("selfservice.methods.code.passwordless_enabled", json!(true)),
        ("selfservice.flows.registration.after.code.hooks", json!([{ "hook": "session" }])),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_sign_up_at_once_and_none_gets_an_error() {
    for server in servers(&[]).await {
        let client = server.native();
        let all = join_all((0..64).map(|n| {
            let client = client.clone();
            async move {
                let flow = begin(&client).await;
                client.post(&action(&flow), &with_password(&format!("u{n}@example.org"))).await
            }
        }))
        .await;
        assert!(
            all.iter().all(|answer| answer.status == 200),
            "{:?}",
            all.iter().map(|answer| (answer.status, &answer.text)).collect::<Vec<_>>()
        );
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_taken_once_however_many_want_it_at_once() {
    for server in servers(&[]).await {
        let client = server.native();
        let all = join_all((0..16).map(|_| {
            let client = client.clone();
            async move {
                let flow = begin(&client).await;
                client.post(&action(&flow), &with_password("one@example.org")).await
            }
        }))
        .await;
        let (done, refused): (Vec<_>, Vec<_>) = all.iter().partition(|answer| answer.status == 200);
        assert_eq!((done.len(), refused.len()), (1, 15));
        assert!(refused.iter().all(|answer| answer.status == 400 && message_ids(answer) == [4_000_007]));
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_signs_up_once_however_often_it_is_sent_at_once() {
    for server in servers(&code_method()).await {
        let client = server.native();
        let flow = begin(&client).await;
        let traits = json!({ "email": "code@example.org" });
        let sent = client.post(&action(&flow), &json!({ "method": "code", "traits": traits })).await;
        assert_eq!(sent.at("/state"), "sent_email");
        let body = json!({ "method": "code", "traits": traits, "code": server.code("code@example.org").await });
        let place = action(&flow);
        let all = join_all((0..4).map(|_| client.post(&place, &body))).await;
        let statuses: Vec<u16> = all.iter().map(|answer| answer.status.as_u16()).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| *status < 500), "{statuses:?}");
        let found = server.admin().get("/admin/identities?credentials_identifier=code@example.org").await.json();
        assert_eq!(found.as_array().map(Vec::len), Some(1));
        server.end().await;
    }
}

#[tokio::test]
async fn a_code_counts_for_the_address_that_it_was_sent_to_only() {
    let server = code_method().into_iter().fold(TestServer::builder(), |builder, (path, value)| builder.set(path, value)).start().await;
    let client = server.native();
    let flow = begin(&client).await;
    client.post(&action(&flow), &json!({ "method": "code", "traits": { "email": "mine@example.org" } })).await;
    let code = server.code("mine@example.org").await;
    let other = json!({ "method": "code", "traits": { "email": "yours@example.org" }, "code": code });
    // The form takes the other address over the first time; that must not be enough the second time.
    for _ in 0..2 {
        let answer = client.post(&action(&flow), &other).await;
        assert_eq!((answer.status.as_u16(), message_ids(&answer)), (400, vec![4_000_036]));
    }
    server.end().await;
}

#[tokio::test]
async fn only_the_browser_that_began_can_submit() {
    let server = TestServer::start().await;
    let (mine, yours) = (server.browser(), server.browser());
    let flow = mine.get("/self-service/registration/browser").await;
    let other = yours.get("/self-service/registration/browser").await;
    let with = |token: Option<String>| {
        let mut body = with_password("a@example.org");
        if let Some(token) = token {
            body["csrf_token"] = token.into();
        }
        body
    };
    for (client, token) in [
        (&mine, None),
        (&mine, Some(String::new())),
        (&mine, Some(other.csrf_token())),
        (&yours, Some(flow.csrf_token())),
        (&server.native(), Some(flow.csrf_token())),
    ] {
        let answer = client.post(&action(&flow), &with(token)).await;
        assert_eq!((answer.status.as_u16(), answer.at("/error/id").as_str()), (403, "security_csrf_violation"));
    }
    assert_eq!(yours.get(&format!("/self-service/registration/flows?id={}", flow.at("/id"))).await.status, 403);
    assert_eq!(mine.post(&action(&flow), &with(Some(flow.csrf_token()))).await.status, 200);
    server.end().await;
}

#[tokio::test]
async fn a_browser_cannot_submit_a_native_flow() {
    let server = TestServer::start().await;
    let client = server.native();
    let flow = begin(&client).await;
    for (name, value) in [("origin", "https://evil.example"), ("cookie", "any=thing")] {
        let answer = client.clone().with_header(name, value).post(&action(&flow), &with_password("a@example.org")).await;
        assert_eq!((answer.status.as_u16(), message_ids(&answer)), (400, vec![4_000_001]), "{name}");
    }
    assert_eq!(client.post(&action(&flow), &with_password("a@example.org")).await.status, 200);
    server.end().await;
}

#[tokio::test]
async fn asking_for_a_code_does_not_tell_who_has_an_account() {
    let server = code_method().into_iter().fold(TestServer::builder(), |builder, (path, value)| builder.set(path, value)).start().await;
    let client = server.native();
    let flow = begin(&client).await;
    assert_eq!(client.post(&action(&flow), &with_password("known@example.org")).await.status, 200);
    let mut answers = Vec::new();
    for email in ["known@example.org", "other@example.org"] {
        let flow = begin(&client).await;
        let answer = client.post(&action(&flow), &json!({ "method": "code", "traits": { "email": email } })).await;
        let id = flow.at("/id");
        let mut json = answer.json();
        for member in ["issued_at", "expires_at"] {
            json[member] = Value::Null;
        }
        answers.push((answer.status, json.to_string().replace(email, "EMAIL").replace(&id, "ID")));
    }
    assert_eq!(answers[0], answers[1]);
    server.end().await;
}

#[tokio::test]
async fn a_flow_is_replaced_once_its_time_is_over() {
    let (clock, hand) = Clock::held(jiff::Timestamp::now());
    let server = TestServer::builder().at(clock).set("selfservice.flows.registration.lifespan", "1s").start().await;
    let client = server.native();
    let flow = begin(&client).await;
    hand.fetch_add(1_200_000, Ordering::Relaxed);
    let answer = client.post(&action(&flow), &with_password("a@example.org")).await;
    assert_eq!((answer.status.as_u16(), answer.at("/error/id").as_str()), (410, "self_service_flow_expired"));
    let new = format!("/self-service/registration?flow={}", answer.at("/use_flow_id"));
    assert_eq!(client.post(&new, &with_password("a@example.org")).await.status, 200);
    server.end().await;
}
