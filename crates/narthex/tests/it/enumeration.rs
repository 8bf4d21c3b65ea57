//! Whether an account exists is not told: by no answer of a whole dialogue, and not by its time.

use std::time::{Duration, Instant};

use http::Method;
use narthex::clock::Clock;
use narthex_testkit::{Answer, Client, Database, TestServer};
use serde_json::{Value, json};

const KNOWN: &str = "known@example.org";
const UNKNOWN: &str = "never@example.org";
const BEAT: Duration = Duration::from_millis(10);

/// The servers of both databases, of one where there is no PostgreSQL, with an account each.
async fn servers(changes: &[(&str, Value)]) -> Vec<TestServer> {
    let mut servers = Vec::new();
    for database in [Database::Sqlite, Database::Postgres] {
        // Time stands still, so that all answers tell the same.
        let (clock, _) = Clock::held(jiff::Timestamp::now());
        let builder = TestServer::builder()
            .on(database)
            .at(clock)
            .set("security.account_enumeration.mitigate", true)
            .set("selfservice.methods.code.passwordless_enabled", true);
        let builder = changes.iter().fold(builder, |builder, (path, value)| builder.set(path, value.clone()));
        let Some(server) = builder.try_start().await.unwrap() else { continue };
        let made = server.admin().post("/admin/identities", &json!({ "schema_id": "default", "traits": { "email": KNOWN } })).await;
        assert_eq!(made.status, 201, "{}", made.text);
        servers.push(server);
    }
    servers
}

/// How somebody talks to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Native,
    Script,
    Form,
}

/// A dialogue about one address, and what can be seen of it.
struct Dialogue {
    way: Way,
    client: Client,
    address: &'static str,
    flow: String,
    token: String,
    seen: Vec<String>,
}

impl Dialogue {
    fn new(server: &TestServer, way: Way, address: &'static str) -> Self {
        let client = if way == Way::Native { server.native() } else { server.browser() };
        Self { way, client, address, flow: String::new(), token: String::new(), seen: Vec::new() }
    }

    async fn begin(&mut self, kind: &str) {
        let way = if self.way == Way::Native { "api" } else { "browser" };
        let flow = self.client.get(&format!("/self-service/{kind}/{way}")).await;
        self.flow = flow.at("/ui/action");
        self.token = if self.way == Way::Native { String::new() } else { flow.csrf_token() };
    }

    /// Submits these fields, and notes all that can be told of the answer.
    async fn say(&mut self, fields: &[(&str, &str)]) {
        let token = [("csrf_token", self.token.as_str())];
        let fields: Vec<_> = fields.iter().chain(&token).copied().filter(|(_, value)| !value.is_empty()).collect();
        let began = Instant::now();
        let answer = if self.way == Way::Form {
            self.client.clone().accepting("text/html").post_form(&self.flow, &fields).await
        } else {
            let body: Value =
                fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect::<serde_json::Map<_, _>>().into();
            self.client.request(Method::POST, &self.flow, Some(&body)).await
        };
        assert!(began.elapsed() >= BEAT, "it left before its beat: {}", answer.text);
        self.note(&answer);
        if self.way == Way::Form {
            let shown = self.client.get(&self.flow.replace("?flow=", "/flows?id=")).await;
            self.note(&shown);
        }
    }

    fn note(&mut self, answer: &Answer) {
        let headers: Vec<_> = answer.headers.iter().filter(|(name, _)| *name != "date").collect();
        let mut body: Value = serde_json::from_str(&answer.text).unwrap_or_else(|_| answer.text.clone().into());
        mask(&mut body);
        let (_, id) = self.flow.split_once("flow=").unwrap();
        let all = format!("{} {headers:?} {body}", answer.status);
        self.seen.push(all.replace(id, "ID").replace(self.address, "ADDRESS").replace("kn****", "MASKED").replace("ne****", "MASKED"));
    }

    fn counts(&self, text: &str) -> usize {
        self.seen.iter().filter(|answer| answer.contains(text)).count()
    }
}

/// Blots out what differs from one request to the next: times and anti-forgery tokens.
fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if members.get("name").is_some_and(|name| name == "csrf_token") {
                members.insert("value".to_owned(), Value::Null);
            }
            members.retain(|name, _| !name.ends_with("_at") && name != "retry_at_unix");
            members.values_mut().for_each(mask);
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}

