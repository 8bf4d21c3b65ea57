//! The real program at its start and at its end, with nothing and with configurations that cannot work.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use narthex_testkit::Client;
use serde_json::json;

const BINARY: &str = env!("CARGO_BIN_EXE_narthex");

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The program in a directory of its own, and nothing of the surroundings but where programs are.
fn program(directory: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(args).current_dir(directory).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn start_with_nothing(directory: &Path, public: u16, admin: u16) -> Child {
    let mut command = program(directory, &["serve"]);
    let server = command.env("SERVE_PUBLIC_PORT", public.to_string()).env("SERVE_ADMIN_PORT", admin.to_string()).spawn().unwrap();
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", public)).is_err() {
        assert!(began.elapsed() < Duration::from_secs(30), "the server does not start");
        std::thread::sleep(Duration::from_millis(10));
    }
    server
}

/// Tells the server to end, as a service manager does.
fn terminate(server: Child) -> Output {
    let told = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert!(told.success());
    let began = Instant::now();
    let output = server.wait_with_output().unwrap();
    assert!(began.elapsed() < Duration::from_secs(10), "it took {:?} to end", began.elapsed());
    output
}

fn serve(directory: &Path, config: &str, more: &[&str]) -> (Option<i32>, String) {
    std::fs::write(directory.join("kratos.yml"), config).unwrap();
    let output = program(directory, &[&["serve", "-c", "kratos.yml"], more].concat()).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_in_the_audit_log_goes_to_the_log_of_the_server_too() {
    let place = tempfile::tempdir().unwrap();
    let (public, admin) = (free_port(), free_port());
    let directory = place.path().to_owned();
    let server = tokio::task::spawn_blocking(move || start_with_nothing(&directory, public, admin)).await.unwrap();
    let client = Client::new(&format!("http://127.0.0.1:{admin}"));
    let made = client.post("/admin/identities", &json!({ "traits": { "email": "who@example.org" } })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let event = client.get("/admin/audit-events").await;
    let output = tokio::task::spawn_blocking(move || terminate(server)).await.unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    let line = log.lines().find(|line| line.contains("narthex::audit")).unwrap_or_else(|| panic!("no event in {log}"));
    for part in ["identity.created", "admin", &event.at("/0/id"), &made.at("/id")] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
    assert!(!line.contains("who@example.org"), "{line}");
}

#[test]
fn steps_that_scripts_of_others_have_are_answered_for() {
    let run = |args: &[&str]| {
        let output = Command::new(BINARY).args(args).stdin(Stdio::null()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    for more in [&[][..], &["--dry-run"], &["-b", "10", "--batch-delay", "0s", "--start-after", "ci=1"]] {
        let (code, table, told) = run(&[&["migrate", "normalize-phone-numbers", "-e"], more].concat());
        assert_eq!(code, Some(0), "{told}");
        assert!(table.contains("SCANNED") && table.lines().last().is_some_and(|last| last.starts_with("TOTAL")), "{table}");
        assert!(told.contains("E.164"), "{told}");
    }
    let (code, _, told) = run(&["migrate", "sql", "down", "--steps", "1", "-y", "-e"]);
    assert!(code == Some(1) && told.contains("only ever add"), "{told}");
}

#[test]
fn a_server_started_with_nothing_keeps_its_secrets_to_itself_and_finds_everything_again() {
    let place = tempfile::tempdir().unwrap();
    let (public, admin) = (free_port(), free_port());
    let output = terminate(start_with_nothing(place.path(), public, admin));
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stdout).unwrap();
    for target in [format!("127.0.0.1:{public}/ui/registration"), format!("127.0.0.1:{admin}/ui/mailbox")] {
        assert!(said.contains(&target), "{said}");
    }
    let data = place.path().join("narthex-data");
    let file = data.join("secrets.json");
    let secrets = std::fs::read_to_string(&file).unwrap();
    assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o077, 0);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let log = String::from_utf8(output.stderr).unwrap();
    let document: serde_json::Value = serde_json::from_str(&secrets).unwrap();
    let values: Vec<&str> = document.as_object().unwrap().values().filter_map(serde_json::Value::as_str).collect();
    assert!(!values.is_empty(), "{document}");
    assert!(values.iter().all(|secret| !said.contains(secret) && !log.contains(secret)), "a secret was printed");

    let again = terminate(start_with_nothing(place.path(), public, admin));
    assert_eq!(again.status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), secrets);
    assert!(!String::from_utf8(again.stderr).unwrap().contains("applied migration"), "the database was there already");
}

#[test]
fn all_mistakes_of_a_configuration_are_told_at_once_with_their_places() {
    let place = tempfile::tempdir().unwrap();
    let config = "dsn: memory\nserve:\n  public:\n    port: \"many\"\nselfservice:\n  default_browser_return_url: http://x/\n  nonsense: 1\nidentity:\n  default_schema_id: x\n  schemas: []\n";
    let (code, said) = serve(place.path(), config, &[]);
    assert_eq!(code, Some(1));
    for told in
        ["kratos.yml:4:11: serve.public.port: found \"many\"", "kratos.yml:7:3: selfservice.nonsense", "kratos.yml:10:12: identity.schemas"]
    {
        assert!(said.contains(told), "{said}");
    }
}

#[test]
fn secrets_from_examples_are_refused_outside_of_development() {
    let place = tempfile::tempdir().unwrap();
    let config = json!({
        "dsn": "memory",
        "secrets": { "cookie": ["PLEASE-CHANGE-ME-I-AM-VERY-INSECURE"] },
        "selfservice": { "default_browser_return_url": "http://127.0.0.1/" },
        "identity": { "default_schema_id": "x", "schemas": [{ "id": "x", "url": "base64://e30=" }] },
    });
    let (code, said) = serve(place.path(), &config.to_string(), &[]);
    assert_eq!(code, Some(1));
    assert!(said.contains("secrets.cookie.0") && said.contains("--dev"), "{said}");
    assert!(!said.contains("PLEASE-CHANGE-ME"), "{said}");
}

#[test]
fn settings_that_contradict_each_other_are_warned_about_by_name() {
    let place = tempfile::tempdir().unwrap();
    let warned = |mitigate: bool| {
        let config = json!({
            // Nobody has made its tables, so that the server does not go on.
            "dsn": "sqlite://db.sqlite",
            "secrets": { "cookie": ["kRz8nCw2-vTq5hXy7-bLm3pDf9-jGs6aEu4"] },
            "selfservice": { "default_browser_return_url": "http://127.0.0.1/" },
            "identity": { "default_schema_id": "x", "schemas": [{ "id": "x", "url": "base64://eyJwcm9wZXJ0aWVzIjp7InRyYWl0cyI6eyJ0eXBlIjoib2JqZWN0IiwicHJvcGVydGllcyI6eyJuYW1lIjp7InR5cGUiOiJzdHJpbmcifX19fX0=" }] },
            "security": { "account_enumeration": { "mitigate": mitigate } },
            "narthex": { "security": { "hide_unknown_recipients": true } },
        });
        let (code, said) = serve(place.path(), &config.to_string(), &[]);
        assert_eq!(code, Some(1));
        assert!(said.contains("narthex migrate sql up"), "{said}");
        said.contains("narthex.security.hide_unknown_recipients has no effect")
    };
    assert!(warned(false) && !warned(true));
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_left_alone() {
    let place = tempfile::tempdir().unwrap();
    let dsn = format!("sqlite://{}/db.sqlite", place.path().display());
    let migrate = || program(place.path(), &["migrate", "sql", "up", "-e", "-y"]).env("DSN", &dsn).output().unwrap();
    assert!(migrate().status.success());
    let db = narthex_db::Db::open(&narthex_db::Dsn::parse(&dsn).unwrap(), narthex_db::Options::default()).await.unwrap();
    let later = "INSERT INTO narthex_migrations SELECT 9999, 'of tomorrow', applied_at FROM narthex_migrations WHERE number = 1";
    db.write(narthex_db::Batch::durable().push(later, narthex_db::params![])).await.unwrap();
    db.close().await;
    let refused = migrate();
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("9999"), "{said}");
}
