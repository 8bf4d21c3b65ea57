//! Web hooks around a registration, against a target of the test's own.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use narthex_testkit::{TestServer, as_url};
use serde_json::{Value, json};

/// What the target is to answer next, the last of it ever again, and what it was sent.
#[derive(Clone, Default)]
pub(crate) struct Target(Arc<Mutex<Exchange>>);

/// The answers to come, the bodies that came, and those as they were with their headers.
type Exchange = (Vec<(u16, Value)>, Vec<Value>, Vec<(HeaderMap, String)>);

impl Target {
    pub(crate) async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = axum::Router::new().route("/moved/{*to}", axum::routing::any(moved)).fallback(take).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}/hook")
    }

    pub(crate) fn answers(&self, answers: &[(u16, Value)]) {
        let mut state = self.0.lock().unwrap();
        state.0 = answers.iter().rev().cloned().collect();
        state.1.clear();
        state.2.clear();
    }

    pub(crate) fn sent(&self) -> Vec<Value> {
        self.0.lock().unwrap().1.clone()
    }

    pub(crate) fn raw(&self) -> Vec<(HeaderMap, String)> {
        self.0.lock().unwrap().2.clone()
    }
}

/// Leads with the status that the path names to what comes after it, or to the query; `again` leads to itself.
async fn moved(uri: http::Uri) -> Response {
    let (status, to) = uri.path().strip_prefix("/moved/").and_then(|path| path.split_once('/')).unwrap();
    let to = match uri.query() {
        None if to == "again" => uri.path().to_owned(),
        None => format!("/{to}"),
        Some(to) => to.to_owned(),
    };
    (StatusCode::from_u16(status.parse().unwrap()).unwrap(), [(http::header::LOCATION, to)]).into_response()
}

async fn take(State(target): State<Target>, headers: HeaderMap, body: String) -> Response {
    let mut state = target.0.lock().unwrap();
    state.1.push(serde_json::from_str(&body).unwrap());
    state.2.push((headers, body));
    let (status, answer) = if state.0.len() > 1 { state.0.pop().unwrap() } else { state.0.first().cloned().unwrap_or((200, json!({}))) };
    (StatusCode::from_u16(status).unwrap(), answer.to_string()).into_response()
}

const BODY: &str = "function(ctx) { email: ctx.identity.traits.email, payload: ctx.flow.transient_payload }";

pub(crate) fn hook(url: &str, more: Value) -> Value {
    let mut config = json!({ "url": url, "method": "POST", "body": as_url(BODY) });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "hook": "web_hook", "config": config })
}

async fn server(url: &str, more: Value) -> TestServer {
    TestServer::builder()
        .set("selfservice.flows.registration.after.password.hooks", json!([hook(url, more), { "hook": "session" }]))
        .start()
        .await
}

pub(crate) async fn sign_up(server: &TestServer, email: &str) -> narthex_testkit::Answer {
    let client = server.native();
    let flow = client.get("/self-service/registration/api").await;
    let body =
        json!({ "method": "password", "password": "kT4!quite-a-long-one", "traits": { "email": email }, "transient_payload": { "n": 1 } });
    client.post(&flow.at("/ui/action"), &body).await
}

#[tokio::test]
async fn a_target_changes_who_is_signed_up() {
    let target = Target::default();
    let server = server(&target.start().await, json!({ "response": { "parse": true } })).await;
    target.answers(&[(
        200,
        json!({ "identity": { "traits": { "email": "b@example.org" }, "metadata_public": { "plan": "gold" }, "external_id": "x-1" } }),
    )]);
    let answer = sign_up(&server, "a@example.org").await;
    assert_eq!(
        (answer.status.as_u16(), answer.at("/identity/traits/email").as_str(), answer.at("/identity/metadata_public/plan").as_str()),
        (200, "b@example.org", "gold")
    );
    assert_eq!(target.sent(), [json!({ "email": "a@example.org", "payload": { "n": 1 } })]);
    target.answers(&[(200, json!({ "identity": { "traits": { "email": "no address" } } }))]);
    assert_eq!(sign_up(&server, "c@example.org").await.status, 400);
    server.end().await;
}

