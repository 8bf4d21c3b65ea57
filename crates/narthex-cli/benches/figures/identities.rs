//! Administration at many identities: how fast they come in, and what looking one up costs once there are so many.

use std::net::SocketAddr;
use std::time::Instant;

use serde_json::{Value, json};

use crate::load::{Connection, Request, native};
use crate::server::Server;
use crate::visit::{Person, sign_in};

/// As many identities as one request of the admin API takes.
const AT_ONCE: usize = 1000;
/// Passwords in plain text that one request takes.
const PASSWORDS_AT_ONCE: usize = 200;
/// Connections that import at the same time.
const IMPORTERS: usize = 2;
/// How many of the people are looked up, so that no look-up is of one that was just there.
const LOOKED_UP: usize = 200;
/// The password of all who come in by the thousand.
const PASSWORD: &str = "Zq-of-all-imported";
/// What their hashes cost.
const COST: u32 = 4;

/// How the passwords of a batch come in.
#[derive(Clone, Copy)]
pub(crate) enum Passwords {
    /// Hashed already.
    Hashed,
    /// To be hashed by the server.
    Plain,
}

/// The people of one filling of a database.
pub(crate) struct People {
    name: String,
    count: usize,
}

impl People {
    /// Imports so many people whose addresses begin with `name`; the people, and how many came in a second.
    pub(crate) async fn import(server: &Server, name: &str, count: usize, passwords: Passwords) -> (Self, f64) {
        let size = match passwords {
            Passwords::Hashed => AT_ONCE,
            Passwords::Plain => PASSWORDS_AT_ONCE,
        };
        let hash = bcrypt::hash(PASSWORD, COST).expect("a hash");
        let config = match passwords {
            Passwords::Hashed => json!({ "hashed_password": hash }),
            Passwords::Plain => json!({ "password": PASSWORD }),
        };
        let began = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for importer in 0..IMPORTERS {
            let (name, address, config) = (name.to_owned(), server.admin(), config.clone());
            tasks.spawn(async move {
                let mut connection = Connection::open(address).await;
                for from in (importer * size..count).step_by(IMPORTERS * size) {
                    let batch: Vec<Value> = (from..count.min(from + size)).map(|number| document(&name, number, &config)).collect();
                    let body = json!({ "identities": batch }).to_string();
                    let status = connection.ask(&native("PATCH", "/admin/identities", "", &body)).await;
                    assert_eq!(status, 200, "a batch is not imported: {}", connection.json());
                }
            });
        }
        tasks.join_all().await;
        (Self { name: name.to_owned(), count }, count as f64 / began.elapsed().as_secs_f64())
    }

    /// Signs some of them in, all over the range; their ids and session tokens.
    async fn sign_in(&self, server: &Server) -> Vec<(String, String)> {
        let mut connection = Connection::open(server.public()).await;
        let mut signed_in = Vec::new();
        for number in (0..self.count).step_by((self.count / LOOKED_UP).max(1)) {
            let person = Person { email: email(&self.name, number), password: PASSWORD.to_owned() };
            let (status, body) = sign_in(&mut connection, &person).await;
            assert_eq!(status, 200, "an imported person cannot sign in: {body}");
            let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
            signed_in.push((text("/session/identity/id"), text("/session_token")));
        }
        signed_in
    }

    /// What is measured: name, listener, requests.
    pub(crate) async fn requests(&self, server: &Server) -> Vec<(&'static str, SocketAddr, Vec<Request>)> {
        let signed_in = self.sign_in(server).await;
        let whoami = signed_in.iter().map(|(_, token)| get("/sessions/whoami", &format!("X-Session-Token: {token}\r\n")));
        let by_id = signed_in.iter().map(|(id, _)| get(&format!("/admin/identities/{id}"), ""));
        let numbers = (0..self.count).step_by((self.count / LOOKED_UP).max(1));
        let by_identifier =
            numbers.map(|number| get(&format!("/admin/identities?credentials_identifier={}", email(&self.name, number)), ""));
        vec![
            ("whoami", server.public(), whoami.collect()),
            ("admin, get", server.admin(), by_id.collect()),
            ("admin, find by identifier", server.admin(), by_identifier.collect()),
            ("admin, list of 250", server.admin(), vec![get("/admin/identities?page_size=250", "")]),
        ]
    }
}

fn get(target: &str, headers: &str) -> Request {
    Request { bytes: native("GET", target, headers, ""), status: 200 }
}

fn email(name: &str, number: usize) -> String {
    format!("{name}-{number}@bench.example")
}

fn document(name: &str, number: usize, password: &Value) -> Value {
    json!({ "create": {
        "schema_id": "person",
        "traits": { "email": email(name, number), "name": { "first": "Ada", "last": number.to_string() } },
        "credentials": { "password": { "config": password } },
    } })
}
