//! The admin API of identities: many changes at once, lists, batches, and what administrators cannot do.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use http::Method;
use narthex_db::{Batch, params};
use narthex_testkit::Client;
use serde_json::{Value, json};

use crate::databases::servers;

const PATH: &str = "/admin/identities";

fn person(email: &str) -> Value {
    json!({ "traits": { "email": email } })
}

async fn made(admin: &Client, document: &Value) -> String {
    let answer = admin.post(PATH, document).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.at("/id")
}

async fn emails(admin: &Client, path: &str) -> Vec<String> {
    let (mut found, mut path) = (Vec::new(), Some(path.to_owned()));
    while let Some(page) = path {
        let answer = admin.get(&page).await;
        assert_eq!(answer.status, 200, "{page}: {}", answer.text);
        found.extend(answer.json().as_array().unwrap().iter().map(|identity| identity["traits"]["email"].as_str().unwrap().to_owned()));
        path = answer.next_page();
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn of_patches_at_the_same_time_none_is_lost_without_a_word() {
    for server in servers(&[]).await {
        let admin = server.admin();
        let path = format!("{PATH}/{}", made(&admin, &person("patched@example.org")).await);
        let all = join_all((0..12).map(|n| {
            let (admin, path) = (admin.clone(), path.clone());
            async move {
                admin
                    .request(Method::PATCH, &path, Some(&json!([{ "op": "add", "path": format!("/metadata_public/k{n}"), "value": n }])))
                    .await
            }
        }))
        .await;
        let done = all.iter().filter(|answer| answer.status == 200).count();
        assert!(
            all.iter().all(|answer| answer.status == 200 || answer.status == 409),
            "{:?}",
            all.iter().map(|answer| answer.status).collect::<Vec<_>>()
        );
        let kept = admin.get(&path).await.json()["metadata_public"].as_object().unwrap().len();
        assert!(done >= 1 && kept == done, "{kept} kept of {done} that were told to be done");
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn following_the_links_shows_everyone_once() {
    for server in servers(&[]).await {
        let admin = server.admin();
        for n in 0..7 {
            made(&admin, &person(&format!("p{n}@example.org"))).await;
        }
        for size in [1, 3, 7, 20] {
            let found = emails(&admin, &format!("{PATH}?page_size={size}")).await;
            assert_eq!((found.len(), found.iter().collect::<BTreeSet<_>>().len()), (7, 7), "{size} a page");
        }
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_numbered_page_has_up_to_a_thousand_and_others_half_as_many() {
    for server in servers(&[]).await {
        let admin = server.admin();
        let entries: Vec<Value> = (0..510).map(|n| json!({ "create": person(&format!("p{n}@example.org")) })).collect();
        assert_eq!(admin.request(Method::PATCH, PATH, Some(&json!({ "identities": entries }))).await.status, 200);
        for (query, expected) in
            [("page=0&per_page=1000", 510), ("page=1&per_page=1000", 0), ("page=1&per_page=505", 5), ("page_size=1000", 500)]
        {
            let page = admin.get(&format!("{PATH}?{query}")).await.json();
            assert_eq!(page.as_array().map(Vec::len), Some(expected), "{query}");
        }
        assert_eq!(admin.get(&format!("{PATH}?page=2&per_page=1000")).await.status, 400);
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_one_list_is_none_of_another() {
    for server in servers(&[]).await {
        let admin = server.admin();
        for n in 0..3 {
            made(&admin, &person(&format!("p{n}@example.org"))).await;
        }
        let next = admin.get(&format!("{PATH}?page_size=1&state=active")).await.next_page().unwrap();
        assert_eq!(admin.get(&next).await.status, 200);
        assert_eq!(admin.get(&next.replace("state=active", "state=inactive")).await.status, 400);
        let token = next.split("page_token=").nth(1).unwrap().split('&').next().unwrap();
        for other in ["/admin/identities", "/admin/sessions", "/admin/courier/messages"] {
            assert_eq!(admin.get(&format!("{other}?page_token={token}")).await.status, 400, "{other}");
        }
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_can_be_narrowed_by_words_state_schema_and_time() {
    for server in servers(&[]).await {
        let admin = server.admin();
        made(&admin, &json!({ "traits": { "email": "ada@example.org", "name": { "first": "Ada", "last": "100%_sure" } } })).await;
        let away = json!({ "traits": { "email": "bob@example.org" }, "state": "inactive" });
        let created = admin.post(PATH, &away).await.at("/created_at");
        for (query, expected) in [
            ("search=ADA%40", vec!["ada@example.org"]),
            ("search=100%25_S", vec!["ada@example.org"]),
            ("search=0__s", vec![]),
            ("search=example.org&state=inactive", vec!["bob@example.org"]),
            ("state=active&schema_id=default", vec!["ada@example.org"]),
            ("schema_id=other", vec![]),
            (&format!("created_after={created}"), vec!["bob@example.org"]),
            (&format!("created_before={created}"), vec!["ada@example.org"]),
            ("created_after=9999-12-31T23:59:59Z", vec![]),
            ("created_before=9999-12-31T23:59:59Z&state=active", vec!["ada@example.org"]),
        ] {
            assert_eq!(emails(&admin, &format!("{PATH}?{query}")).await, expected, "{query}");
        }
        for bad in ["state=asleep", "created_after=yesterday"] {
            assert_eq!(admin.get(&format!("{PATH}?{bad}")).await.status, 400, "{bad}");
        }
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_looks_at_values_whatever_their_letters_and_not_at_names() {
    for server in servers(&[]).await {
        let admin = server.admin();
        let names = json!({ "first": "\u{c4}rger Gro\u{df}", "last": "O\"Brien" });
        let id = made(&admin, &json!({ "traits": { "email": "x@example.org", "name": names } })).await;
        let found = async |word: &str| {
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("search", word).finish();
            emails(&admin, &format!("{PATH}?{query}")).await.len()
        };
        for word in ["\u{c4}rger Gro\u{df}", "\u{e4}rger", "\u{c4}RGER GROSS", "o\"brien", "X@EXAMPLE"] {
            assert_eq!(found(word).await, 1, "{word}");
        }
        for word in ["email", "\"name\":", "first", "org\nx", "x@example.org\n"] {
            assert_eq!(found(word).await, 0, "{word}");
        }
        // As the version before writes identities: its rows are brought up to date.
        let db = &server.app().db;
        let older = "UPDATE identities SET search_text = NULL, searched_version = NULL WHERE id = $1";
        let since = "UPDATE identities SET traits = $2, version = version + 1 WHERE id = $1";
        let (id, traits) =
            (id.parse::<uuid::Uuid>().unwrap(), json!({ "email": "x@example.org", "name": { "first": "\u{d6}ne" } }).to_string());
        for (change, word) in
            [(Batch::durable().push(older, params![id]), "ROSS"), (Batch::durable().push(since, params![id, traits]), "\u{f6}NE")]
        {
            db.write(change).await.unwrap();
            assert_eq!(found(word).await, 0, "{word}");
            narthex::startup::migrate(db).await.unwrap();
            assert_eq!(found(word).await, 1, "{word}");
        }
        let change = json!([{ "op": "replace", "path": "/traits/name/first", "value": "\u{dc}ber" }]);
        assert_eq!(admin.request(Method::PATCH, &format!("{PATH}/{id}"), Some(&change)).await.status, 200);
        assert_eq!((found("\u{d6}NE").await, found("\u{fc}BER").await), (0, 1));
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zero_character_is_refused_by_every_database_and_finds_nobody() {
    for server in servers(&[]).await {
        let (admin, native) = (server.admin(), server.native());
        made(&admin, &person("ada@example.org")).await;
        for query in ["credentials_identifier", "preview_credentials_identifier_similar", "schema_id"] {
            assert_eq!(admin.get(&format!("{PATH}?{query}=%00")).await.status, 400, "{query}");
        }
        for query in ["preview_credentials_identifier_similar=%20", "search=%00"] {
            assert_eq!(emails(&admin, &format!("{PATH}?{query}")).await, [""; 0], "{query}");
        }
        for path in ["/admin/identities/by/external/%00", "/admin/courier/messages?recipient=%00"] {
            assert_eq!(admin.get(path).await.status, 400, "{path}");
        }
        let document = json!({ "external_id": "a\0", "traits": { "email": "bob@example.org" } });
        assert_eq!(admin.post(PATH, &document).await.status, 400);
        let batch = json!({ "identities": [{ "create": document }, { "create": person("eve@example.org") }] });
        let outcomes = admin.request(Method::PATCH, PATH, Some(&batch)).await.json();
        assert_eq!((&outcomes["identities"][0]["error"]["code"], &outcomes["identities"][1]["action"]), (&json!(400), &json!("create")));
        let text = json!({ "traits": { "email": "sue@example.org", "name": { "first": "a\0b" } } });
        let kept = admin.get(&format!("{PATH}/{}", made(&admin, &text).await)).await;
        assert_eq!(kept.at("/traits/name/first"), "a\0b", "what is kept inside JSON may have one");
        for (flow, body) in [
            ("login", json!({ "method": "password", "identifier": "a\0@example.org", "password": "none" })),
            ("recovery", json!({ "method": "code", "email": "a\0@example.org" })),
            ("verification", json!({ "method": "code", "email": "a\0@example.org" })),
        ] {
            let action = native.get(&format!("/self-service/{flow}/api")).await.at("/ui/action");
            assert!(native.post(&action, &body).await.status.as_u16() < 500, "{flow}");
        }
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_batch_what_is_there_already_fails_alone() {
    for server in servers(&[]).await {
        let admin = server.admin();
        made(&admin, &person("p30@example.org")).await;
        let mut entries: Vec<Value> = (0..64).map(|n| json!({ "create": person(&format!("p{n}@example.org")) })).collect();
        entries.push(json!({ "create": person("P7@example.org") }));
        let answer = admin.request(Method::PATCH, PATH, Some(&json!({ "identities": entries }))).await;
        let json = answer.json();
        let outcomes = json["identities"].as_array().unwrap();
        let failed: Vec<usize> = (0..outcomes.len()).filter(|n| outcomes[*n]["action"] == "error").collect();
        assert_eq!(failed, [30, 64]);
        assert_eq!(outcomes[30]["error"]["code"], 409);
        assert_eq!(emails(&admin, PATH).await.len(), 64);
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn own_ids_are_taken_where_the_configuration_allows_them() {
    let document = json!({ "id": "0197a0f4-6b1c-7c3e-9d51-6a1f3c2b4d5e", "traits": { "email": "own@example.org" } });
    for server in servers(&[]).await {
        assert_eq!(server.admin().post(PATH, &document).await.status, 400);
        server.end().await;
    }
    for server in servers(&[("narthex.admin.own_ids", json!(true))]).await {
        let admin = server.admin();
        assert_eq!(made(&admin, &document).await, document["id"]);
        let again = json!({ "id": document["id"], "traits": { "email": "other@example.org" } });
        assert_eq!(admin.post(PATH, &again).await.status, 409);
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_identity_leaves_its_address_free_and_its_sessions_void() {
    for server in servers(&[]).await {
        let (admin, native) = (server.admin(), server.native());
        let flow = native.get("/self-service/registration/api").await.at("/ui/action");
        let sign_up = json!({ "method": "password", "password": "kT4!quite-a-long-one", "traits": { "email": "gone@example.org" } });
        let signed_up = native.post(&flow, &sign_up).await;
        let who = server.native().with_token(&signed_up.at("/session_token"));
        assert_eq!(who.get("/sessions/whoami").await.status, 200);
        let path = format!("{PATH}/{}", signed_up.at("/identity/id"));
        assert_eq!(admin.request(Method::DELETE, &path, None).await.status, 204);
        assert_eq!(who.get("/sessions/whoami").await.status, 401);
        made(&admin, &person("gone@example.org")).await;
        server.end().await;
    }
}
