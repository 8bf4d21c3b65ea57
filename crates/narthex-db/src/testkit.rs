//! A PostgreSQL for tests: one server for each test process, an empty database for each call.
//! Never part of a server build, and never left running: the server ends with the process that started it.
//! Next: `tests/it/engines.rs` shows its use.

use std::fs::{self, File};
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio_postgres::{Config, NoTls};

/// The address of a fresh, empty database; `None`, said plainly on the error output, where there is
/// no PostgreSQL.
///
/// `NARTHEX_TEST_PG` names a server by its DSN, of a user who may create databases. Without it, an
/// installed one is started on a free port, without a password and without waiting for the disk.
///
/// # Panics
/// Where there is no PostgreSQL but `CI` is set, and where one does not work as it should: these are
/// failures of the tests' surroundings.
pub fn postgres() -> Option<String> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let Some(server) = SERVER.get_or_init(Server::find) else {
        assert!(std::env::var_os("CI").is_none(), "there must be a PostgreSQL in CI");
        eprintln!("skipped: no PostgreSQL; install it or set NARTHEX_TEST_PG");
        return None;
    };
    Some(server.fresh_database())
}

struct Server {
    /// The DSN up to the name of the database, and what follows it.
    base: String,
    query: String,
    /// Ends the server when its input closes, which it does when this process ends.
    _keeper: Option<Child>,
}

impl Server {
    fn find() -> Option<Self> {
        if let Ok(dsn) = std::env::var("NARTHEX_TEST_PG") {
            let (address, query) = dsn.split_once('?').unwrap_or((&dsn, ""));
            let (base, _) = address.rsplit_once('/').unwrap_or((address, ""));
            return Some(Self { base: base.to_owned(), query: query.to_owned(), _keeper: None });
        }
        let bin = installed()?;
        Some(start(&bin).unwrap_or_else(|error| fail(&format!("PostgreSQL in {}: {error}", bin.display()))))
    }

    fn url(&self, database: &str) -> String {
        format!("{}/{database}?{}", self.base, self.query)
    }

    fn fresh_database(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("narthex_test_{now}_{}_{number}", std::process::id());
        let url = self.url("postgres");
        let create = format!("CREATE DATABASE {name}");
        // In a thread of its own, as the caller may be inside a runtime.
        let created = std::thread::spawn(move || block_on(command(&url, &create))).join();
        match created {
            Ok(Ok(())) => self.url(&name),
            Ok(Err(error)) => fail(&format!("creating a database: {error}")),
            Err(_) => fail("creating a database"),
        }
    }
}

fn block_on(work: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(work)
}

async fn command(url: &str, sql: &str) -> Result<(), String> {
    let config: Config = url.parse().map_err(|error| format!("{error}"))?;
    let (client, connection) = config.connect(NoTls).await.map_err(|error| format!("{error:?}"))?;
    let driver = tokio::spawn(connection);
    let result = client.batch_execute(sql).await.map_err(|error| format!("{error:?}"));
    drop(client);
    driver.await.ok();
    result
}

/// The programs of the newest installed version.
fn installed() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        let bin = entry.path().join("bin");
        bin.join("initdb").exists().then_some((version, bin))
    });
    let debian = newest.max().map(|(_, bin)| bin);
    let in_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|dir| dir.join("initdb").exists())
    };
    debian.or_else(in_path)
}

fn start(bin: &Path) -> io::Result<Server> {
    let dir = tempfile::Builder::new().prefix("narthex-pg-").tempdir()?.keep();
    let user = server_user()?;
    if let Some((uid, gid)) = user {
        chown(&dir, Some(uid), Some(gid))?;
    }
    let as_user = |program: &mut Command| {
        if let Some((uid, gid)) = user {
            program.uid(uid).gid(gid);
        }
        program.current_dir(&dir).stdout(Stdio::null()).stdin(Stdio::null());
    };
    let mut initdb = Command::new(bin.join("initdb"));
    initdb.args(["--no-sync", "--no-locale", "-E", "UTF8", "-A", "trust", "-U", "postgres", "-D"]).arg(dir.join("data"));
    as_user(&mut initdb);
    let output = initdb.stderr(Stdio::piped()).output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let mut keeper = Command::new("sh");
    keeper.args(["-c", KEEPER, "keeper"]).arg(bin.join("postgres")).arg(&dir).arg(port.to_string());
    as_user(&mut keeper);
    let log = File::create(dir.join("log"))?;
    let keeper = keeper.stdin(Stdio::piped()).stderr(log).spawn()?;
    let server =
        Server { base: format!("postgres://postgres@127.0.0.1:{port}"), query: "sslmode=disable".to_owned(), _keeper: Some(keeper) };
    server.await_start(&dir)?;
    Ok(server)
}

/// Runs the server `$1` in the directory `$2` on the port `$3` until the input closes.
const KEEPER: &str = r#"
"$1" -D "$2/data" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c fsync=off -c deadlock_timeout=100ms -c max_connections=300 -c shared_buffers=32MB < /dev/null &
cat > /dev/null
kill -QUIT $!
wait
rm -rf "$2"
"#;

impl Server {
    fn await_start(&self, dir: &Path) -> io::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            match block_on_thread(self.url("postgres")) {
                Ok(()) => return Ok(()),
                Err(error) if Instant::now() > deadline => {
                    let log = fs::read_to_string(dir.join("log")).unwrap_or_default();
                    return Err(io::Error::other(format!("it did not start: {error}\n{log}")));
                }
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }
}

fn block_on_thread(url: String) -> Result<(), String> {
    let thread = std::thread::spawn(move || block_on(command(&url, "SELECT 1")));
    thread.join().unwrap_or_else(|_| Err("the thread panicked".to_owned()))
}

/// The user to run as where this process is root, whom PostgreSQL refuses.
fn server_user() -> io::Result<Option<(u32, u32)>> {
    use std::os::unix::fs::MetadataExt;
    if fs::metadata("/proc/self")?.uid() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let ids = users.lines().find_map(|line| {
        let mut fields = line.strip_prefix("postgres:")?.split(':').skip(1);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    ids.map(Some).ok_or_else(|| io::Error::other("there is no user postgres to run it as"))
}

#[expect(clippy::panic, reason = "tests cannot go on without their surroundings")]
fn fail(message: &str) -> ! {
    panic!("{message}")
}
