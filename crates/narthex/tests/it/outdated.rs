//! What is under way to get into an account, or to take it over, counts no more once its owner has secured it.

use std::sync::atomic::{AtomicI64, Ordering};

use narthex::clock::Clock;
use narthex_testkit::{Answer, Client, Database, TestServer};
use serde_json::{Value, json};

const PASSWORD: &str = "kT4!quite-a-long-one";
const NEW_PASSWORD: &str = "kT4!another-long-one";
const OLD: &str = "old@example.org";
const NEW: &str = "new@example.org";

async fn servers(changes: &[(&str, Value)]) -> Vec<TestServer> {
    let also = [("selfservice.methods.link.enabled", json!(true)), ("selfservice.methods.code.passwordless_enabled", json!(true))];
    crate::databases::servers(&[&also[..], changes].concat()).await
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

const VERIFY_FIRST: &str = "selfservice.flows.settings.after.profile.hooks";

async fn session_token(server: &TestServer) -> String {
    let native = server.native();
    let login = json!({ "method": "password", "identifier": OLD, "password": PASSWORD });
    let answer = native.post(&begin(&native, "login").await, &login).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.at("/session_token")
}

async fn sign_in(server: &TestServer) -> Client {
    server.native().with_token(&session_token(server).await)
}

/// Asks for the new address, and tells where its code is entered.
async fn ask_for_new_address(member: &Client) -> String {
    let asked = change(member, to_address(NEW)).await;
    assert_eq!(asked.at("/identity/traits/email"), OLD);
    format!("/self-service/verification?flow={}", asked.at("/continue_with/0/flow/id"))
}

/// By what the account's owner, or an administrator, gets rid of a stranger who is signed in there.
#[derive(Clone, Copy, Debug)]
enum Rescue {
    Recovery,
    Password,
    PasswordInSameSession,
    OtherSessions,
    OneSession,
    SessionsByAdmin,
    SessionByAdmin,
    StateByAdmin,
}

const RESCUES: [Rescue; 8] = [
    Rescue::Recovery,
    Rescue::Password,
    Rescue::PasswordInSameSession,
    Rescue::OtherSessions,
    Rescue::OneSession,
    Rescue::SessionsByAdmin,
    Rescue::SessionByAdmin,
    Rescue::StateByAdmin,
];

async fn rescue(server: &TestServer, rescue: Rescue, owner: &Client, stranger: &Client, id: &str) {
    let session = stranger.get("/sessions/whoami").await.at("/id");
    let (admin, delete) = (server.admin(), http::Method::DELETE);
    let done = match rescue {
        Rescue::Recovery => {
            let flow = begin(&server.native(), "recovery").await;
            server.native().post(&flow, &json!({ "method": "code", "email": OLD })).await;
            let code = json!({ "method": "code", "code": server.code(OLD).await });
            return assert!(server.native().post(&flow, &code).await.text.contains("ory_session_token"));
        }
        Rescue::Password => change(owner, to_password(NEW_PASSWORD)).await,
        Rescue::PasswordInSameSession => change(stranger, to_password(NEW_PASSWORD)).await,
        Rescue::OtherSessions => owner.request(delete, "/sessions", None).await,
        Rescue::OneSession => owner.request(delete, &format!("/sessions/{session}"), None).await,
        Rescue::SessionsByAdmin => admin.request(delete, &format!("/admin/identities/{id}/sessions"), None).await,
        Rescue::SessionByAdmin => admin.request(delete, &format!("/admin/sessions/{session}"), None).await,
        Rescue::StateByAdmin => {
            let to = |state| json!([{ "op": "replace", "path": "/state", "value": state }]);
            let patch = |state| (http::Method::PATCH, format!("/admin/identities/{id}"), to(state));
            let (method, path, body) = patch("inactive");
            admin.request(method, &path, Some(&body)).await;
            let (method, path, body) = patch("active");
            admin.request(method, &path, Some(&body)).await
        }
    };
    assert!(done.status.is_success(), "{rescue:?}: {}", done.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_address_that_waits_is_called_off_once_the_account_is_secured() {
    let changes = [(VERIFY_FIRST, json!([{ "hook": "verify_new_address" }])), ("feature_flags.use_continue_with_transitions", json!(true))];
    for server in servers(&changes).await {
        for how in RESCUES {
            let (stranger, id) = member(&server).await;
            let owner = sign_in(&server).await;
            let waiting = ask_for_new_address(&stranger).await;
            let code = json!({ "method": "code", "code": server.code(NEW).await });
            rescue(&server, how, &owner, &stranger, &id).await;
            let late = server.native().post(&waiting, &code).await;
            assert!(late.text.contains("4070006"), "{how:?}: {}", late.text);
            let sent = server.messages(NEW).await.len();
            server.native().post(&waiting, &json!({ "method": "code", "email": NEW })).await;
            assert_eq!(server.messages(NEW).await.len(), sent, "{how:?}: no other code is sent");
            let now = server.admin().get(&format!("/admin/identities/{id}")).await;
            assert_eq!(now.at("/traits/email"), OLD, "{how:?}");
            assert_eq!(server.admin().request(http::Method::DELETE, &format!("/admin/identities/{id}"), None).await.status, 204);
        }
        server.end().await;
    }
}

/// How the session ends that asked for a change.
#[derive(Clone, Copy, Debug)]
enum End {
    BrowserLogout,
    NativeLogout,
    TooMany,
    Unused,
}

async fn end(server: &TestServer, how: End, token: &str, hand: &AtomicI64) {
    let (native, asked) = (server.native(), server.native().with_token(token));
    match how {
        End::BrowserLogout => {
            let url = asked.get("/self-service/logout/browser").await.at("/logout_url");
            assert_eq!(asked.get(url.strip_prefix(&server.public_url).unwrap()).await.status, 204);
        }
        End::NativeLogout => {
            let body = json!({ "session_token": token });
            assert_eq!(native.request(http::Method::DELETE, "/self-service/logout/api", Some(&body)).await.status, 204);
        }
        End::TooMany => {
            for _ in 0..2 {
                hand.fetch_add(1_000_000, Ordering::Relaxed);
                sign_in(server).await;
            }
        }
        End::Unused => {
            hand.fetch_add(11 * 60 * 1_000_000, Ordering::Relaxed);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_address_is_called_off_with_the_session_that_asked_for_it_however_that_ends() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (clock, hand) = Clock::held(jiff::Timestamp::now());
        let builder = TestServer::builder().on(database).at(clock).set(VERIFY_FIRST, json!([{ "hook": "verify_new_address" }]));
        let builder = builder.set("narthex.session.max_per_identity", 2).set("narthex.session.idle_timeout", "10m");
        let Some(server) = builder.try_start().await.unwrap() else { continue };
        for how in [End::BrowserLogout, End::NativeLogout, End::TooMany, End::Unused] {
            let (_, id) = member(&server).await;
            hand.fetch_add(1_000_000, Ordering::Relaxed);
            let token = session_token(&server).await;
            let waiting = ask_for_new_address(&server.native().with_token(&token)).await;
            let code = json!({ "method": "code", "code": server.code(NEW).await });
            end(&server, how, &token, &hand).await;
            let late = server.native().post(&waiting, &code).await;
            assert!(late.text.contains("4070006"), "{how:?}: {}", late.text);
            let sent = server.messages(NEW).await.len();
            server.native().post(&waiting, &json!({ "method": "code", "email": NEW })).await;
            assert_eq!(server.messages(NEW).await.len(), sent, "{how:?}: no other code is sent");
            let now = server.admin().get(&format!("/admin/identities/{id}")).await;
            assert_eq!(now.at("/traits/email"), OLD, "{how:?}");
            assert_eq!(server.admin().request(http::Method::DELETE, &format!("/admin/identities/{id}"), None).await.status, 204);
        }
        server.end().await;
    }
}

/// What happens while a hook is being asked, once.
type Meanwhile = std::sync::Arc<std::sync::Mutex<Option<futures_util::future::BoxFuture<'static, ()>>>>;

/// A target that has it happen before it answers.
async fn slow_target(meanwhile: &Meanwhile) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let meanwhile = meanwhile.clone();
    let take = move || {
        let begun = meanwhile.lock().unwrap().take();
        async move {
            if let Some(begun) = begun {
                begun.await;
            }
            "{}"
        }
    };
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(take)).await });
    format!("http://{address}/hook")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_address_does_not_wait_where_the_account_was_secured_while_hooks_were_asked() {
    let meanwhile = Meanwhile::default();
    let config = json!({ "url": slow_target(&meanwhile).await, "method": "POST", "body": narthex_testkit::as_url("function(ctx) {}"),
        "can_interrupt": true });
    let hooks = json!([{ "hook": "web_hook", "config": config }, { "hook": "verify_new_address" }]);
    for server in servers(&[(VERIFY_FIRST, hooks)]).await {
        let (stranger, _) = member(&server).await;
        let owner = sign_in(&server).await;
        let flow = begin(&stranger, "settings").await;
        let secure = owner.clone();
        *meanwhile.lock().unwrap() = Some(Box::pin(async move {
            assert_eq!(secure.request(http::Method::DELETE, "/sessions", None).await.status, 200);
        }));
        let late = stranger.post(&flow, &to_address(NEW)).await;
        assert_eq!((late.status.as_u16(), stranger.get("/sessions/whoami").await.status.as_u16()), (409, 401), "{}", late.text);
        let stranger = sign_in(&server).await;
        let flow = begin(&stranger, "settings").await;
        let (secure, to) = (owner.clone(), begin(&owner, "settings").await);
        *meanwhile.lock().unwrap() = Some(Box::pin(async move {
            assert_eq!(secure.post(&to, &to_password(NEW_PASSWORD)).await.status, 200);
        }));
        let late = stranger.post(&flow, &to_address(NEW)).await;
        assert_eq!((late.status.as_u16(), stranger.get("/sessions/whoami").await.status.as_u16()), (409, 200), "{}", late.text);
        assert_eq!(server.messages(NEW).await, Vec::<String>::new(), "nothing was sent that could be redeemed");
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_address_outlasts_what_its_own_session_does_meanwhile() {
    for server in servers(&[(VERIFY_FIRST, json!([{ "hook": "verify_new_address" }]))]).await {
        let (member, _) = member(&server).await;
        let waiting = ask_for_new_address(&member).await;
        let code = json!({ "method": "code", "code": server.code(NEW).await });
        assert_eq!(member.request(http::Method::DELETE, "/sessions", None).await.status, 200);
        change(&member, json!({ "method": "profile", "traits": { "email": OLD, "name": { "first": "Ada" } } })).await;
        assert_eq!(server.native().post(&waiting, &code).await.at("/state"), "passed_challenge");
        let now = member.get("/sessions/whoami").await;
        assert_eq!((now.at("/identity/traits/email").as_str(), now.at("/identity/traits/name/first").as_str()), (NEW, "Ada"));
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_to_another_address_does_not_stand_for_the_new_one() {
    for server in servers(&[(VERIFY_FIRST, json!([{ "hook": "verify_new_address" }]))]).await {
        let (member, _) = member(&server).await;
        let waiting = ask_for_new_address(&member).await;
        server.native().post(&waiting, &json!({ "method": "code", "email": OLD })).await;
        let code = json!({ "method": "code", "code": server.code(OLD).await });
        assert_eq!(server.native().post(&waiting, &code).await.at("/state"), "passed_challenge");
        assert_eq!(member.get("/sessions/whoami").await.at("/identity/traits/email"), OLD);
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_address_that_somebody_else_has_got_meanwhile_is_refused_on_the_form() {
    for server in servers(&[(VERIFY_FIRST, json!([{ "hook": "verify_new_address" }]))]).await {
        let (member, _) = member(&server).await;
        let waiting = ask_for_new_address(&member).await;
        let code = json!({ "method": "code", "code": server.code(NEW).await });
        let taken = json!({ "schema_id": "default", "traits": { "email": NEW } });
        assert_eq!(server.admin().post("/admin/identities", &taken).await.status, 201);
        let late = server.native().post(&waiting, &code).await;
        assert_eq!((late.status.as_u16(), &late.json()["ui"]["messages"][0]["id"]), (400, &json!(4_000_007)), "{}", late.text);
        assert_eq!(member.get("/sessions/whoami").await.at("/identity/traits/email"), OLD);
        server.end().await;
    }
}
