//! Sessions: lists of them, their ends, and the exchange of codes for tokens.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use http::Method;
use narthex::session::{self, Session, exchange};
use narthex_db::Batch;
use narthex_testkit::{Client, TestServer, as_url};
use serde_json::json;
use uuid::Uuid;

use crate::audit::events;
use crate::databases::servers;

const PASSWORD: &str = "kT4!quite-a-long-one";

/// Signs somebody up, and in again `more` times: clients with a session each, the oldest first.
async fn signed_in(server: &TestServer, more: usize) -> Vec<Client> {
    let native = server.native();
    let flow = native.get("/self-service/registration/api").await.at("/ui/action");
    let sign_up = json!({ "method": "password", "password": PASSWORD, "traits": { "email": "who@example.org" } });
    let mut clients = vec![server.native().with_token(&native.post(&flow, &sign_up).await.at("/session_token"))];
    for _ in 0..more {
        let flow = native.get("/self-service/login/api").await.at("/ui/action");
        let login = json!({ "method": "password", "identifier": "who@example.org", "password": PASSWORD });
        clients.push(server.native().with_token(&native.post(&flow, &login).await.at("/session_token")));
    }
    clients
}

async fn id_of(client: &Client) -> String {
    client.get("/sessions/whoami").await.at("/id")
}

