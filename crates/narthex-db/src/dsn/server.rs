//! The part of a DSN that names a server: PostgreSQL, or one that speaks its protocol.
//! Never connects; only sorts the parameters into ours, the driver's and those without meaning here.
//! Next: `postgres/connect.rs` and `postgres/tls.rs` use what is read here.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;

use super::DsnError;
use crate::Dialect;

/// A server's address, sorted.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ServerDsn {
    /// What the scheme promises; the server itself may turn out to be another.
    pub(crate) dialect: Dialect,
    /// The address with only the parameters that the driver reads. Holds the password.
    pub(crate) url: String,
    pub(crate) search_path: Option<String>,
    pub(crate) max_connections: Option<usize>,
    pub(crate) tls: TlsMode,
    pub(crate) files: TlsFiles,
}

/// How far a server's certificate is checked, as libpq names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TlsMode {
    Disable,
    /// TLS if the server has it, unchecked.
    Prefer,
    /// TLS or nothing; unchecked unless a root certificate is named.
    Require,
    /// The chain is checked, the name is not.
    VerifyCa,
    VerifyFull,
}

/// Certificates on disk.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct TlsFiles {
    pub(crate) roots: Option<PathBuf>,
    pub(crate) certificate: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
}

pub(super) fn dialect(scheme: &str) -> Option<Dialect> {
    match scheme {
        "postgres" | "postgresql" => Some(Dialect::Postgres),
        "cockroach" | "cockroachdb" | "crdb" | "crdb-postgres" => Some(Dialect::Cockroach),
        "yugabyte" | "yugabytedb" => Some(Dialect::Yugabyte),
        _ => None,
    }
}