#[tokio::test]
async fn a_target_that_refuses_keeps_the_account_from_being_made() {
    let target = Target::default();
    let server = server(&target.start().await, json!({ "can_interrupt": true })).await;
    target.answers(&[(
        403,
        json!({ "messages": [{ "instance_ptr": "#/traits/email", "messages": [{ "id": 77, "text": "not you", "type": "error" }] }] }),
    )]);
    let answer = sign_up(&server, "a@example.org").await;
    assert_eq!(answer.status, 400);
    assert!(answer.text.contains("\"id\":77"), "{}", answer.text);
    target.answers(&[(200, json!({}))]);
    assert_eq!(sign_up(&server, "a@example.org").await.status, 200);
    server.end().await;
}

#[tokio::test]
async fn a_target_that_fails_is_tried_again_and_then_told_of() {
    let target = Target::default();
    let server = server(&target.start().await, json!({})).await;
    target.answers(&[(500, json!({})), (200, json!({}))]);
    assert_eq!((sign_up(&server, "a@example.org").await.status.as_u16(), target.sent().len()), (200, 2));
    target.answers(&[(500, json!({}))]);
    assert_eq!((sign_up(&server, "b@example.org").await.status.as_u16(), target.sent().len()), (502, 3));
    target.answers(&[(404, json!({}))]);
    assert_eq!((sign_up(&server, "c@example.org").await.status.as_u16(), target.sent().len()), (502, 1));
    server.end().await;
}

#[tokio::test]
async fn nobody_waits_for_a_target_that_is_ignored() {
    let server = server("http://127.0.0.1:9/", json!({ "response": { "ignore": true } })).await;
    assert_eq!(sign_up(&server, "a@example.org").await.status, 200);
    server.end().await;
}

#[tokio::test]
async fn a_target_in_a_private_network_is_called_only_as_an_exception() {
    let target = Target::default();
    let url = target.start().await;
    let named = url.replace("127.0.0.1", "localhost");
    for (url, exceptions, wanted) in
        [(&url, json!([]), 400), (&named, json!([]), 400), (&url, json!([url]), 200), (&named, json!([url]), 400)]
    {
        target.answers(&[(200, json!({}))]);
        let server = TestServer::builder()
            .set("selfservice.flows.registration.after.password.hooks", json!([hook(url, json!({}))]))
            .set("clients.http.disallow_private_ip_ranges", true)
            .set("clients.http.private_ip_exception_urls", exceptions)
            .start()
            .await;
        let answer = sign_up(&server, "a@example.org").await;
        assert_eq!((answer.status.as_u16(), target.sent().len()), (wanted, usize::from(wanted == 200)), "{url}: {}", answer.text);
        server.end().await;
    }
}

#[tokio::test]
async fn a_body_that_is_no_jsonnet_is_found_at_start() {
    for body in [as_url("function(ctx) {"), "/there/is/no/such.jsonnet".to_owned()] {
        let hooks = json!([hook("http://127.0.0.1:9/x", json!({ "body": body }))]);
        let error = TestServer::builder().set("selfservice.flows.registration.before.hooks", hooks).try_start().await.err().unwrap();
        let text = error.to_string();
        assert!(text.contains("http://127.0.0.1:9/x") && text.contains(body.get(..20).unwrap()), "{text}");
    }
}

#[tokio::test]
async fn a_body_that_is_neither_json_nor_a_form_is_not_sent() {
    let target = Target::default();
    let server = server(&target.start().await, json!({ "headers": { "Content-Type": "text/plain" } })).await;
    let answer = sign_up(&server, "a@example.org").await;
    assert_eq!((answer.status.as_u16(), answer.at("/error/id").as_str()), (500, "invalid_configuration"), "{}", answer.text);
    assert_eq!(answer.at("/error/details/invalid_content_type").as_str(), "text/plain");
    assert!(target.sent().is_empty());
    server.end().await;
}

