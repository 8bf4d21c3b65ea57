//! The everyday loop in chromium: in, out, in again in each way there is; where one is signed in; and all that in German.

use http::StatusCode;
use narthex_testkit::{Chromium, Client, Script, TestServer};
use serde_json::json;

use crate::browser::{PASSWORD, server, with_pages};

const ADA: &str = "ada@example.org";

/// Signs Ada up in an application that calls itself so; a client with her session.
async fn ada_on(server: &TestServer, agent: &str) -> Client {
    let app = server.native().with_header("user-agent", agent);
    let flow = app.get("/self-service/registration/api").await.at("/ui/action");
    let sign_up = json!({ "method": "password", "password": PASSWORD, "traits": { "email": ADA } });
    let token = app.post(&flow, &sign_up).await.at("/session_token");
    app.with_token(&token)
}

/// Signs Ada in again in an application that calls itself so.
async fn ada_also_on(server: &TestServer, agent: &str) -> Client {
    let app = server.native().with_header("user-agent", agent);
    let flow = app.get("/self-service/login/api").await.at("/ui/action");
    let token = app.post(&flow, &json!({ "method": "password", "identifier": ADA, "password": PASSWORD })).await.at("/session_token");
    app.with_token(&token)
}

async fn sign_in(chromium: &Chromium) {
    chromium.fill("identifier", ADA).await;
    chromium.fill("password", PASSWORD).await;
    chromium.press("button[value=password]").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_looks_where_else_ends_that_and_signs_out() {
    for script in [Script::On, Script::Off] {
        let Some(chromium) = Chromium::start(script).await else { return };
        let server = server().await;
        let page = |name: &str| format!("{}/ui/{name}", server.public_url);
        let (telephone, tablet) = (ada_on(&server, "Acme-Phone/3").await, ada_also_on(&server, "Acme-Tablet/1").await);

        chromium.open(&page("sessions")).await;
        assert!(chromium.url().await.starts_with(&page("login?flow=")), "who is not signed in can do so");
        chromium.fill("identifier", ADA).await;
        chromium.fill("password", "not-the-password").await;
        chromium.press("button[value=password]").await;
        assert_eq!(chromium.focused().await.as_deref(), Some("errors"));
        assert!(chromium.text("#errors").await.contains("That did not match"), "{}", chromium.text("#errors").await);
        sign_in(&chromium).await;
        assert_eq!(chromium.url().await, page("sessions"), "and comes back to where they wanted to go");

        let listed = chromium.text(".sessions").await;
        assert!(listed.contains("Chrome on Linux") && listed.contains("this device") && listed.contains("127.0.0.1"), "{listed}");
        assert!(listed.contains("Acme-Phone") && listed.contains("Acme-Tablet"), "{listed}");
        let id = telephone.get("/sessions/whoami").await.at("/id");
        chromium.press(&format!("button[value=\"{id}\"]")).await;
        assert_eq!(chromium.text("[role=status]").await, "That device is signed out.");
        assert!(!chromium.text(".sessions").await.contains("Acme-Phone"));
        assert_eq!(telephone.get("/sessions/whoami").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(tablet.get("/sessions/whoami").await.status, StatusCode::OK);

        chromium.press("button[value=others]").await;
        assert_eq!(chromium.text("[role=status]").await, "You are signed out everywhere else.");
        assert_eq!(tablet.get("/sessions/whoami").await.status, StatusCode::UNAUTHORIZED);
        assert!(!chromium.has("button[value=others]").await, "nothing is left to be ended");

        chromium.press("nav a[href$=\"/ui/logout\"]").await;
        chromium.press("main a.primary").await;
        assert_eq!(chromium.url().await, page("welcome"));
        assert_eq!(chromium.cookie("ory_kratos_session").await, None);
        chromium.open(&page("logout")).await;
        assert!(chromium.text("h1").await.contains("signed out"));
        chromium.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_from_the_mail_signs_a_person_in() {
    let Some(chromium) = Chromium::start(Script::Off).await else { return };
    let server = with_pages(TestServer::builder()).set("selfservice.methods.code.passwordless_enabled", true).start().await;
    ada_on(&server, "Acme-Phone/3").await;
    chromium.open(&format!("{}/ui/login", server.public_url)).await;
    chromium.fill("identifier", ADA).await;
    chromium.press("button[value=code]").await;
    assert_eq!(chromium.text("h1").await, "Check your mail");
    chromium.fill("code", "000000").await;
    chromium.press("button[name=method][value=code]").await;
    assert_eq!(chromium.focused().await.as_deref(), Some("errors"));
    chromium.press("button[name=resend]").await;
    chromium.fill("code", &server.code(ADA).await).await;
    chromium.press("button[name=method][value=code]").await;
    assert_eq!(chromium.url().await, format!("{}/ui/welcome", server.public_url));
    chromium.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_one_is_may_be_asked_first_and_once_more_later() {
    let Some(chromium) = Chromium::start(Script::On).await else { return };
    let server = with_pages(TestServer::builder()).set("selfservice.flows.login.style", "identifier_first").start().await;
    ada_on(&server, "Acme-Phone/3").await;
    let welcome = format!("{}/ui/welcome", server.public_url);
    chromium.open(&format!("{}/ui/login", server.public_url)).await;
    assert!(!chromium.has("[name=password]").await);
    chromium.fill("identifier", ADA).await;
    chromium.press("button[type=submit]").await;
    chromium.fill("password", PASSWORD).await;
    chromium.press("button[value=password]").await;
    assert_eq!(chromium.url().await, welcome);

    chromium.open(&format!("{}/ui/login?refresh=true&return_to={welcome}?again", server.public_url)).await;
    assert_eq!(chromium.text("h1").await, "Confirm that it is you");
    chromium.fill("password", PASSWORD).await;
    chromium.press("button[value=password]").await;
    assert_eq!(chromium.url().await, format!("{welcome}?again"));
    chromium.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_speak_german() {
    let Some(chromium) = Chromium::start(Script::On).await else { return };
    let server = with_pages(TestServer::builder()).set("narthex.ui.locale", "de").start().await;
    ada_on(&server, "Acme-Phone/3").await;
    chromium.open(&format!("{}/ui/sessions", server.public_url)).await;
    assert_eq!(chromium.attribute("html", "lang").await.as_deref(), Some("de"));
    assert_eq!(chromium.text("h1").await, "Anmelden");
    chromium.fill("identifier", ADA).await;
    chromium.fill("password", "falsch-geraten").await;
    chromium.press("button[value=password]").await;
    assert!(chromium.text("#errors").await.contains("Das passt nicht zusammen"));
    sign_in(&chromium).await;
    assert_eq!(chromium.text("h1").await, "Wo Sie angemeldet sind");
    assert!(chromium.text(".sessions").await.contains("Chrome auf Linux"));
    chromium.press("button[value=others]").await;
    assert_eq!(chromium.text("[role=status]").await, "Sie sind überall sonst abgemeldet.");
    chromium.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_ended_by_the_form_of_their_owner_only() {
    let server = server().await;
    let ada = ada_on(&server, "Acme-Phone/3").await;
    let session = ada.get("/sessions/whoami").await.at("/id");

    let stranger = server.browser().accepting("text/html");
    let page = stranger.get("/ui/sessions").await;
    assert!(page.location().starts_with(&format!("{}/self-service/login/browser?return_to=", server.public_url)));
    let script = server.browser();
    let flow = script.get("/self-service/registration/browser").await;
    let mia =
        json!({ "method": "password", "password": PASSWORD, "traits": { "email": "mia@example.org" }, "csrf_token": flow.csrf_token() });
    assert_eq!(script.post(&flow.at("/ui/action"), &mia).await.status, StatusCode::OK);

    let mia = script.accepting("text/html");
    let forged = mia.post_form("/ui/sessions/end", &[("session", "others")]).await;
    assert!(forged.location().starts_with(&format!("{}/ui/error?id=", server.public_url)), "{}", forged.location());
    let page = mia.get("/ui/sessions").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text.contains(&session));
    ada_also_on(&server, "Acme-Tablet/1").await;
    let token = mia.get("/self-service/login/browser?refresh=true").await;
    let flow = mia.get(&format!("/self-service/login/flows?id={}", token.location().rsplit('=').next().unwrap())).await;
    for whose in [session.as_str(), "others"] {
        let answer = mia.post_form("/ui/sessions/end", &[("session", whose), ("csrf_token", &flow.csrf_token())]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(ada.get("/sessions/whoami").await.status, StatusCode::OK, "somebody else's session is left alone");
    let broken = mia.post_form("/ui/sessions/end", &[("session", "no-id"), ("csrf_token", &flow.csrf_token())]).await;
    assert!(broken.location().starts_with(&format!("{}/ui/error?id=", server.public_url)));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_link_to_what_is_switched_on_and_speak_the_browsers_language() {
    let closed = with_pages(TestServer::builder())
        .set("selfservice.flows.registration.enabled", false)
        .set("selfservice.flows.recovery.enabled", false)
        .start()
        .await;
    for (server, linked) in [(server().await, true), (closed, false)] {
        let browser = server.browser().accepting("text/html").with_header("accept-language", "de-AT, en;q=0.5");
        let begun = browser.get("/ui/login").await;
        let begun = browser.get(begun.location()).await;
        let page = browser.get(begun.location()).await;
        assert_eq!(page.header("content-language"), Some("de"));
        for flow in ["registration", "recovery"] {
            assert_eq!(page.text.contains(&format!("/self-service/{flow}/browser")), linked, "{flow}");
        }
    }
}
