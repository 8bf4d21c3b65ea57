//! Settings: profile and password, submissions that wait for a fresh login, and addresses that change.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use futures_util::future::join_all;
use narthex::clock::Clock;
use narthex_testkit::{Answer, Chromium, Client, Database, Script, TestServer};
use serde_json::{Value, json};

const PASSWORD: &str = "kT4!quite-a-long-one";
const NEW_PASSWORD: &str = "kT4!another-long-one";
const OLD: &str = "old@example.org";
const NEW: &str = "new@example.org";

/// The servers of both databases (of one, where there is no PostgreSQL), each with a hand to set its clock by.
async fn servers(changes: &[(&str, Value)]) -> Vec<(TestServer, Arc<AtomicI64>)> {
    let mut servers = Vec::new();
    for database in [Database::Sqlite, Database::Postgres] {
        let (clock, hand) = Clock::held(jiff::Timestamp::now());
        let builder =
            changes.iter().fold(TestServer::builder().on(database).at(clock), |builder, (path, value)| builder.set(path, value.clone()));
        servers.extend(builder.try_start().await.unwrap().map(|server| (server, hand)));
    }
    servers
}

fn pass_hours(hand: &AtomicI64, hours: i64) {
    hand.fetch_add(hours * 3_600_000_000, Ordering::Relaxed);
}

/// Somebody who has signed up in a browser.
async fn member(server: &TestServer) -> Client {
    let browser = server.browser().with_jar().accepting("application/json");
    let flow = browser.get("/self-service/registration/browser").await;
    let sign_up = json!({ "method": "password", "password": PASSWORD, "csrf_token": flow.csrf_token(), "traits": { "email": OLD } });
    let answer = browser.post(&flow.at("/ui/action"), &sign_up).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    browser
}

/// The fields of a form, with its anti-forgery token.
async fn send(browser: &Client, flow: &Answer, fields: &[(&str, &str)]) -> Answer {
    let token = flow.csrf_token();
    let form = [fields, &[("csrf_token", token.as_str())]].concat();
    browser.post_form(&flow.at("/ui/action"), &form).await
}

/// The same browser, where people and no scripts use it.
fn by_hand(browser: &Client) -> Client {
    browser.clone().accepting("text/html")
}

async fn can_sign_in(server: &TestServer, identifier: &str, password: &str) -> bool {
    let native = server.native();
    let flow = native.get("/self-service/login/api").await.at("/ui/action");
    let login = json!({ "method": "password", "identifier": identifier, "password": password });
    native.post(&flow, &login).await.status == 200
}

