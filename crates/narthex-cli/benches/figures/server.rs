//! The server that is measured: this build's binary, started as its users start it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::load::{Connection, Request, native};
use crate::visit::{Person, sign_up};

const BINARY: &str = env!("CARGO_BIN_EXE_narthex");

/// The size of the binary in millions of bytes.
pub(crate) fn binary_size() -> f64 {
    std::fs::metadata(BINARY).map_or(0.0, |file| file.len() as f64 / 1e6)
}

/// A database to measure with.
pub(crate) struct Engine {
    name: &'static str,
    dsn: Option<String>,
}

impl Engine {
    /// All that can be had here.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = vec![Self { name: "SQLite", dsn: None }];
        match narthex_db::testkit::postgres() {
            Some(dsn) => all.push(Self { name: "PostgreSQL", dsn: Some(dsn) }),
            None => println!("no PostgreSQL was found: measured on SQLite only"),
        }
        all
    }

    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }
}

/// How passwords are hashed in a measurement.
#[derive(Clone, Copy)]
pub(crate) struct Hashing {
    /// The name of the measurement.
    pub name: &'static str,
    /// The keys of the configuration.
    pub config: &'static [(&'static str, &'static str)],
}

/// The least cost of bcrypt.
pub(crate) const BCRYPT_4: Hashing = Hashing { name: "bcrypt 4", config: &[("algorithm", "\"bcrypt\""), ("bcrypt", "{\"cost\": 4}")] };
/// The cost of bcrypt that the reference server has unless told otherwise.
pub(crate) const BCRYPT_12: Hashing = Hashing { name: "bcrypt 12", config: &[("algorithm", "\"bcrypt\""), ("bcrypt", "{\"cost\": 12}")] };
/// OWASP's costs of argon2id.
pub(crate) const ARGON2ID: Hashing = Hashing {
    name: "argon2id",
    config: &[("algorithm", "\"argon2\""), ("argon2", "{\"memory\": \"19MB\", \"iterations\": 2, \"parallelism\": 1}")],
};

/// A running server.
pub(crate) struct Server {
    process: Child,
    directory: tempfile::TempDir,
    public: SocketAddr,
    admin: SocketAddr,
    /// From the start of the process to its first answer.
    pub ready_after: Duration,
    /// Resident memory in kB, once it was ready.
    pub idle: u64,
}

impl Server {
    /// Starts a server with an empty database, and waits until it is ready.
    pub(crate) async fn start(engine: &Engine, hashing: Hashing) -> Self {
        Self::start_with(engine, hashing, &[]).await
    }

