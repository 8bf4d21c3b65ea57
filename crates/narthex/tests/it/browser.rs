//! The own pages as people see them: in chromium, with the scripts of the pages and without.

use narthex_testkit::{Builder, Chromium, Script, TestServer};
use serde_json::{Value, json};

pub(crate) const PASSWORD: &str = "kT4!quite-a-long-one";

/// The same with its own pages for all flows.
pub(crate) fn with_pages(builder: Builder) -> Builder {
    let flows = ["login", "registration", "settings", "recovery", "verification", "error"];
    let pages = flows.map(|flow| (format!("selfservice.flows.{flow}.ui_url"), Value::Null));
    let changes = pages.into_iter().chain([
        ("selfservice.default_browser_return_url".to_owned(), json!("/ui/welcome")),
        ("narthex.ui.enabled".to_owned(), json!(true)),
    ]);
    changes.fold(builder, |builder, (path, value)| builder.set(&path, value))
}

/// A server that shows its own pages.
pub(crate) async fn server() -> TestServer {
    with_pages(TestServer::builder()).start().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_up_with_scripts_and_without() {
    for script in [Script::On, Script::Off] {
        let Some(chromium) = Chromium::start(script).await else { return };
        let server = server().await;
        chromium.open(&format!("{}/ui/registration", server.public_url)).await;
        chromium.fill("traits.email", "ada@example.org").await;
        chromium.press("button[type=submit]").await;

        chromium.fill("password", "short").await;
        chromium.press("button[name=method][value=password]").await;
        assert_eq!(chromium.focused().await.as_deref(), Some("errors"));
        let field = chromium.attribute("#errors a", "href").await.unwrap();
        assert_eq!(chromium.attribute(&field, "name").await.as_deref(), Some("password"));
        assert_eq!(chromium.attribute(&field, "aria-invalid").await.as_deref(), Some("true"));
        let described = chromium.attribute(&field, "aria-describedby").await.unwrap();
        let said = chromium.text(&format!("#{}", described.split(' ').next_back().unwrap())).await;
        assert!(said.contains("at least 8 characters"), "{said}");

        chromium.fill("password", PASSWORD).await;
        chromium.press("button[name=method][value=password]").await;
        assert_eq!(chromium.url().await, format!("{}/ui/welcome", server.public_url));
        assert!(chromium.text("main").await.contains("ada@example.org"));
        let cookie = chromium.cookie("ory_kratos_session").await.unwrap();
        let who = server.native().with_header("cookie", &format!("ory_kratos_session={cookie}")).get("/sessions/whoami").await;
        assert_eq!(who.at("/identity/traits/email"), "ada@example.org");

        chromium.open(&format!("{}/self-service/registration/browser", server.public_url)).await;
        assert_eq!(chromium.url().await, format!("{}/ui/welcome", server.public_url), "who is signed in need not sign up");
        chromium.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_a_page_that_says_what_to_do() {
    let Some(chromium) = Chromium::start(Script::Off).await else { return };
    let server = server().await;
    chromium.open(&format!("{}/self-service/registration/browser?return_to=https://elsewhere.test/", server.public_url)).await;
    assert!(chromium.url().await.starts_with(&format!("{}/ui/error?id=", server.public_url)));
    assert!(chromium.text("main").await.contains("leads to a place that is not allowed"));
    chromium.close().await;
}