/// Signs in again, as the redirect asks for, and gives back where that leads.
async fn sign_in_again(browser: &Client, redirect: &str) -> String {
    let asked = browser.get(redirect).await;
    let login = [("method", "password"), ("identifier", OLD), ("password", PASSWORD)];
    send(&by_hand(browser), &asked, &login).await.location().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_the_other_sessions_where_configured() {
    let hooks = json!([{ "hook": "revoke_active_sessions" }]);
    for (server, _) in servers(&[("selfservice.flows.settings.after.password.hooks", hooks)]).await {
        let browser = member(&server).await;
        let native = server.native();
        let flow = native.get("/self-service/login/api").await.at("/ui/action");
        let login = json!({ "method": "password", "identifier": OLD, "password": PASSWORD });
        let other = server.native().with_token(&native.post(&flow, &login).await.at("/session_token"));
        let flow = browser.get("/self-service/settings/browser").await;
        let saved = send(&by_hand(&browser), &flow, &[("method", "password"), ("password", NEW_PASSWORD)]).await;
        assert_eq!(saved.status, 303, "{}", saved.text);
        assert_eq!(browser.get("/sessions/whoami").await.status, 200);
        assert_eq!(other.get("/sessions/whoami").await.status, 401);
        assert!(can_sign_in(&server, OLD, NEW_PASSWORD).await && !can_sign_in(&server, OLD, PASSWORD).await);
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_too_late_after_a_login_goes_on_after_the_next_one_in_that_browser_only() {
    for (server, hand) in servers(&[]).await {
        let browser = member(&server).await;
        pass_hours(&hand, 2);
        let flow = browser.get("/self-service/settings/browser").await;
        let late = send(&by_hand(&browser), &flow, &[("method", "password"), ("password", NEW_PASSWORD)]).await;
        assert!(late.location().contains("/self-service/login/browser?refresh=true"), "{}", late.location());
        let back = sign_in_again(&browser, late.location()).await;
        assert!(back.contains("/self-service/settings?flow="), "{back}");

        let session = browser.cookie("ory_kratos_session").unwrap();
        let elsewhere = server.browser().with_header("cookie", &format!("ory_kratos_session={session}"));
        elsewhere.get(&back).await;
        assert!(can_sign_in(&server, OLD, PASSWORD).await, "another browser does not carry out what was held back");

        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submission_that_waits_is_carried_out_once_and_not_for_long() {
    for (server, hand) in servers(&[("selfservice.flows.settings.lifespan", json!("10h"))]).await {
        let browser = member(&server).await;
        pass_hours(&hand, 2);
        let flow = browser.get("/self-service/settings/browser").await;
        let fields = [("method", "password"), ("password", NEW_PASSWORD)];
        let late = send(&by_hand(&browser), &flow, &fields).await;
        pass_hours(&hand, 1);
        let back = sign_in_again(&browser, late.location()).await;
        by_hand(&browser).get(&back).await;
        assert!(can_sign_in(&server, OLD, PASSWORD).await, "after an hour it waits no longer");

        pass_hours(&hand, 2);
        let late = send(&by_hand(&browser), &flow, &fields).await;
        let back = sign_in_again(&browser, late.location()).await;
        let page = by_hand(&browser).get(&back).await;
        assert_eq!(page.location(), format!("http://ui.test:4455/settings?flow={}", flow.at("/id")));
        assert!(can_sign_in(&server, OLD, NEW_PASSWORD).await);
        let shown = browser.get(&format!("/self-service/settings/flows?id={}", flow.at("/id"))).await;
        assert_eq!(shown.at("/state"), "success");
        assert_eq!(browser.get(&back).await.status, 400, "once only");
        server.end().await;
    }
}

const VERIFY_FIRST: &str = "selfservice.flows.settings.after.profile.hooks";

async fn ask_for_new_address(server: &TestServer) -> (Client, Answer) {
    let browser = member(server).await;
    let flow = browser.get("/self-service/settings/browser").await;
    let change = json!({ "method": "profile", "traits": { "email": NEW }, "csrf_token": flow.csrf_token() });
    let asked = browser.post(&flow.at("/ui/action"), &change).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    assert_eq!(asked.at("/identity/traits/email"), OLD);
    let id = asked.at("/continue_with/0/flow/id");
    let waiting = browser.get(&format!("/self-service/verification/flows?id={id}")).await;
    (browser, waiting)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_address_counts_once_it_is_verified_and_the_old_one_is_told() {
    let hooks = json!([{ "hook": "verify_new_address" }, { "hook": "notify_previous_addresses" }]);
    for (server, _) in servers(&[(VERIFY_FIRST, hooks)]).await {
        let (browser, waiting) = ask_for_new_address(&server).await;
        assert!(can_sign_in(&server, OLD, PASSWORD).await && !can_sign_in(&server, NEW, PASSWORD).await);
        let (token, told) = (waiting.csrf_token(), server.messages(OLD).await.len());
        let resend = json!({ "method": "code", "email": NEW, "csrf_token": token });
        browser.post(&waiting.at("/ui/action"), &resend).await;
        assert_eq!(server.messages(NEW).await.len(), 2, "the code can be sent again");

        let code = json!({ "method": "code", "code": server.code(NEW).await, "csrf_token": token });
        let action = waiting.at("/ui/action");
        let answers = join_all((0..2).map(|_| browser.post(&action, &code))).await;
        let passed = answers.iter().filter(|answer| answer.json()["state"] == "passed_challenge").count();
        assert_eq!(passed, 1, "{}", answers.iter().map(|answer| answer.text.as_str()).collect::<String>());
        assert!(can_sign_in(&server, NEW, PASSWORD).await && !can_sign_in(&server, OLD, PASSWORD).await);
        assert_eq!(browser.get("/sessions/whoami").await.json()["identity"]["verifiable_addresses"][0]["verified"], true);
        assert_eq!(server.messages(OLD).await.len(), told + 1);
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_told_of_the_verification_of_a_new_address_and_forms_show_the_settings_again() {
    for (server, _) in servers(&[(VERIFY_FIRST, json!([{ "hook": "show_verification_ui" }]))]).await {
        let browser = member(&server).await;
        let flow = browser.get("/self-service/settings/browser").await;
        let page = send(&by_hand(&browser), &flow, &[("method", "profile"), ("traits.email", NEW)]).await;
        assert!(page.location().starts_with("http://ui.test:4455/settings?flow="), "{} {}", page.status, page.location());
        let flow = browser.get("/self-service/settings/browser").await;
        let change = json!({ "method": "profile", "traits": { "email": OLD }, "csrf_token": flow.csrf_token() });
        assert_eq!(browser.post(&flow.at("/ui/action"), &change).await.at("/continue_with/0/action"), "show_verification_ui");
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_no_time_for_privileged_sessions_addresses_may_always_be_changed_and_passwords_never() {
    for (server, hand) in servers(&[("selfservice.flows.settings.privileged_session_max_age", json!("0s"))]).await {
        let browser = member(&server).await;
        let flow = browser.get("/self-service/settings/browser").await;
        let change = json!({ "method": "password", "password": NEW_PASSWORD, "csrf_token": flow.csrf_token() });
        let refused = browser.post(&flow.at("/ui/action"), &change).await;
        assert_eq!((refused.status.as_u16(), refused.at("/error/id").as_str()), (403, "session_refresh_required"), "{}", refused.text);
        assert!(can_sign_in(&server, OLD, PASSWORD).await);
        pass_hours(&hand, 2);
        let flow = browser.get("/self-service/settings/browser").await;
        let change = json!({ "method": "profile", "traits": { "email": NEW }, "csrf_token": flow.csrf_token() });
        assert_eq!(browser.post(&flow.at("/ui/action"), &change).await.status, 200);
        server.end().await;
    }
}

/// A server that shows its own pages, and a hand to set its clock by.
async fn with_pages() -> (TestServer, Arc<AtomicI64>) {
    let (clock, hand) = Clock::held(jiff::Timestamp::now());
    let flows = ["login", "registration", "settings", "recovery", "verification", "error"];
    let pages = flows.map(|flow| (format!("selfservice.flows.{flow}.ui_url"), Value::Null));
    let changes = pages.into_iter().chain([
        ("selfservice.default_browser_return_url".to_owned(), json!("/ui/welcome")),
        ("narthex.ui.enabled".to_owned(), json!(true)),
    ]);
    let builder = changes.fold(TestServer::builder().at(clock), |builder, (path, value)| builder.set(&path, value));
    (builder.start().await, hand)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_changes_name_and_password_on_the_page_with_scripts_and_without() {
    for script in [Script::On, Script::Off] {
        let Some(chromium) = Chromium::start(script).await else { return };
        let (server, hand) = with_pages().await;
        chromium.open(&format!("{}/ui/registration", server.public_url)).await;
        chromium.fill("traits.email", OLD).await;
        chromium.press("button[type=submit]").await;
        chromium.fill("password", PASSWORD).await;
        chromium.press("button[name=method][value=password]").await;

        chromium.press("a[href*='settings']").await;
        assert!(chromium.url().await.contains("/ui/settings?flow="), "{}", chromium.url().await);
        let taken = json!({ "schema_id": "default", "traits": { "email": NEW } });
        assert_eq!(server.admin().post("/admin/identities", &taken).await.status, 201);
        chromium.fill("traits.email", NEW).await;
        chromium.press("button[name=method][value=profile]").await;
        assert_eq!(chromium.focused().await.as_deref(), Some("errors"));
        chromium.fill("traits.email", OLD).await;
        chromium.fill("traits.name.first", "Ada").await;
        chromium.press("button[name=method][value=profile]").await;
        assert!(chromium.has(".notice.success").await && !chromium.has("#errors").await);
        assert_eq!(chromium.attribute("[name='traits.name.first']", "value").await.as_deref(), Some("Ada"));

        pass_hours(&hand, 2);
        chromium.open(&format!("{}/ui/settings", server.public_url)).await;
        chromium.fill("password", NEW_PASSWORD).await;
        chromium.press("button[name=method][value=password]").await;
        assert!(chromium.url().await.contains("/ui/login?flow="), "{}", chromium.url().await);
        chromium.fill("password", PASSWORD).await;
        chromium.press("button[name=method][value=password]").await;
        assert!(chromium.url().await.contains("/ui/settings?flow="), "{}", chromium.url().await);
        assert!(chromium.has(".notice.success").await);
        assert!(can_sign_in(&server, OLD, NEW_PASSWORD).await);
        chromium.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_signed_in_is_led_to_the_login_and_back_to_the_settings() {
    let (server, _) = with_pages().await;
    let nobody = server.browser().accepting("text/html");
    let page = nobody.get("/ui/settings?flow=7a3a5a0e-0000-4000-8000-00000000abcd").await;
    assert!(page.location().contains("/self-service/login/browser?return_to="), "{}", page.location());
    assert!(page.location().ends_with("%2Fself-service%2Fsettings%2Fbrowser"), "{}", page.location());
    server.end().await;
}