    /// The same, with these keys of the configuration, in dotted form, besides.
    pub(crate) async fn start_with(engine: &Engine, hashing: Hashing, changes: &[(&str, Value)]) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let ports = [free_port(), free_port()];
        let dsn = engine.dsn.clone().unwrap_or_else(|| format!("sqlite://{}/db.sqlite", directory.path().display()));
        let file = directory.path().join("kratos.json");
        let mut configured = config(&dsn, ports, &hashing);
        for (path, value) in changes {
            *path.split('.').fold(&mut configured, |node, name| &mut node[name]) = value.clone();
        }
        std::fs::write(&file, configured.to_string()).expect("a file");
        let migrated = Command::new(BINARY)
            .args(["migrate", "sql", "up", "-e", "-y", "-c"])
            .arg(&file)
            .env("DSN", &dsn)
            .stdout(Stdio::null())
            .status();
        assert!(migrated.expect("the binary runs").success(), "the database could not be migrated");
        let began = Instant::now();
        let log = std::fs::File::create(directory.path().join("log")).expect("a file");
        let process = Command::new(BINARY)
            .args(["serve", "--dev", "-c"])
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the binary runs");
        let public = SocketAddr::from(([127, 0, 0, 1], ports[0]));
        while std::net::TcpStream::connect(public).is_err() {
            assert!(began.elapsed() < Duration::from_secs(20), "the server does not start: see {}", directory.path().display());
            std::thread::sleep(Duration::from_micros(500));
        }
        let status = Connection::open(public).await.ask(&native("GET", "/health/ready", "", "")).await;
        assert_eq!(status, 200, "the server is not ready");
        let ready_after = began.elapsed();
        let admin = SocketAddr::from(([127, 0, 0, 1], ports[1]));
        let mut server = Self { process, directory, public, admin, ready_after, idle: 0 };
        server.idle = server.memory();
        server
    }

    /// Where it is.
    pub(crate) fn public(&self) -> SocketAddr {
        self.public
    }

    /// Where its admin listener is.
    pub(crate) fn admin(&self) -> SocketAddr {
        self.admin
    }

    /// The processor time that it has taken until now.
    pub(crate) fn processor_time(&self) -> Duration {
        /// How often a second Linux counts it.
        const TICKS: u64 = 100;
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap_or_default();
        // User and system time are the 12th and 13th field after the name.
        let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields).split(' ').skip(11).take(2);
        Duration::from_millis(fields.filter_map(|field| field.parse::<u64>().ok()).sum::<u64>() * 1000 / TICKS)
    }

    /// Resident memory in kB.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(PathBuf::from(format!("/proc/{}/status", self.process.id()))).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or(0)
    }

    /// What is measured, by its name.
    pub(crate) async fn requests(&self) -> Vec<(String, Request)> {
        let mut connection = Connection::open(self.public).await;
        let (status, done) = sign_up(&mut connection, &Person::random()).await;
        assert_eq!(status, 200, "nobody can sign up: {done}");
        let token = done["session_token"].as_str().unwrap_or_default();
        connection.ask(&native("GET", "/self-service/registration/api", "", "")).await;
        let flow = connection.json()["id"].as_str().unwrap_or_default().to_owned();
        let get = |target: &str, headers: &str, status| Request { bytes: native("GET", target, headers, ""), status };
        vec![
            ("alive".to_owned(), get("/health/alive", "", 200)),
            ("registration/browser, AJAX".to_owned(), get("/self-service/registration/browser", "Accept: application/json\r\n", 200)),
            ("registration/browser, link".to_owned(), get("/self-service/registration/browser", "Accept: text/html\r\n", 303)),
            (
                "registration/flows".to_owned(),
                get(&format!("/self-service/registration/flows?id={flow}"), "Accept: application/json\r\n", 200),
            ),
            ("whoami".to_owned(), get("/sessions/whoami", &format!("X-Session-Token: {token}\r\n"), 200)),
            ("whoami, nobody".to_owned(), get("/sessions/whoami", "", 401)),
        ]
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        // Its files go with the directory, which has to outlast it.
        let _ = self.directory.path();
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).map(|address| address.port()).expect("a free port")
}

fn config(dsn: &str, [public, admin]: [u16; 2], hashing: &Hashing) -> Value {
    let schema = json!({
        "type": "object",
        "properties": { "traits": {
            "type": "object", "required": ["email"], "additionalProperties": false,
            "properties": {
                "email": { "type": "string", "format": "email", "title": "Mail", "ory.sh/kratos": { "credentials": { "password": { "identifier": true } }, "recovery": { "via": "email" } } },
                "name": { "type": "object", "properties": { "first": { "type": "string", "title": "First name" }, "last": { "type": "string", "title": "Last name" } } },
            },
        } },
    });
    let hashers: Map<String, Value> =
        hashing.config.iter().map(|(key, text)| ((*key).to_owned(), serde_json::from_str(text).expect("JSON"))).collect();
    json!({
        "dsn": dsn,
        "log": { "level": "error" },
        "serve": {
            "public": { "host": "127.0.0.1", "port": public, "base_url": format!("http://127.0.0.1:{public}/"), "request_log": { "disable_for_health": true } },
            "admin": { "host": "127.0.0.1", "port": admin, "base_url": format!("http://127.0.0.1:{admin}/") },
        },
        "identity": { "default_schema_id": "person", "schemas": [{ "id": "person", "url": format!("base64://{}", base64(&schema.to_string())) }] },
        "secrets": { "cookie": ["bench-cookie-secret-0123456789"] },
        "hashers": hashers,
        "selfservice": {
            "default_browser_return_url": "http://ui.example/welcome",
            "methods": { "password": { "enabled": true, "config": { "haveibeenpwned_enabled": false } } },
            "flows": { "registration": { "style": "unified", "ui_url": "http://ui.example/registration", "after": { "password": { "hooks": [{ "hook": "session" }] } } }, "login": { "ui_url": "http://ui.example/login" } },
        },
    })
}

/// The text in base64.
pub(crate) fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}