impl ServerDsn {
    pub(super) fn read<'a>(
        dialect: Dialect,
        address: &str,
        pairs: impl Iterator<Item = (&'a str, &'a str)>,
        ignored: &mut Vec<String>,
    ) -> Result<Self, DsnError> {
        let mut dsn = Self {
            dialect,
            url: String::new(),
            search_path: None,
            max_connections: None,
            tls: TlsMode::Prefer,
            files: TlsFiles::default(),
        };
        let mut passed = Vec::new();
        for (key, value) in pairs {
            if PASSED_ON.contains(&key) {
                passed.push(format!("{key}={value}"));
            } else if !dsn.take(key, &decoded(key, value)?)? {
                ignored.push(key.to_owned());
            }
        }
        if !passed.iter().any(|pair| pair.starts_with("connect_timeout=")) {
            passed.push(format!("connect_timeout={CONNECT_SECONDS}"));
        }
        let port = (dialect == Dialect::Cockroach).then_some(COCKROACH_PORT);
        dsn.url = format!("postgres://{}?{}", with_port(address, port), passed.join("&"));
        if dsn.url.parse::<tokio_postgres::Config>().is_err() {
            return Err(DsnError::Invalid("not of the form scheme://user:password@host:port/name?key=value".to_owned()));
        }
        Ok(dsn)
    }

    /// Reads one parameter of ours; `false` if it has no meaning here.
    fn take(&mut self, key: &str, value: &str) -> Result<bool, DsnError> {
        match key {
            "sslmode" => self.tls = tls_mode(value)?,
            "sslrootcert" => self.files.roots = Some(value.into()),
            "sslcert" => self.files.certificate = Some(value.into()),
            "sslkey" => self.files.key = Some(value.into()),
            "search_path" => self.search_path = Some(value.to_owned()),
            "max_conns" => {
                let count = value.parse().map_err(|_| DsnError::Invalid(format!("max_conns={value} is not a number")))?;
                // 0 is "no limit" to the Go pool, which here means the usual number.
                self.max_connections = Some(count).filter(|count| *count > 0);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// The parameters that the driver reads itself.
const PASSED_ON: [&str; 14] = [
    "user",
    "password",
    "dbname",
    "host",
    "hostaddr",
    "port",
    "application_name",
    "options",
    "connect_timeout",
    "keepalives",
    "keepalives_idle",
    "target_session_attrs",
    "channel_binding",
    "load_balance_hosts",
];

/// Seconds to wait for a host that does not answer, unless the DSN says otherwise.
const CONNECT_SECONDS: u32 = 10;

const COCKROACH_PORT: u16 = 26257;

fn tls_mode(value: &str) -> Result<TlsMode, DsnError> {
    match value {
        "disable" => Ok(TlsMode::Disable),
        "allow" | "prefer" => Ok(TlsMode::Prefer),
        "require" => Ok(TlsMode::Require),
        "verify-ca" => Ok(TlsMode::VerifyCa),
        "verify-full" => Ok(TlsMode::VerifyFull),
        other => Err(DsnError::Invalid(format!("sslmode={other} is not one of disable, prefer, require, verify-ca, verify-full"))),
    }
}

fn decoded(key: &str, value: &str) -> Result<String, DsnError> {
    percent_decode_str(value).decode_utf8().map(std::borrow::Cow::into_owned).map_err(|_| DsnError::Invalid(format!("{key} is not UTF-8")))
}

/// Gives each host without a port the default one.
fn with_port(address: &str, port: Option<u16>) -> String {
    let Some(port) = port else {
        return address.to_owned();
    };
    let start = address.rfind('@').map_or(0, |at| at + 1);
    let (credentials, rest) = address.split_at(start);
    let (hosts, name) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let full = |host: &str| {
        let has_port = host.rsplit_once(']').map_or(host, |(_, after)| after).contains(':');
        if host.is_empty() || has_port { host.to_owned() } else { format!("{host}:{port}") }
    };
    let hosts: Vec<_> = hosts.split(',').map(full).collect();
    format!("{credentials}{}{name}", hosts.join(","))
}

/// `user:password@host/name` as `user:***@host/name`. Everything up to the last `@` counts as
/// credentials, as a password may hold an unescaped one.
pub(super) fn without_password(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((credentials, rest)) => match credentials.split_once(':') {
            Some((user, _)) => format!("{user}:***@{rest}"),
            None => address.to_owned(),
        },
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Dsn, Target};
    use super::*;

    fn server(text: &str) -> (ServerDsn, Vec<String>) {
        let dsn = Dsn::parse(text).unwrap();
        match dsn.target {
            Target::Server(server) => (*server, dsn.ignored),
            _ => panic!("{text} is a server"),
        }
    }

    #[test]
    fn schemes_name_the_dialect() {
        for (scheme, wanted) in [
            ("postgres", Dialect::Postgres),
            ("postgresql", Dialect::Postgres),
            ("cockroach", Dialect::Cockroach),
            ("crdb", Dialect::Cockroach),
            ("yugabyte", Dialect::Yugabyte),
        ] {
            assert_eq!(server(&format!("{scheme}://root@h/db")).0.dialect, wanted);
        }
    }

    #[test]
    fn parameters_are_sorted() {
        let (dsn, ignored) =
            server("postgres://u:p@h:1/db?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&max_conns=7&max_idle_conns=3&application_name=x");
        assert_eq!(dsn.tls, TlsMode::VerifyFull);
        assert_eq!(dsn.files.roots, Some("/etc/ca.pem".into()));
        assert_eq!(dsn.max_connections, Some(7));
        assert_eq!(ignored, ["max_idle_conns"]);
        assert_eq!(dsn.url, "postgres://u:p@h:1/db?application_name=x&connect_timeout=10");
    }

    #[test]
    fn cockroach_has_its_own_default_port() {
        let port = |text: &str| server(text).0.url.parse::<tokio_postgres::Config>().unwrap().get_ports().to_vec();
        assert_eq!(port("cockroach://root@h/db"), [26257]);
        assert_eq!(port("cockroach://root@h:99/db"), [99]);
        assert_eq!(port("cockroach://root:p%40w@[::1]/db"), [26257]);
        assert_eq!(port("cockroach://a,b:1/db"), [26257, 1]);
        assert_eq!(port("postgres://root@h:5433/db"), [5433]);
    }

    #[test]
    fn an_unknown_sslmode_is_refused() {
        assert!(Dsn::parse("postgres://h/db?sslmode=maybe").is_err());
        assert!(Dsn::parse("postgres://h/db?max_conns=lots").is_err());
    }
}
