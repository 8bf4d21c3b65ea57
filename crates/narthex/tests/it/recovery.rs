//! Recovery: what codes and links do, once, and what nobody learns from it; in chromium by code and by link.

use futures_util::future::join_all;
use narthex_testkit::{Answer, Chromium, Client, Script, TestServer};
use serde_json::json;

use crate::audit::events;
use crate::browser::{PASSWORD, with_pages};
use crate::databases::servers;

const WHO: &str = "ada@example.org";

async fn identity(server: &TestServer, state: &str) -> String {
    let body = json!({
        "schema_id": "default", "state": state, "traits": { "email": WHO },
        "credentials": { "password": { "config": { "password": PASSWORD } } },
    });
    let made = server.admin().post("/admin/identities", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.at("/id")
}

/// Begins a flow and has a code sent: where it is to be entered, and the answer.
async fn ask(client: &Client, address: &str) -> (String, Answer) {
    let flow = client.get("/self-service/recovery/api").await.at("/ui/action");
    let sent = client.post(&flow, &json!({ "method": "code", "email": address })).await;
    (flow, sent)
}

fn token(answer: &Answer) -> Option<String> {
    answer.json().pointer("/continue_with/0/ory_session_token")?.as_str().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_lets_one_of_many_requests_in_and_ends_other_sessions() {
    let changes = [
        ("feature_flags.use_continue_with_transitions", json!(true)),
        ("selfservice.methods.code.config.max_submissions", json!(50)),
        ("selfservice.flows.recovery.after.hooks", json!([{ "hook": "revoke_active_sessions" }])),
    ];
    for server in servers(&changes).await {
        identity(&server, "active").await;
        let native = server.native();
        let login = native.get("/self-service/login/api").await.at("/ui/action");
        let body = json!({ "method": "password", "identifier": WHO, "password": PASSWORD });
        let before = server.native().with_token(&native.post(&login, &body).await.at("/session_token"));
        assert_eq!(before.get("/sessions/whoami").await.status, 200);
        let (flow, _) = ask(&native, WHO).await;
        let body = json!({ "method": "code", "code": server.code(WHO).await });
        let answers = join_all((0..6).map(|_| native.post(&flow, &body))).await;
        let tokens: Vec<String> = answers.iter().filter_map(token).collect();
        assert_eq!(tokens.len(), 1, "{answers:?}");
        let who = server.native().with_token(&tokens[0]).get("/sessions/whoami").await;
        assert_eq!(who.at("/authentication_methods/0/method"), "code_recovery");
        assert_eq!(who.at("/identity/verifiable_addresses/0/status"), "completed");
        assert_eq!(before.get("/sessions/whoami").await.status, 401);
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_of_an_administrator_lets_one_of_many_browsers_in() {
    for server in servers(&[("selfservice.methods.link.enabled", json!(true))]).await {
        let id = identity(&server, "active").await;
        let made = server.admin().post("/admin/recovery/link", &json!({ "identity_id": id })).await;
        let link = made.at("/recovery_link");
        let path = link.strip_prefix(&server.public_url).unwrap();
        let browsers: Vec<Client> = (0..6).map(|_| server.browser()).collect();
        join_all(browsers.iter().map(|browser| browser.get(path))).await;
        let seen = join_all(browsers.iter().map(|browser| browser.get("/sessions/whoami"))).await;
        let inside: Vec<&Answer> = seen.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(inside.len(), 1);
        assert_eq!(inside[0].at("/identity/verifiable_addresses/0/status"), "pending", "nothing was sent to the address");
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_may_be_posted_and_one_that_does_not_count_is_told_of_with_its_owner() {
    let changes = [
        ("selfservice.methods.link.enabled", json!(true)),
        ("selfservice.flows.recovery.use", json!("link")),
        ("selfservice.flows.verification.use", json!("link")),
    ];
    for server in servers(&changes).await {
        let id = identity(&server, "active").await;
        for (kind, page) in [("verification", "/verification?flow="), ("recovery", "/settings?flow=")] {
            let native = server.native();
            let flow = native.get(&format!("/self-service/{kind}/api")).await.at("/ui/action");
            native.post(&flow, &json!({ "method": "link", "email": WHO })).await;
            let mail = server.messages(WHO).await.pop().unwrap();
            let link = mail.split_whitespace().find_map(|word| word.strip_prefix(server.public_url.as_str())).unwrap().to_owned();
            let browser = server.browser().with_jar().accepting("text/html");
            browser.post_form(&format!("{link}x"), &[]).await;
            let failed = events(&server, &format!("type={kind}.failed")).await;
            assert_eq!((failed.len(), &failed[0]["subject"]["identity_id"]), (1, &json!(id)), "{failed:?}");
            let followed = browser.post_form(&link, &[]).await;
            assert!(followed.status == 303 && followed.location().contains(page), "{kind}: {} {}", followed.status, followed.location());
            assert_eq!(browser.get("/sessions/whoami").await.status == 200, kind == "recovery");
        }
        assert_eq!(server.admin().get(&format!("/admin/identities/{id}")).await.json()["verifiable_addresses"][0]["verified"], true);
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_are_told_of_with_the_owner_of_their_address() {
    for server in servers(&[]).await {
        let id = identity(&server, "active").await;
        let native = server.native();
        for kind in ["recovery", "verification"] {
            let flow = native.get(&format!("/self-service/{kind}/api")).await.at("/ui/action");
            native.post(&flow, &json!({ "method": "code", "email": WHO })).await;
            native.post(&flow, &json!({ "method": "code", "code": "000000" })).await;
            let failed = events(&server, &format!("type={kind}.failed")).await;
            assert_eq!(
                (failed.len(), &failed[0]["subject"]["identity_id"], &failed[0]["actor"]["type"]),
                (1, &json!(id), &json!("anonymous"))
            );
        }
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_whether_an_account_has_an_address() {
    for choose in [false, true] {
        for server in servers(&[("feature_flags.choose_recovery_address", json!(choose))]).await {
            identity(&server, "active").await;
            let native = server.native();
            let field = if choose { "recovery_address" } else { "email" };
            let mut seen = Vec::new();
            for address in [WHO, "bob@example.org"] {
                let flow = native.get("/self-service/recovery/api").await;
                let action = flow.at("/ui/action");
                let sent = native.post(&action, &json!({ "method": "code", field: address })).await;
                let tried = native.post(&action, &json!({ "method": "code", "code": "000000" })).await;
                let plain = |answer: &Answer| {
                    let mut shown = answer.json();
                    shown.as_object_mut().unwrap().retain(|name, _| !name.ends_with("_at"));
                    let text = shown.to_string().replace(address, "ADDRESS").replace(&flow.at("/id"), "ID");
                    (answer.status, text.replace("ad****", "MASKED").replace("bo****", "MASKED"))
                };
                seen.push((plain(&sent), plain(&tried)));
            }
            assert_eq!(seen[0], seen[1]);
            assert_eq!((server.messages(WHO).await.len(), server.messages("bob@example.org").await.len()), (1, 0));
            server.end().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_account_is_not_recovered() {
    let changes = [("selfservice.methods.link.enabled", json!(true)), ("feature_flags.use_continue_with_transitions", json!(true))];
    for server in servers(&changes).await {
        let id = identity(&server, "inactive").await;
        let native = server.native();
        let (flow, _) = ask(&native, WHO).await;
        let refused = native.post(&flow, &json!({ "method": "code", "code": server.code(WHO).await })).await;
        assert_eq!((refused.status.as_u16(), refused.at("/error/id")), (400, "identity_disabled".to_owned()));
        let made = server.admin().post("/admin/recovery/link", &json!({ "identity_id": id })).await.at("/recovery_link");
        let browser = server.browser();
        browser.get(made.strip_prefix(&server.public_url).unwrap()).await;
        assert_eq!(browser.get("/sessions/whoami").await.status, 401);
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_back_in_by_code_and_by_link_with_scripts_and_without() {
    for (script, way) in [(Script::On, "code"), (Script::Off, "code"), (Script::On, "link"), (Script::Off, "link")] {
        let Some(chromium) = Chromium::start(script).await else { return };
        let builder = TestServer::builder().set("selfservice.flows.recovery.use", way).set("selfservice.methods.link.enabled", true);
        let server = with_pages(builder).start().await;
        identity(&server, "active").await;
        chromium.open(&format!("{}/ui/recovery", server.public_url)).await;
        chromium.fill("email", WHO).await;
        chromium.press("button[name=method]").await;
        if way == "code" {
            chromium.fill("code", &server.code(WHO).await).await;
            chromium.press("button[name=method][value=code]").await;
        } else {
            let mail = server.messages(WHO).await.pop().unwrap();
            let link = mail.split_whitespace().find(|word| word.starts_with("http")).unwrap().to_owned();
            chromium.open(&link).await;
        }
        assert!(chromium.url().await.starts_with(&format!("{}/ui/settings?flow=", server.public_url)), "{}", chromium.url().await);
        chromium.fill("password", "vQ9!a-new-password").await;
        chromium.press("button[name=method][value=password]").await;
        let native = server.native();
        let login = native.get("/self-service/login/api").await.at("/ui/action");
        let body = json!({ "method": "password", "identifier": WHO, "password": "vQ9!a-new-password" });
        assert_eq!(native.post(&login, &body).await.status, 200, "{way}: the new password counts");
        chromium.close().await;
        server.end().await;
    }
}
