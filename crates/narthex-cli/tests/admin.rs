//! The real program against a server's admin listener: imports of any size, keys and certificates.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use narthex_db::{Batch, params};
use narthex_testkit::{Client, Database, TestServer};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_narthex");

fn command(endpoint: &str, args: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(args).args(["--endpoint", endpoint]).stdin(Stdio::null());
    command
}

async fn run(mut command: Command) -> (bool, String, String) {
    let Output { status, stdout, stderr } = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    (status.success(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

async fn stored(server: &TestServer) -> i64 {
    let rows = server.app().db.query("SELECT COUNT(*) FROM identities", params![]).await.unwrap();
    rows[0].get(0).unwrap()
}

/// Whether the document of this number is one that cannot be imported.
fn is_bad(number: usize, every: usize) -> bool {
    number % every == every / 2
}

/// Documents on a line each; every so many one cannot be read, follows no schema, or has a member that no identity has.
fn write_people(path: &Path, count: usize, every: usize, padding: usize) {
    let mut file = std::io::BufWriter::new(fs::File::create(path).unwrap());
    let padding = "x".repeat(padding);
    for number in 0..count {
        let good = json!({ "traits": { "email": format!("p{number}@example.org") }, "metadata_public": { "padding": padding } });
        let line = match (is_bad(number, every), number / every % 3) {
            (false, _) => good.to_string(),
            (true, 0) => "{\"traits\": {".to_owned(),
            (true, 1) => json!({ "traits": { "email": "no address" } }).to_string(),
            (true, _) => json!({ "traits": { "email": format!("p{number}@example.org") }, "colour": "red" }).to_string(),
        };
        writeln!(file, "{line}").unwrap();
    }
}

fn reported(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_import_survives_its_death_in_bounded_memory_and_reports_what_was_refused() {
    const COUNT: usize = 20_000;
    const EVERY: usize = 1000;
    let server = TestServer::start().await;
    let place = server.directory();
    let (people, resume, report) = (place.join("people.jsonl"), place.join("resume.json"), place.join("report.jsonl"));
    write_people(&people, COUNT, EVERY, 3000);
    let arguments = [
        "import",
        "identities",
        people.to_str().unwrap(),
        "--format",
        "json",
        "--resume-file",
        resume.to_str().unwrap(),
        "--report",
        report.to_str().unwrap(),
    ];
    let mut first = command(&server.admin_url, &arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (began, mut peak) = (Instant::now(), 0);
    loop {
        assert!(began.elapsed() < Duration::from_secs(120), "the import does not get going");
        assert!(first.try_wait().unwrap().is_none(), "the import ended by itself");
        peak = peak.max(peak_memory(first.id()));
        let done = fs::read(&resume).ok().and_then(|text| serde_json::from_slice::<Value>(&text).ok());
        if done.is_some_and(|done| done["sources"][0]["documents"].as_u64() >= Some(5000)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    first.kill().unwrap();
    first.wait().unwrap();
    // 60 MB were to be read; a program that keeps them would show.
    assert!(peak < 50_000, "{peak} kB");

    let (ended_well, sums, errors) = run(command(&server.admin_url, &arguments)).await;
    assert!(!ended_well, "some were refused");
    let bad: Vec<u64> = (0..COUNT).filter(|number| is_bad(*number, EVERY)).map(|number| number as u64).collect();
    let sums: Value = serde_json::from_str(&sums).unwrap();
    assert_eq!(sums["refused"], bad.len(), "{sums} {errors}");
    assert_eq!(sums["imported"].as_u64().unwrap() + sums["already_there"].as_u64().unwrap(), (COUNT - bad.len()) as u64, "{sums}");
    assert_eq!(stored(&server).await, i64::try_from(COUNT - bad.len()).unwrap());
    let refused = reported(&report);
    assert_eq!(refused.iter().map(|line| line["index"].as_u64().unwrap()).collect::<Vec<_>>(), bad);
    assert!(refused.iter().all(|line| line["line"].as_u64().unwrap() == line["index"].as_u64().unwrap() + 1));

    // Once more: there is nothing left to do. Other documents are not taken for the same.
    let (_, again, _) = run(command(&server.admin_url, &arguments)).await;
    assert_eq!(serde_json::from_str::<Value>(&again).unwrap(), sums);
    write_people(&people, 10, 1000, 0);
    let (_, _, errors) = run(command(&server.admin_url, &arguments)).await;
    assert!(errors.contains("belongs to another import"), "{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_interrupted_try_had_stored_is_told_from_what_is_taken_by_another() {
    let server = TestServer::start().await;
    let place = server.directory();
    let (people, resume, report) = (place.join("people.jsonl"), place.join("resume.json"), place.join("report.jsonl"));
    let file = |path: &Path| path.to_str().unwrap().to_owned();
    let arguments =
        ["import", "identities", &file(&people), "--format", "json", "--resume-file", &file(&resume), "--report", &file(&report)];
    // As it is when a try ends before it has noted anything down.
    fs::write(&people, "").unwrap();
    run(command(&server.admin_url, &arguments)).await;
    let person = |number: usize, name: &str| json!({ "traits": { "email": format!("p{number}@example.org"), "name": { "first": name } } });
    let admin = server.admin();
    for stored in [person(0, "Ada"), person(1, "Bob")] {
        assert_eq!(admin.post("/admin/identities", &stored).await.status, 201);
    }
    let lines = [person(0, "Ada"), person(1, "Bert"), person(2, "Cleo")].map(|person| format!("{person}\n"));
    fs::write(&people, lines.concat()).unwrap();
    let (ended_well, sums, errors) = run(command(&server.admin_url, &arguments)).await;
    let sums: Value = serde_json::from_str(&sums).unwrap();
    assert_eq!((ended_well, sums), (false, json!({ "imported": 1, "refused": 1, "already_there": 1 })), "{errors}");
    let refused = reported(&report);
    assert_eq!(refused.iter().map(|line| (line["index"].as_u64(), line["status"].as_u64())).collect::<Vec<_>>(), [(Some(1), Some(409))]);
}

/// The most memory that a process has had, in kB.
fn peak_memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_sees_how_far_an_import_is_and_nothing_else_does() {
    if Command::new("script").arg("--version").output().is_err() {
        return eprintln!("skipped: there is no program script that has a terminal");
    }
    // Passwords that take their time, so that there is something to see.
    let server = TestServer::builder().set("hashers.bcrypt.cost", 11).start().await;
    let people = server.directory().join("people.jsonl");
    let person = |number: usize| {
        let password = json!({ "config": { "password": format!("kT4!quite-a-long-one-{number}") } });
        json!({ "traits": { "email": format!("p{number}@example.org") }, "credentials": { "password": password } }).to_string()
    };
    fs::write(&people, (0..20).map(person).collect::<Vec<_>>().join("\n")).unwrap();
    let (program, people) = (format!("{BINARY} import identities --endpoint {}", server.admin_url), people.to_str().unwrap());
    // `script` runs a line at a terminal of its own, and shows what that does.
    let at_a_terminal = async |line: &str| {
        let mut script = Command::new("script");
        script.args(["-qec", line, "/dev/null"]).stdin(Stdio::null());
        run(script).await.1
    };
    let seen = at_a_terminal(&format!("{program} {people}")).await;
    assert!(seen.contains("[#") && seen.contains(" %  ") && seen.contains(" imported, 0 refused, "), "{seen}");
    let report = server.directory().join("report.jsonl");
    let seen = at_a_terminal(&format!("(sleep 1; cat {people}) | {program} --report {}", report.display())).await;
    assert!(seen.contains("0 imported, 20 refused, "), "the length of a stream is not known: {seen}");
    let (_, _, errors) = run(command(&server.admin_url, &["import", "identities", people])).await;
    assert!(errors.contains("people.jsonl") && !errors.contains('\u{1b}') && !errors.contains("[#"), "{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_array_of_many_is_imported_on_both_databases_and_ids_are_printed_as_they_come() {
    for database in [Database::Sqlite, Database::Postgres] {
        let Some(server) = TestServer::builder().on(database).try_start().await.unwrap() else { continue };
        let people: Vec<Value> = (0..1500).map(|n| json!({ "traits": { "email": format!("p{}@example.org", n % 1400) } })).collect();
        let file = server.directory().join("people.json");
        fs::write(&file, Value::from(people).to_string()).unwrap();
        let (ended_well, ids, errors) = run(command(&server.admin_url, &["import", "identities", "-q", file.to_str().unwrap()])).await;
        assert!(!ended_well);
        assert_eq!((ids.lines().count(), stored(&server).await), (1400, 1400));
        assert!(errors.contains("people.json[1400]: ") && errors.contains("and 80 more"), "{errors}");
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_was_cut_off_is_brought_to_its_end_by_the_next_one() {
    for database in [Database::Sqlite, Database::Postgres] {
        let Some(server) = TestServer::builder().on(database).try_start().await.unwrap() else { continue };
        let person = json!({ "traits": { "email": "ada@example.org" } });
        assert_eq!(server.admin().post("/admin/identities", &person).await.status, 201);
        let db = &server.app().db;
        db.write(Batch::durable().push("UPDATE identities SET searched_version = NULL", params![])).await.unwrap();
        let mut up = Command::new(BINARY);
        up.args(["migrate", "sql", "up", "-y", server.config()["dsn"].as_str().unwrap()]);
        let (ended_well, told, errors) = run(up).await;
        assert!(ended_well && told.contains("up to date"), "{told}{errors}");
        let left = "SELECT id FROM identities WHERE searched_version IS NULL";
        assert!(db.query(left, params![]).await.unwrap().is_empty());
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_no_further_disturbs_no_command() {
    let server = TestServer::start().await;
    let people = server.directory().join("people.json");
    let all: Vec<Value> = (0..3).map(|n| json!({ "traits": { "email": format!("p{n}@example.org") } })).collect();
    fs::write(&people, Value::from(all).to_string()).unwrap();
    let report = server.directory().join("report.jsonl");
    let import = ["import", "identities", "-q", people.to_str().unwrap(), "--report", report.to_str().unwrap()];
    let database = ["migrate", "sql", "status", &format!("sqlite://{}/db.sqlite", server.directory().display())];
    let remote = |args: &[&str]| command(&server.admin_url, args);
    let local = |args: &[&str]| {
        let mut command = Command::new(BINARY);
        command.args(args);
        command
    };
    for mut command in [
        remote(&import),
        remote(&["list", "identities"]),
        remote(&["remote", "version"]),
        local(&["completion", "bash"]),
        local(&["version"]),
        local(&["--help"]),
        local(&["migrate"]),
        local(&["generate", "api-key", "deploy"]),
        local(&database),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        let (error_reader, error_writer) = std::io::pipe().unwrap();
        drop((reader, error_reader));
        let shown = format!("{command:?}");
        let status = tokio::task::spawn_blocking(move || command.stdout(writer).stderr(error_writer).status().unwrap()).await.unwrap();
        assert_eq!(status.code(), Some(0), "{shown}");
    }
    assert_eq!(stored(&server).await, 3, "what goes unheard is done all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_checked_line_by_line_and_nothing_is_stored() {
    let server = TestServer::start().await;
    let file = server.directory().join("people.jsonl");
    let mut text = String::new();
    for number in 0..3 {
        writeln!(text, "{}", json!({ "schema_id": "default", "traits": { "email": format!("p{number}@example.org") } })).unwrap();
    }
    fs::write(&file, &text).unwrap();
    let validate = ["validate", "identities", file.to_str().unwrap()];
    let (valid, told, _) = run(command(&server.admin_url, &validate)).await;
    assert!(valid && told.contains('3'), "{told}");
    fs::write(&file, format!("{text}{}\n", json!({ "schema_id": "default", "traits": { "email": 7 } }))).unwrap();
    let (valid, told, errors) = run(command(&server.admin_url, &validate)).await;
    assert!(!valid && told.is_empty() && errors.contains("people.jsonl[3]: traits.email"), "{errors}");
    assert_eq!(stored(&server).await, 0);
}

/// A key, and its entry of the configuration.
async fn new_key(name: &str) -> (String, Value) {
    let mut command = Command::new(BINARY);
    command.args(["generate", "api-key", name, "--format", "json"]);
    let (_, told, _) = run(command).await;
    let told: Value = serde_json::from_str(&told).unwrap();
    (told["key"].as_str().unwrap().to_owned(), told["config"]["narthex"]["admin"]["api_keys"][0].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_are_keys_only_health_is_told_without_one() {
    let (key, entry) = new_key("deploy").await;
    let (unknown, _) = new_key("unknown").await;
    let mut server = TestServer::builder().set("narthex.admin.api_keys", json!([entry])).start().await;
    for path in
        ["/admin/identities", "/identities", "/version", "/metrics/prometheus", "/admin/health/config", "/nowhere", "/health/alive/"]
    {
        let answer = server.admin().get(path).await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer"), "{path}");
        assert_eq!(answer.json()["error"]["code"], 401);
    }
    for path in ["/health/alive", "/health/ready", "/admin/health/ready"] {
        assert_eq!(server.admin().get(path).await.status, 200, "{path}");
    }
    assert_eq!(server.native().get("/schemas").await.status, 200, "the public listener asks nobody");
    let list = ["list", "identities", "--format", "json"];
    assert!(!run(command(&server.admin_url, &list)).await.0);
    let (ended_well, _, errors) = run(command(&server.admin_url, &[&list[..], &["--api-key", &unknown]].concat())).await;
    assert!(!ended_well && !errors.contains(&unknown), "{errors}");
    let mut by_environment = command(&server.admin_url, &list);
    by_environment.env("NARTHEX_ADMIN_API_KEY", &key);
    assert!(run(by_environment).await.0);
    // Another key in its place counts from the next request on.
    let (next, entry) = new_key("deploy").await;
    server.reconfigure("narthex.admin.api_keys", json!([entry]));
    server.app().reload.ask().await;
    assert_eq!(server.admin().with_header("authorization", &format!("Bearer {key}")).get("/version").await.status, 401);
    assert_eq!(server.admin().with_header("authorization", &format!("Bearer {next}")).get("/version").await.status, 200);
}

#[tokio::test]
async fn what_is_no_hash_and_an_authority_without_tls_are_refused_at_start() {
    let plain = json!([{ "name": "a", "hash": "a-key-in-plain-text" }]);
    let error = TestServer::builder().set("narthex.admin.api_keys", plain).try_start().await.err().unwrap().to_string();
    assert!(error.contains("narthex.admin.api_keys.0.hash") && !error.contains("a-key-in-plain-text"), "{error}");
    let error = TestServer::builder().set("narthex.admin.client_ca", "/ca.pem").try_start().await.err().unwrap().to_string();
    assert!(error.contains("narthex.admin.client_ca") && error.contains("serve.admin.tls"), "{error}");
}

/// An authority with certificates of its own, in files.
struct Authority {
    place: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(place: &Path, name: &str) -> Self {
        let place = place.join(name);
        fs::create_dir(&place).unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        fs::write(place.join("ca.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
        Self { place, issuer: Issuer::new(params, key) }
    }

    /// The files of a certificate for this name, and of its key.
    fn issue(&self, name: &str) -> (PathBuf, PathBuf) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        let files = (self.place.join(format!("{name}.pem")), self.place.join(format!("{name}.key")));
        fs::write(&files.0, certificate.pem()).unwrap();
        fs::write(&files.1, key.serialize_pem()).unwrap();
        files
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_clients_with_a_certificate_of_the_authority_are_talked_to() {
    let place = tempfile::tempdir().unwrap();
    let (ours, others) = (Authority::new(place.path(), "ours"), Authority::new(place.path(), "others"));
    let (cert, key) = ours.issue("localhost");
    let ca = ours.place.join("ca.pem");
    let server = TestServer::builder()
        .set("serve.admin.tls", json!({ "key": { "path": key }, "cert": { "path": cert } }))
        .set("narthex.admin.client_ca", json!(ca))
        .start()
        .await;
    let endpoint = server.admin_url.replace("http://127.0.0.1", "https://localhost");
    let status = |authority: Option<&Authority>| {
        let mut status = command(&endpoint, &["remote", "version", "--tls-ca", ca.to_str().unwrap()]);
        if let Some(authority) = authority {
            let (cert, key) = authority.issue("client");
            status.arg("--tls-cert").arg(cert).arg("--tls-key").arg(key);
        }
        status
    };
    let (ended_well, version, errors) = run(status(Some(&ours))).await;
    assert!(ended_well && version.contains("VERSION"), "{errors}");
    let (strangers, nobody) = tokio::join!(run(status(Some(&others))), run(status(None)));
    assert!(!strangers.0 && !nobody.0);
    let kept = "SELECT DISTINCT details FROM audit_events WHERE type = 'request.refused' ORDER BY details";
    let rows = server.app().db.query(kept, params![]).await.unwrap();
    let reasons: Vec<String> = rows.iter().map(|row| row.get(0).unwrap()).collect();
    assert_eq!(reasons, [r#"{"reason":"no_certificate"}"#, r#"{"reason":"wrong_certificate"}"#]);
    assert_eq!(Client::new(&server.public_url).get("/health/alive").await.status, 200);
}

#[test]
fn an_admin_listener_that_others_can_reach_without_a_key_is_warned_of_and_starts() {
    let place = tempfile::tempdir().unwrap();
    let port = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (public, admin) = (port(), port());
    let dsn = format!("sqlite://{}/db.sqlite", place.path().display());
    let mut config = narthex_testkit::base_config(public, admin, &dsn);
    narthex_testkit::set(&mut config, "serve.admin.host", json!("0.0.0.0"));
    narthex_testkit::set(&mut config, "log.level", json!("warning"));
    let file = place.path().join("kratos.json");
    fs::write(&file, config.to_string()).unwrap();
    assert!(
        Command::new(BINARY).args(["migrate", "sql", "up", "-e", "-y", "-c"]).arg(&file).stdout(Stdio::null()).status().unwrap().success()
    );
    let mut server =
        Command::new(BINARY).args(["serve", "--dev", "-c"]).arg(&file).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", admin)).is_err() {
        assert!(began.elapsed() < Duration::from_secs(30), "the server does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    // Once it answers, it has said all that it says at its start.
    let mut connection = std::net::TcpStream::connect(("127.0.0.1", admin)).unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    connection.write_all(b"GET /health/alive HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    connection.read_exact(&mut [0; 12]).unwrap();
    server.kill().unwrap();
    let log = String::from_utf8(server.wait_with_output().unwrap().stderr).unwrap();
    assert!(log.contains("narthex.admin.api_keys"), "{log}");
}
