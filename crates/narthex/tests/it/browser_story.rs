//! An account's whole life in chromium, without anybody's help: sign up, verify, change the address, forget the password, get back in.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use narthex::clock::Clock;
use narthex_testkit::{Chromium, Script, TestServer};
use serde_json::json;

use crate::browser::{PASSWORD, with_pages};

const OLD: &str = "ada@example.org";
const NEW: &str = "lovelace@example.org";
const NEXT_PASSWORD: &str = "9!another-rather-long-one";
/// Longer than a sign-in lets people change what matters, shorter than codes last.
const A_WHILE: i64 = 20 * 60 * 1_000_000;

/// Opens the newest mail to this address, in the mailbox on the admin listener.
async fn open_mail(chromium: &Chromium, server: &TestServer, recipient: &str) {
    chromium.open(&format!("{}/ui/mailbox", server.admin_url)).await;
    for place in 1.. {
        let row = format!(".mails li:nth-child({place})");
        if chromium.text(&row).await.contains(recipient) {
            return chromium.press(&format!("{row} a")).await;
        }
    }
}

/// Follows the link in the newest mail to this address, which fills the code in, and sends that.
async fn verify(chromium: &Chromium, server: &TestServer, address: &str) {
    open_mail(chromium, server, address).await;
    chromium.press(".links a").await;
    chromium.press("button[name=method][value=code]").await;
    assert_eq!(chromium.text("h1").await, "Address verified");
    chromium.press("main a.primary").await;
    assert_eq!(chromium.url().await, format!("{}/ui/welcome", server.public_url));
    let addresses = chromium.text("main dl").await;
    assert!(addresses.contains(&format!("{address} verified")), "{addresses}");
}

async fn sign_in(chromium: &Chromium, server: &TestServer, password: &str) {
    chromium.open(&format!("{}/ui/login", server.public_url)).await;
    chromium.fill("identifier", NEW).await;
    chromium.fill("password", password).await;
    chromium.press("button[value=password]").await;
}

async fn sign_out(chromium: &Chromium, server: &TestServer) {
    chromium.open(&format!("{}/ui/logout", server.public_url)).await;
    chromium.press("main a.primary").await;
}

/// Ada's life, one page after the other.
async fn live(chromium: &Chromium, server: &TestServer, hand: &AtomicI64) {
    let welcome = format!("{}/ui/welcome", server.public_url);
    chromium.open(&format!("{}/ui/registration", server.public_url)).await;
    chromium.fill("traits.email", OLD).await;
    chromium.press("button[type=submit]").await;
    chromium.fill("password", PASSWORD).await;
    chromium.press("button[name=method][value=password]").await;
    assert_eq!(chromium.text("h1").await, "Check your mail");
    verify(chromium, server, OLD).await;

    hand.fetch_add(A_WHILE, Ordering::Relaxed);
    chromium.press("main a.primary").await;
    chromium.fill("traits.email", NEW).await;
    chromium.press("button[value=profile]").await;
    assert_eq!(chromium.text("h1").await, "Confirm that it is you");
    chromium.fill("password", PASSWORD).await;
    chromium.press("button[value=password]").await;
    chromium.open(&welcome).await;
    let addresses = chromium.text("main dl").await;
    assert!(addresses.contains(&format!("{NEW} not verified")), "the change has gone on by itself: {addresses}");
    verify(chromium, server, NEW).await;

    sign_out(chromium, server).await;
    chromium.open(&format!("{}/ui/login", server.public_url)).await;
    chromium.press("nav a[href*=\"/self-service/recovery/\"]").await;
    chromium.fill("email", NEW).await;
    chromium.press("button[name=method][value=code]").await;
    assert_eq!(chromium.text("h1").await, "Check your mail");
    let page = chromium.url().await;
    open_mail(chromium, server, NEW).await;
    let mail = chromium.text("pre").await;
    let code = mail.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6).unwrap();
    chromium.open(&page).await;
    chromium.fill("code", code).await;
    chromium.press("button[name=method][value=code]").await;
    assert_eq!(chromium.text("h1").await, "Your account");
    chromium.fill("password", NEXT_PASSWORD).await;
    chromium.press("button[name=method][value=password]").await;
    assert_eq!(chromium.text("[role=status]").await, "Saved.");

    sign_out(chromium, server).await;
    sign_in(chromium, server, PASSWORD).await;
    assert_eq!(chromium.focused().await.as_deref(), Some("errors"), "the old password does not count any more");
    sign_in(chromium, server, NEXT_PASSWORD).await;
    assert_eq!(chromium.url().await, welcome);
    assert!(chromium.text("main").await.contains(NEW));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_lives_without_an_operator() {
    for script in [Script::On, Script::Off] {
        let Some(chromium) = Chromium::start(script).await else { return };
        let (clock, hand) = Clock::held(Timestamp::now());
        let hooks = json!([{ "hook": "session" }, { "hook": "show_verification_ui" }]);
        let server = with_pages(TestServer::builder())
            .at(clock)
            .set("selfservice.flows.registration.after.password.hooks", hooks)
            .set("selfservice.flows.settings.privileged_session_max_age", "10m")
            .start()
            .await;
        live(&chromium, &server, &hand).await;
        chromium.close().await;
    }
}