#[tokio::test]
async fn a_snippet_calls_off_json_but_no_form() {
    let target = Target::default();
    let url = target.start().await;
    let cancel = json!({ "body": as_url("function(ctx) error 'cancel'") });
    let mut form = cancel.clone();
    form["headers"] = json!({ "Content-Type": "application/x-www-form-urlencoded" });
    for (more, wanted) in [(cancel, 200), (form, 400)] {
        let server = server(&url, more).await;
        assert_eq!((sign_up(&server, "a@example.org").await.status.as_u16(), target.sent().len()), (wanted, 0));
        server.end().await;
    }
}

#[tokio::test]
async fn a_target_that_has_moved_is_called_where_it_is_now() {
    let (old, new) = (Target::default(), Target::default());
    let (from, to) = (old.start().await, new.start().await);
    let auth = json!({ "auth": { "type": "api_key", "config": { "name": "X-Key", "value": "secret", "in": "header" } } });
    for status in [301, 302, 307, 308] {
        for (leads, target, key) in [("hook".to_owned(), &old, true), (format!("?{to}"), &new, false)] {
            let server = server(&from.replace("/hook", &format!("/moved/{status}/{leads}")), auth.clone()).await;
            target.answers(&[(200, json!({}))]);
            assert_eq!(sign_up(&server, "a@example.org").await.status, 200);
            let sent = target.raw();
            assert!(sent[0].1.contains("a@example.org") && sent.len() == 1, "{status}");
            assert_eq!(sent[0].0.contains_key("x-key"), key, "a key stays with its server");
            server.end().await;
        }
    }
}

#[tokio::test]
async fn a_target_that_leads_nowhere_fails() {
    let target = Target::default();
    let url = target.start().await.replace("/hook", "/moved/307/again");
    let server = server(&url, json!({})).await;
    assert_eq!(sign_up(&server, "a@example.org").await.status, 400);
    server.end().await;
}

#[tokio::test]
async fn a_hook_that_can_never_be_called_is_found_at_start() {
    for (more, wanted) in [
        (json!({ "method": "FOO BAR" }), "\"FOO BAR\""),
        (json!({ "headers": { "Bad Name": "x" } }), "\"Bad Name\""),
        (json!({ "headers": { "X-More": "a\nhidden" } }), "X-More"),
        (json!({ "auth": { "type": "api_key", "config": { "name": "Bad Name", "value": "hidden", "in": "header" } } }), "\"Bad Name\""),
    ] {
        let hooks = json!([hook("http://127.0.0.1:9/x", more)]);
        let error = TestServer::builder().set("selfservice.flows.login.after.password.hooks", hooks).try_start().await.err().unwrap();
        let text = error.to_string();
        assert!(text.contains("selfservice.flows.login.after.password.hooks.0.config") && text.contains(wanted), "{text}");
        assert!(!text.contains("hidden"), "{text}");
    }
    let migration = json!({ "enabled": true, "config": { "url": "http://127.0.0.1:9/x", "method": "FOO BAR" } });
    let error = TestServer::builder().set("selfservice.methods.password.config.migrate_hook", migration).try_start().await.err().unwrap();
    assert!(error.to_string().contains("selfservice.methods.password.config.migrate_hook.config"), "{error}");
}

#[tokio::test]
async fn a_password_goes_nowhere_but_to_the_system_that_is_to_know_it() {
    let target = Target::default();
    target.answers(&[(200, json!({ "status": "password_match" }))]);
    let url = target.start().await.replace("/hook", "/moved/307/hook");
    let migrate = json!({ "enabled": true, "config": { "url": url, "method": "POST" } });
    let server = TestServer::builder().set("selfservice.methods.password.config.migrate_hook", migrate).start().await;
    let credentials = json!({ "password": { "config": { "use_password_migration_hook": true } } });
    let person = json!({ "traits": { "email": "who@example.org" }, "credentials": credentials });
    assert_eq!(server.admin().post("/admin/identities", &person).await.status, 201);
    let flow = server.native().get("/self-service/login/api").await.at("/ui/action");
    let body = json!({ "method": "password", "identifier": "who@example.org", "password": "kT4!quite-a-long-one" });
    assert_eq!(server.native().post(&flow, &body).await.status, 502);
    assert_eq!(target.sent(), Vec::<Value>::new());
}
