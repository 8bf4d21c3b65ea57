//! The figures of the README: what a server of this build does on this machine, printed as tables.
//!
//! `cargo bench` measures everything; `cargo bench -- whoami` what has that word in its name. `SECONDS` sets the length of
//! each measurement (3 unless set), `CLIENTS` the numbers of clients (`16,64` unless set). Server, load and database share the
//! machine: quote figures only from a quiet one.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a measurement that cannot go on ends with a message"
)]

mod enumeration;
mod identities;
mod load;
mod report;
mod server;
mod visit;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use identities::{Passwords, People};
use load::{Connection, Load, Outcome, Request};
use server::{ARGON2ID, BCRYPT_4, BCRYPT_12, Engine, Server};
use visit::{Person, Visit};

/// So many people are there at first, and so many in the end.
const FEW: usize = 1_000;
/// People that come in with passwords in plain text.
const WITH_PASSWORDS: usize = 2_000;
/// Clients that look up identities.
const LOOKING: usize = 16;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let plan = Plan::read();
        println!("binary: {:.1} MB", server::binary_size());
        for engine in Engine::all() {
            plan.requests(&engine).await;
            plan.sign_ups(&engine).await;
            plan.logins(&engine).await;
            if plan.chose(enumeration::NAME) {
                enumeration::measure(&engine).await;
            }
            plan.identities(&engine).await;
        }
    });
}

/// What is to be measured, and how.
struct Plan {
    wanted: Vec<String>,
    duration: Duration,
    clients: Vec<usize>,
    identities: usize,
}

impl Plan {
    fn read() -> Self {
        let number = |name: &str, default: f64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
        let clients = std::env::var("CLIENTS").unwrap_or_else(|_| "16,64".to_owned());
        Self {
            wanted: std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect(),
            duration: Duration::from_secs_f64(number("SECONDS", 3.0)),
            clients: clients.split(',').filter_map(|text| text.trim().parse().ok()).collect(),
            identities: number("IDENTITIES", 1e6) as usize,
        }
    }

    fn chose(&self, name: &str) -> bool {
        self.wanted.is_empty() || self.wanted.iter().any(|word| name.contains(word.as_str()))
    }

    /// Single requests at an empty database.
    async fn requests(&self, engine: &Engine) {
        let server = Server::start(engine, BCRYPT_4).await;
        report::start(engine.name(), &server);
        report::head();
        for clients in &self.clients {
            for (name, request) in server.requests().await {
                if self.chose(&name) {
                    let outcome = self.load(&server, server.public(), *clients, vec![request]).await;
                    report::line(&name, *clients, &outcome);
                }
            }
        }
        report::memory(engine.name(), &server);
        self.without_memory(engine).await;
    }

    /// Whoami where each answer is looked up.
    async fn without_memory(&self, engine: &Engine) {
        let name = "whoami, looked up";
        if !self.chose(name) {
            return;
        }
        let changes = [("narthex", serde_json::json!({ "session": { "cache": "0s" } }))];
        let server = Server::start_with(engine, BCRYPT_4, &changes).await;
        for clients in &self.clients {
            for (_, request) in server.requests().await.into_iter().filter(|(name, _)| name == "whoami") {
                report::line(name, *clients, &self.load(&server, server.public(), *clients, vec![request]).await);
            }
        }
    }

    /// Whole registrations, and what else is answered meanwhile.
    async fn sign_ups(&self, engine: &Engine) {
        for hashing in [BCRYPT_4, ARGON2ID] {
            let name = format!("registration, {}", hashing.name);
            if !self.chose(&name) {
                continue;
            }
            let argon2id = hashing.name == ARGON2ID.name;
            let server = Server::start(engine, hashing).await;
            for clients in &self.clients {
                report::line(&name, *clients, &self.visits(&server, *clients, &Visit::SignUp).await);
            }
            if argon2id {
                report::head_of("while 16 clients sign up with argon2id");
                for (name, outcome) in load::beside_sign_ups(&server, self.duration).await {
                    report::line(&name, 16, &outcome);
                }
            }
        }
    }

    /// Whole logins. At a cost that matters, one client shows what one hash after the other gives.
    async fn logins(&self, engine: &Engine) {
        for (hashing, clients) in [(BCRYPT_4, &*self.clients), (ARGON2ID, &*self.clients), (BCRYPT_12, &[1, 8, 16])] {
            let name = format!("login, {}", hashing.name);
            if !self.chose(&name) {
                continue;
            }
            let server = Server::start(engine, hashing).await;
            let most = clients.iter().copied().max().unwrap_or_default();
            let visit = Visit::SignIn(Arc::new(people(&server, most).await));
            for clients in clients {
                report::line(&name, *clients, &self.visits(&server, *clients, &visit).await);
            }
        }
    }

    /// Look-ups among few and among many identities, and how fast identities come in.
    async fn identities(&self, engine: &Engine) {
        if !self.chose("identities") {
            return;
        }
        let server = Server::start(engine, BCRYPT_4).await;
        let (people, _) = People::import(&server, "few", FEW, Passwords::Hashed).await;
        self.look_ups(&server, &people, FEW).await;
        let (_, speed) = People::import(&server, "plain", WITH_PASSWORDS, Passwords::Plain).await;
        report::speed("identities imported, plain passwords (bcrypt 4)", speed);
        let (people, speed) = People::import(&server, "many", self.identities, Passwords::Hashed).await;
        report::speed("identities imported, hashed passwords", speed);
        self.look_ups(&server, &people, self.identities).await;
        report::memory(engine.name(), &server);
    }

    async fn look_ups(&self, server: &Server, people: &People, count: usize) {
        report::head_of(&format!("among {count} identities"));
        for (name, address, requests) in people.requests(server).await {
            report::line(name, LOOKING, &self.load(server, address, LOOKING, requests).await);
        }
    }

    async fn load(&self, server: &Server, address: SocketAddr, clients: usize, requests: Vec<Request>) -> Outcome {
        let load = Load { address, clients, duration: self.duration, requests };
        load.warm_up().await;
        timed(server, load.run()).await
    }

    async fn visits(&self, server: &Server, clients: usize, visit: &Visit) -> Outcome {
        timed(server, load::visits(server.public(), clients, self.duration, visit)).await
    }
}

/// With the processor time that the server took.
async fn timed(server: &Server, measured: impl Future<Output = Outcome>) -> Outcome {
    let before = server.processor_time();
    let outcome = measured.await;
    Outcome { processor_time: server.processor_time().saturating_sub(before), ..outcome }
}

/// Signs so many people up.
async fn people(server: &Server, count: usize) -> Vec<Person> {
    let mut connection = Connection::open(server.public()).await;
    let mut people = Vec::new();
    for _ in 0..count {
        let person = Person::random();
        let (status, body) = visit::sign_up(&mut connection, &person).await;
        assert_eq!(status, 200, "nobody can sign up: {body}");
        people.push(person);
    }
    people
}
