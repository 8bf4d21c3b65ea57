//! The real program, killed in the middle of a delivery: nothing is lost, and each crash repeats a delivery at most once.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use narthex_db::{Batch, Db, Dsn, Options, params};
use narthex_testkit::{Client, as_url, base_config, set};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A server that takes mails and calls of web hooks. While it is told to hang it reads requests and never answers.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Taken>>);

/// Whether it hangs, and what came in: the path, and the id of a call or the body of a mail.
type Taken = (bool, Vec<(String, String)>);

impl Sink {
    fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let sink = self.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let sink = sink.clone();
                std::thread::spawn(move || sink.serve(&stream));
            }
        });
        url
    }

    fn serve(&self, stream: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
            let path = line.split(' ').nth(1)?.to_owned();
            let (mut id, mut length) = (String::new(), 0);
            loop {
                let mut header = String::new();
                reader.read_line(&mut header).ok()?;
                let Some((name, value)) = header.trim_end().split_once(": ") else { break };
                match name.to_ascii_lowercase().as_str() {
                    "content-length" => length = value.parse().ok()?,
                    "webhook-id" => value.clone_into(&mut id),
                    _ => {}
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
            let hangs = {
                let mut state = self.0.lock().unwrap();
                state.1.push((path, if id.is_empty() { String::from_utf8(body).unwrap() } else { id }));
                state.0
            };
            if hangs {
                // Until the other side is gone.
                let _ = reader.read_line(&mut String::new());
                return None;
            }
            let mut stream = stream;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").ok()?;
        }
    }

    fn hang(&self, hangs: bool) {
        self.0.lock().unwrap().0 = hangs;
    }

    /// What came in on this path.
    fn got(&self, path: &str) -> Vec<String> {
        self.0.lock().unwrap().1.iter().filter(|(to, _)| to == path).map(|(_, what)| what.clone()).collect()
    }

    async fn wait_for(&self, path: &str, count: usize) -> Vec<String> {
        for _ in 0..600 {
            let got = self.got(path);
            if got.len() >= count {
                return got;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{path} got {:?}, not {count}", self.got(path));
    }
}

struct Narthex {
    process: Child,
    url: String,
}

impl Drop for Narthex {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn program(args: &[&str], config: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_narthex"));
    command.args(args).arg("-c").arg(config).stdout(Stdio::null()).stderr(Stdio::null()).env_remove("DSN");
    command
}

async fn start(config: &Path, port: u16) -> Narthex {
    let narthex = Narthex {
        process: program(&["serve", "--dev", "--watch-courier"], config).spawn().unwrap(),
        url: format!("http://127.0.0.1:{port}"),
    };
    for _ in 0..600 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return narthex;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the server does not start");
}

/// A configuration whose mails and hooks go to `sink`, and the public port.
fn configure(directory: &TempDir, dsn: &str, sink: &str) -> (PathBuf, u16) {
    let ports = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let [public, admin] = ports.map(|port| port.local_addr().unwrap().port());
    let mut config = base_config(public, admin, dsn);
    let hook = json!({ "hook": "web_hook", "config": {
        "url": format!("{sink}/hook"), "method": "POST", "body": as_url("function(ctx) { who: ctx.identity.id }"), "response": { "ignore": true },
    } });
    for (key, value) in [
        ("narthex", json!({ "webhooks": { "outbox": { "enabled": true } } })),
        ("courier.delivery_strategy", json!("http")),
        ("courier.http.request_config", json!({ "url": format!("{sink}/mail"), "method": "POST" })),
        ("selfservice.flows.registration.after.password.hooks", json!([hook, { "hook": "session" }])),
    ] {
        set(&mut config, key, value);
    }
    let file = directory.path().join("kratos.json");
    std::fs::write(&file, config.to_string()).unwrap();
    (file, public)
}

async fn sign_up(narthex: &Narthex, email: &str) {
    let client = Client::new(&narthex.url).accepting("application/json");
    let flow = client.get("/self-service/registration/api").await;
    let body = json!({ "method": "password", "password": "kT4!quite-a-long-one", "traits": { "email": email } });
    assert_eq!(client.post(&flow.at("/ui/action"), &body).await.status, 200);
}

/// Lets claims run out that would hold for a minute yet.
async fn let_claims_run_out(db: &Db) {
    for table in ["courier_messages", "webhook_deliveries"] {
        let sql = format!("UPDATE {table} SET due_at = created_at WHERE status = 'processing'");
        db.write(Batch::durable().push(sql, params![])).await.unwrap();
    }
}

async fn open_rows(db: &Db) -> i64 {
    let mut open = 0;
    for table in ["courier_messages", "webhook_deliveries"] {
        let rows = db.query(format!("SELECT COUNT(*) FROM {table} WHERE due_at IS NOT NULL"), params![]).await.unwrap();
        open += rows[0].get::<i64>(0).unwrap();
    }
    open
}

async fn killed_in_the_middle(dsn: &str, directory: &TempDir) {
    let sink = Sink::default();
    let (config, port) = configure(directory, dsn, &sink.start());
    assert!(program(&["migrate", "sql", "up", "-e", "-y"], &config).env("DSN", dsn).status().unwrap().success());

    sink.hang(true);
    let mut first = start(&config, port).await;
    sign_up(&first, "a@example.org").await;
    let (mail, call) = (sink.wait_for("/mail", 1).await, sink.wait_for("/hook", 1).await);
    // SIGKILL: nothing is tidied up.
    first.process.kill().unwrap();
    first.process.wait().unwrap();

    sink.hang(false);
    let db = Db::open(&Dsn::parse(dsn).unwrap(), Options::default()).await.unwrap();
    let_claims_run_out(&db).await;
    let second = start(&config, port).await;
    sink.wait_for("/mail", 2).await;
    sink.wait_for("/hook", 2).await;
    for _ in 0..200 {
        if open_rows(&db).await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(open_rows(&db).await, 0);
    // The same mail and the same call, each once more; what comes afterwards comes once.
    let same = |mail: &str| serde_json::from_str::<Value>(mail).unwrap();
    let (mails, calls) = (sink.got("/mail"), sink.got("/hook"));
    assert_eq!((mails.len(), same(&mails[1])), (2, same(&mail[0])));
    assert_eq!(calls, [call[0].clone(), call[0].clone()]);
    sign_up(&second, "b@example.org").await;
    sink.wait_for("/mail", 3).await;
    sink.wait_for("/hook", 3).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!((sink.got("/mail").len(), sink.got("/hook").len()), (3, 3));
    db.close().await;
}

#[tokio::test]
async fn a_kill_in_the_middle_of_a_delivery_loses_nothing_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let dsn = format!("sqlite://{}/db.sqlite", directory.path().display());
    killed_in_the_middle(&dsn, &directory).await;
}

#[tokio::test]
async fn a_kill_in_the_middle_of_a_delivery_loses_nothing_on_postgres() {
    let Some(dsn) = narthex_db::testkit::postgres() else { return };
    killed_in_the_middle(&dsn, &tempfile::tempdir().unwrap()).await;
}
