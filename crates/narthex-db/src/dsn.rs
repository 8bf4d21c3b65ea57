//! `Dsn`: which database to open, from the one line that operators write in `dsn`.
//! Never shows a password: its `Display` and `Debug` are safe to log.
//! Next: `dsn/server.rs` for the parameters of servers, `sqlite/` and `postgres/` open what is said here.

mod server;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

pub(crate) use server::{ServerDsn, TlsFiles, TlsMode};

/// A database address, checked.
///
/// - `memory`: a database of this process alone, gone with it
/// - `sqlite://relative/path`, `sqlite:///absolute/path`, with `?mode=rw` to refuse creating the file
/// - `postgres://user:password@host:port/name`, `postgresql://`, `cockroach://`, `crdb://`, `yugabyte://`,
///   with `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, `max_conns` and the usual libpq parameters
///
/// Parameters that only tune the Go drivers are accepted and listed by [`Dsn::ignored`].
#[derive(Clone, PartialEq, Eq)]
pub struct Dsn {
    pub(crate) target: Target,
    pub(crate) ignored: Vec<String>,
    shown: String,
}

/// What the address points to.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Memory,
    File { path: PathBuf, create: bool },
    Server(Box<ServerDsn>),
}

/// Why a DSN cannot be used. Names the scheme or parameter, never the password.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum DsnError {
    /// Nothing before `://`, and not `memory`.
    #[error("the DSN has no scheme; use memory, sqlite://, postgres:// or cockroach://")]
    NoScheme,
    /// A database that is not supported.
    #[error("the database scheme {0:?} is not supported; use memory, sqlite://, postgres:// or cockroach://")]
    Scheme(String),
    /// A part of the address that does not make sense.
    #[error("the DSN is not valid: {0}")]
    Invalid(String),
}

impl Dsn {
    /// Reads a DSN.
    ///
    /// # Errors
    /// [`DsnError`] for an unknown scheme (`MySQL` among them) or a parameter with a value that cannot be honoured.
    pub fn parse(text: &str) -> Result<Self, DsnError> {
        let text = text.trim();
        if text == "memory" {
            return Ok(Self { target: Target::Memory, ignored: Vec::new(), shown: text.to_owned() });
        }
        let (scheme, rest) = text.split_once("://").ok_or(DsnError::NoScheme)?;
        let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
        let pairs = || query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let mut ignored = Vec::new();
        let target = match scheme {
            "sqlite" | "sqlite3" => sqlite_target(address, pairs(), &mut ignored)?,
            _ => match server::dialect(scheme) {
                Some(dialect) => Target::Server(Box::new(ServerDsn::read(dialect, address, pairs(), &mut ignored)?)),
                None => return Err(DsnError::Scheme(scheme.to_owned())),
            },
        };
        let shown = match &target {
            Target::Server(_) => format!("{scheme}://{}", server::without_password(address)),
            _ => format!("{scheme}://{address}"),
        };
        Ok(Self { target, ignored, shown })
    }

    /// The parameters that were understood to have no meaning here, for a warning at the start.
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// Whether the data is gone when the process ends.
    pub fn is_memory(&self) -> bool {
        self.target == Target::Memory
    }
}

fn sqlite_target<'a>(
    address: &str,
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
    ignored: &mut Vec<String>,
) -> Result<Target, DsnError> {
    let path = address.strip_prefix("file:").unwrap_or(address);
    let mut memory = path == ":memory:";
    let mut create = true;
    for (key, value) in pairs {
        match (key, value) {
            ("mode", "memory") => memory = true,
            ("mode", "rwc") => create = true,
            ("mode", "rw") => create = false,
            ("mode", other) => {
                return Err(DsnError::Invalid(format!("mode={other} is not one of rwc, rw, memory")));
            }
            // Foreign keys are always on.
            ("_fk" | "_foreign_keys", "true" | "1" | "on") => {}
            _ => ignored.push(key.to_owned()),
        }
    }
    if memory {
        return Ok(Target::Memory);
    }
    if path.is_empty() {
        return Err(DsnError::Invalid("sqlite:// needs a path".to_owned()));
    }
    Ok(Target::File { path: PathBuf::from(path), create })
}

impl FromStr for Dsn {
    type Err = DsnError;

    fn from_str(text: &str) -> Result<Self, DsnError> {
        Self::parse(text)
    }
}

impl fmt::Display for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dsn({})", self.shown)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(path: &str, create: bool) -> Target {
        Target::File { path: path.into(), create }
    }

    #[test]
    fn sqlite_forms() {
        for (text, wanted) in [
            ("memory", Target::Memory),
            ("sqlite://:memory:?_fk=true", Target::Memory),
            ("sqlite://file::memory:?cache=shared", Target::Memory),
            ("sqlite://any?mode=memory", Target::Memory),
            ("sqlite://db.sqlite?_fk=true", file("db.sqlite", true)),
            ("sqlite:///var/lib/db.sqlite?_fk=true&mode=rwc", file("/var/lib/db.sqlite", true)),
            ("sqlite://file:/var/db?mode=rw", file("/var/db", false)),
        ] {
            assert!(Dsn::parse(text).unwrap().target == wanted, "{text}");
        }
    }

    #[test]
    fn what_has_no_meaning_is_listed() {
        let dsn = Dsn::parse("sqlite://db?_fk=true&cache=shared&_busy_timeout=100").unwrap();
        assert_eq!(dsn.ignored(), ["cache", "_busy_timeout"]);
    }

    #[test]
    fn what_cannot_be_honoured_is_refused_by_name() {
        assert_eq!(Dsn::parse("mysql://root:pw@tcp(x)/db"), Err(DsnError::Scheme("mysql".into())));
        assert_eq!(Dsn::parse("/var/lib/db"), Err(DsnError::NoScheme));
        assert!(Dsn::parse("sqlite://").is_err());
        assert!(Dsn::parse("sqlite://db?mode=ro").unwrap_err().to_string().contains("mode=ro"));
    }

    #[test]
    fn the_password_is_never_shown() {
        for text in [
            "postgres://me:hunter2@db.example:5432/kratos?sslmode=disable",
            "postgres://me:hunter@hunter2@db/kratos",
            "cockroach://me@db/kratos?password=hunter2",
        ] {
            let dsn = Dsn::parse(text).unwrap();
            let shown = format!("{dsn} {dsn:?}");
            assert!(!shown.contains("hunter"), "{shown}");
            assert!(shown.contains("db") && shown.contains("me"), "{shown}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}", scheme in "(sqlite|postgres|crdb)://", query in "[a-z_]{0,9}=?[%a-z0-9]{0,9}") {
            let _ = Dsn::parse(&text);
            let _ = Dsn::parse(&format!("{scheme}{text}?{query}"));
        }

        #[test]
        fn no_error_shows_a_password(user in "[a-z]{1,5}", password in "SECRET[A-Z]{1,5}", rest in "[a-z:/?&=%@\\[\\]]{0,30}") {
            let shown = match Dsn::parse(&format!("postgres://{user}:{password}@{rest}")) {
                Ok(dsn) => format!("{dsn} {dsn:?}"),
                Err(error) => format!("{error} {error:?}"),
            };
            prop_assert!(!shown.contains("SECRET"), "{}", shown);
        }
    }
}