/// All that can be done to sign in by code, without having it.
async fn ask_for_codes(dialogue: &mut Dialogue, style: &str) {
    let address = dialogue.address;
    for wrong_ones in [4, 3] {
        dialogue.begin("login").await;
        if style == "identifier_first" {
            dialogue.say(&[("method", "identifier_first"), ("identifier", address)]).await;
        }
        dialogue.say(&[("method", "code"), ("identifier", address)]).await;
        dialogue.say(&[("method", "code"), ("identifier", address), ("resend", "code")]).await;
        dialogue.say(&[("method", "code"), ("identifier", address)]).await;
        for _ in 0..wrong_ones {
            dialogue.say(&[("method", "code"), ("identifier", address), ("code", "000 000")]).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_account_sees_codes_being_sent() {
    for style in ["unified", "identifier_first"] {
        let changes = [
            ("narthex.security.hide_unknown_recipients", json!(true)),
            ("narthex.security.throttle.account", json!({ "tries": 5, "first_delay": "1h", "max_delay": "1h" })),
            ("selfservice.methods.code.config.max_submissions", json!(3)),
            ("selfservice.flows.login.style", json!(style)),
        ];
        for server in servers(&changes).await {
            // A native client's tries are those of the address, and so is what it waits for afterwards.
            for way in [Way::Native, Way::Script, Way::Form] {
                let (mut known, mut unknown) = (Dialogue::new(&server, way, KNOWN), Dialogue::new(&server, way, UNKNOWN));
                ask_for_codes(&mut known, style).await;
                ask_for_codes(&mut unknown, style).await;
                for (known, unknown) in known.seen.iter().zip(&unknown.seen) {
                    assert_eq!(known, unknown, "{way:?}");
                }
                assert!(known.counts("sent_email") > 0 && known.counts("4000035") == 0, "{:?}", known.seen);
                assert!(known.counts("4900001") > 0, "{:?}", known.seen);
                if way == Way::Native {
                    assert!(known.counts("4010008") > 0 && known.counts("too often") > 0, "{:?}", known.seen);
                }
            }
            assert_eq!((server.messages(KNOWN).await.len(), server.messages(UNKNOWN).await.len()), (12, 0));
            let events = server.admin().get("/admin/audit-events?type=login.failed&page_size=250").await;
            let unknown = events.text.matches("unknown_account").count();
            assert_eq!(unknown, 12, "{}", events.text);
            server.end().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn recovery_and_verification_tell_nothing_either() {
    for server in servers(&[("narthex.security.throttle.account", json!({ "tries": 2, "first_delay": "1h", "max_delay": "1h" }))]).await {
        for (kind, way) in [("recovery", Way::Native), ("recovery", Way::Script), ("verification", Way::Form)] {
            let (mut known, mut unknown) = (Dialogue::new(&server, way, KNOWN), Dialogue::new(&server, way, UNKNOWN));
            for dialogue in [&mut known, &mut unknown] {
                dialogue.begin(kind).await;
                dialogue.say(&[("method", "code"), ("email", dialogue.address)]).await;
                for _ in 0..3 {
                    dialogue.say(&[("method", "code"), ("code", "000 000")]).await;
                }
            }
            for (known, unknown) in known.seen.iter().zip(&unknown.seen) {
                assert_eq!(known, unknown, "{kind} {way:?}");
            }
            assert!(known.counts("4900001") > 0, "{:?}", known.seen);
        }
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_the_code_still_gets_in() {
    for server in servers(&[("narthex.security.hide_unknown_recipients", json!(true))]).await {
        let client = server.native();
        let flow = client.get("/self-service/login/api").await.at("/ui/action");
        client.post(&flow, &json!({ "method": "code", "identifier": UNKNOWN })).await;
        // The flow goes on with another address, and only that one's code counts.
        client.post(&flow, &json!({ "method": "code", "identifier": KNOWN, "resend": "code" })).await;
        let code = server.code(KNOWN).await;
        let refused = client.post(&flow, &json!({ "method": "code", "identifier": UNKNOWN, "code": code })).await;
        assert_eq!(refused.json()["ui"]["messages"][0]["id"], 4_010_008, "{}", refused.text);
        let signed_in = client.post(&flow, &json!({ "method": "code", "identifier": KNOWN, "code": code })).await;
        assert_eq!(signed_in.status, 200, "{}", signed_in.text);
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_account_is_told_so_unless_it_is_to_be_hidden() {
    for (mitigate, hide) in [(true, false), (false, true)] {
        let changes =
            [("narthex.security.hide_unknown_recipients", json!(hide)), ("security.account_enumeration.mitigate", json!(mitigate))];
        for server in servers(&changes).await {
            let client = server.native();
            let flow = client.get("/self-service/login/api").await.at("/ui/action");
            let told = client.post(&flow, &json!({ "method": "code", "identifier": UNKNOWN })).await;
            assert_eq!(told.json()["ui"]["messages"][0]["id"], 4_000_035, "{}", told.text);
            server.end().await;
        }
    }
}