async fn ids(client: &Client, path: &str) -> Vec<String> {
    let (mut found, mut path) = (Vec::new(), Some(path.to_owned()));
    while let Some(page) = path {
        let answer = client.get(&page).await;
        assert_eq!(answer.status, 200, "{page}: {}", answer.text);
        found.extend(answer.json().as_array().unwrap().iter().map(|session| session["id"].as_str().unwrap().to_owned()));
        path = answer.next_page();
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_cannot_sign_are_warned_of_by_name_and_clients_learn_no_more_than_that() {
    let key = json!({ "keys": [{ "kty": "EC", "crv": "P-521", "alg": "ES512", "x": "AA", "y": "AA", "d": "AA" }] }).to_string();
    let templates = json!({
        "lost": { "jwks_url": "file:///nowhere/secret-place.json" },
        "es512": { "jwks_url": as_url(&key) },
        "unmapped": { "jwks_url": as_url(&key), "claims_mapper_url": as_url("{ claims: ") },
        "far": { "jwks_url": "https://127.0.0.1:9/keys.json" },
    });
    let server = TestServer::builder().production().set("session.whoami.tokenizer.templates", templates).start().await;
    let told = session::tokenizer::warnings(&server.app().settings().config, &server.app().outside).await;
    let about = |key: &str, what: &str| {
        told.iter().any(|line| line.starts_with(&format!("session.whoami.tokenizer.templates.{key}: ")) && line.contains(what))
    };
    assert!(
        about("lost.jwks_url", "secret-place") && about("es512.jwks_url", "ES384") && about("unmapped.claims_mapper_url", ""),
        "{told:?}"
    );
    assert!(!told.iter().any(|line| line.contains(".far.")), "{told:?}");
    let client = signed_in(&server, 0).await.remove(0);
    for template in ["lost", "es512", "unmapped", "far"] {
        let answer = client.get(&format!("/sessions/whoami?tokenize_as={template}")).await;
        assert_eq!(answer.status, 400);
        assert!(!["secret-place", "127.0.0.1", "ES"].iter().any(|part| answer.text.contains(part)), "{}", answer.text);
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_told_in_any_language() {
    for server in servers(&[]).await {
        let agent = format!("T\u{e9}st/1 {}", "\u{e9}".repeat(600));
        let client =
            server.native().with_header("cf-ipcity", "K\u{f6}ln").with_header("cf-ipcountry", "DE").with_header("user-agent", &agent);
        let flow = client.get("/self-service/registration/api").await.at("/ui/action");
        let sign_up = json!({ "method": "password", "password": PASSWORD, "traits": { "email": "who@example.org" } });
        let answer = client.post(&flow, &sign_up).await;
        assert_eq!(answer.at("/session/devices/0/location"), "K\u{f6}ln, DE");
        let kept = server.native().with_token(&answer.at("/session_token")).get("/sessions/whoami").await.at("/devices/0/user_agent");
        assert_eq!((kept.chars().count(), kept.starts_with("T\u{e9}st/1")), (512, true));
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_a_numbered_page_is_none_of_another_list() {
    for server in servers(&[]).await {
        let clients = signed_in(&server, 3).await;
        let identity = clients[0].get("/sessions/whoami").await.at("/identity/id");
        let path = format!("/admin/identities/{identity}/sessions");
        let admin = server.admin();
        let next = admin.get(&format!("{path}?active=true&page_size=2")).await.next_page().unwrap();
        let own = clients[0].get("/sessions?page_size=2").await.next_page().unwrap();
        assert_eq!((admin.get(&next).await.status.as_u16(), clients[0].get(&own).await.status.as_u16()), (200, 200));
        for other in [next.replace("active=true", "active=false"), next.replace("active=true", ""), format!("{path}?page_token=junk")] {
            assert_eq!(admin.get(&other).await.status, 400, "{other}");
        }
        let token = next.split("page_token=").nth(1).unwrap().split('&').next().unwrap();
        for other in [format!("/sessions?page_token={token}"), "/sessions?page_token=junk".to_owned()] {
            assert_eq!(clients[0].get(&other).await.status, 400, "{other}");
        }
        assert_eq!(clients[0].get("/sessions?page_token=").await.status, 200);
        // An empty list is linked to pages on either side, which can be asked for.
        let none = admin.get(&format!("{path}?active=false")).await.next_page().unwrap();
        assert_eq!(admin.get(&none).await.json(), json!([]));
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn following_the_links_of_any_list_shows_each_session_once() {
    for server in servers(&[]).await {
        let clients = signed_in(&server, 5).await;
        let identity = clients[0].get("/sessions/whoami").await.at("/identity/id");
        let admin = server.admin();
        for (client, path, count) in [
            (&clients[0], "/sessions".to_owned(), 5),
            (&admin, "/admin/sessions".to_owned(), 6),
            (&admin, format!("/admin/identities/{identity}/sessions"), 6),
        ] {
            let found = ids(client, &format!("{path}?page_size=2")).await;
            assert_eq!((found.len(), found.iter().collect::<BTreeSet<_>>().len()), (count, count), "{path}");
        }
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_ends_their_own_sessions_and_nobody_elses() {
    for server in servers(&[]).await {
        let clients = signed_in(&server, 2).await;
        let native = server.native();
        let flow = native.get("/self-service/registration/api").await.at("/ui/action");
        let sign_up = json!({ "method": "password", "password": PASSWORD, "traits": { "email": "stranger@example.org" } });
        let stranger = server.native().with_token(&native.post(&flow, &sign_up).await.at("/session_token"));
        assert_eq!(clients[0].request(Method::DELETE, &format!("/sessions/{}", id_of(&stranger).await), None).await.status, 204);
        assert_eq!(stranger.get("/sessions/whoami").await.status, 200);
        assert_eq!(clients[0].request(Method::DELETE, "/sessions", None).await.json(), json!({ "count": 2 }));
        let alive = join_all(clients.iter().map(|client| client.get("/sessions/whoami"))).await;
        assert_eq!(alive.iter().map(|answer| answer.status.as_u16()).collect::<Vec<_>>(), [200, 401, 401]);
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_end_the_sessions_of_everyone() {
    for server in servers(&[]).await {
        let clients = signed_in(&server, 3).await;
        let admin = server.admin();
        let act = async |action: &str| admin.post("/admin/sessions", &json!({ "action": action, "identities": ["*"] })).await.json();
        assert_eq!(act("disable").await, json!({ "processed": 4, "more": false }));
        assert_eq!(clients[1].get("/sessions/whoami").await.status, 401);
        assert_eq!(act("disable").await, json!({ "processed": 0, "more": false }));
        assert_eq!(act("delete").await, json!({ "processed": 4, "more": false }));
        assert_eq!(ids(&admin, "/admin/sessions").await, Vec::<String>::new());
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_codes_are_exchanged_for_a_token_once() {
    for server in servers(&[]).await {
        let clients = signed_in(&server, 0).await;
        let (app, flow) = (server.app(), Uuid::new_v4());
        let now = app.clock.now();
        let identity = Uuid::parse_str(&clients[0].get("/sessions/whoami").await.at("/identity/id")).unwrap();
        let issued = Session {
            id: Uuid::now_v7(),
            identity_id: identity,
            active: true,
            methods: vec![session::proof("oidc", "aal1", now)],
            devices: Vec::new(),
            expires_at: now.plus(Duration::from_secs(600)),
            authenticated_at: now,
            issued_at: now,
            last_used_at: now,
        }
        .issue();
        let (init, batch) = exchange::begin_into(Batch::durable(), flow, now.plus(Duration::from_secs(600)));
        app.db.write(batch).await.unwrap();
        let batch = session::store::insert_into(Batch::durable(), &issued);
        let (returned, batch) = exchange::fulfil_into(batch, &app.settings(), flow, &issued).unwrap();
        let native = server.native();
        let path = |init: &str, returned: &str| format!("/sessions/token-exchange?init_code={init}&return_to_code={returned}");
        assert_eq!(native.get(&path(&init, &returned)).await.status, 404, "nobody has signed in yet");
        app.db.write(batch).await.unwrap();
        assert_eq!(native.get(&path(&init, "wrong")).await.status, 404);
        assert_eq!(native.get(&path(&returned, &init)).await.status, 404);
        let both = path(&init, &returned);
        let all = join_all((0..8).map(|_| native.get(&both))).await;
        let good: Vec<_> = all.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!((good.len(), all.iter().filter(|answer| answer.status == 404).count()), (1, 7));
        let who = server.native().with_token(&good[0].at("/session_token"));
        assert_eq!(id_of(&who).await, issued.session.id.to_string());
        let revoked = Session { id: Uuid::now_v7(), ..issued.session.clone() }.issue();
        let flow = Uuid::new_v4();
        let (init, batch) = exchange::begin_into(Batch::durable(), flow, now.plus(Duration::from_secs(600)));
        app.db.write(batch).await.unwrap();
        let batch = session::store::insert_into(Batch::durable(), &revoked);
        let (returned, batch) = exchange::fulfil_into(batch, &app.settings(), flow, &revoked).unwrap();
        app.db.write(session::store::revoke_into(batch, revoked.session.id)).await.unwrap();
        assert_eq!(native.get(&path(&init, &returned)).await.status, 404, "a session that does not count is handed over to nobody");
        let events = events(&server, "type=session.handed_over").await;
        assert_eq!(events.len(), 1, "{events:?}");
        assert_eq!(events[0]["subject"], json!({ "identity_id": identity, "session_id": issued.session.id }));
        server.end().await;
    }
}
