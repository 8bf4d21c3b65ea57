//! `courier.smtp.connection_uri`, taken apart.
//! Never connects; refuses what it does not understand, by name, without showing the password.
//! Next: `mod.rs` connects by it.

use lettre::transport::smtp::authentication::Credentials;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protection {
    /// Not at all (`disable_starttls`).
    None,
    /// STARTTLS, or no mail (RFC 3207).
    StartTls,
    /// TLS from the first byte (RFC 8314).
    Implicit,
}

/// A mail server.
pub(super) struct SmtpUri {
    /// Name or address, without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) credentials: Option<Credentials>,
    pub(super) protection: Protection,
    /// The name that its certificate must have.
    pub(super) server_name: String,
    /// Whether any certificate will do (`skip_ssl_verify`).
    pub(super) accepts_any_certificate: bool,
}

impl SmtpUri {
    /// Takes a URI apart. The error says what is wrong with it.
    pub(super) fn parse(uri: &str) -> Result<Self, String> {
        let url = Url::parse(uri).map_err(|error| format!("is no URI: {error}"))?;
        let implicit = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            other => return Err(format!("has scheme {other}, not smtp or smtps")),
        };
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => return Err("names no host".into()),
        };
        let query = Query::parse(&url)?;
        if implicit && query.disable_starttls {
            return Err("disable_starttls has no meaning with smtps".into());
        }
        let (protection, port) = match (implicit, query.disable_starttls) {
            (true, _) => (Protection::Implicit, 465),
            (false, true) => (Protection::None, 25),
            (false, false) => (Protection::StartTls, 587),
        };
        Ok(Self {
            server_name: query.server_name.unwrap_or_else(|| host.clone()),
            port: url.port().unwrap_or(port),
            credentials: credentials(&url)?,
            host,
            protection,
            accepts_any_certificate: query.skip_ssl_verify,
        })
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, String> {
    let decoded = |text: &str| {
        let text = percent_decode_str(text).decode_utf8().map_err(|_| "has credentials that are not UTF-8")?;
        Ok::<_, String>(text.into_owned())
    };
    if url.username().is_empty() {
        return Ok(None);
    }
    let password = decoded(url.password().unwrap_or_default())?;
    Ok(Some(Credentials::new(decoded(url.username())?, password)))
}

#[derive(Default)]
struct Query {
    skip_ssl_verify: bool,
    disable_starttls: bool,
    server_name: Option<String>,
}

impl Query {
    fn parse(url: &Url) -> Result<Self, String> {
        let mut query = Self::default();
        for (name, value) in url.query_pairs() {
            match name.as_ref() {
                "skip_ssl_verify" => query.skip_ssl_verify = truth(&name, &value)?,
                "disable_starttls" => query.disable_starttls = truth(&name, &value)?,
                "server_name" if value.is_empty() => return Err("has an empty server_name".into()),
                "server_name" => query.server_name = Some(value.into_owned()),
                other => tracing::warn!(parameter = other, "courier.smtp.connection_uri: this parameter has no meaning"),
            }
        }
        Ok(query)
    }
}

/// The spellings of true and false that the reference takes.
fn truth(name: &str, value: &str) -> Result<bool, String> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" | "" => Ok(false),
        _ => Err(format!("has a {name} that is neither true nor false")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(uri: &str) -> String {
        SmtpUri::parse(uri).err().unwrap()
    }

    #[test]
    fn smtp_requires_starttls_unless_told_otherwise() {
        let uri = SmtpUri::parse("smtp://mail.example.org").unwrap();
        assert_eq!((uri.protection, uri.port), (Protection::StartTls, 587));
        let uri = SmtpUri::parse("smtp://127.0.0.1:1025/?disable_starttls=true").unwrap();
        assert_eq!((uri.protection, uri.port, uri.host.as_str()), (Protection::None, 1025, "127.0.0.1"));
        let uri = SmtpUri::parse("smtps://[::1]?skip_ssl_verify=1&server_name=mail.test").unwrap();
        assert_eq!((uri.protection, uri.port, uri.host.as_str()), (Protection::Implicit, 465, "::1"));
        assert!(uri.accepts_any_certificate);
        assert_eq!(uri.server_name, "mail.test");
    }

    #[test]
    fn credentials_are_percent_decoded() {
        let uri = SmtpUri::parse("smtp://me%40example.org:p%3Aw%2F%20@mail.example.org").unwrap();
        assert_eq!(uri.credentials, Some(Credentials::new("me@example.org".into(), "p:w/ ".into())));
        assert_eq!(SmtpUri::parse("smtp://mail.example.org").unwrap().credentials, None);
    }

    #[test]
    fn mistakes_are_named_and_passwords_are_not() {
        assert!(refused("http://mail.example.org").contains("http"));
        assert!(refused("mail.example.org").contains("no URI"));
        assert!(refused("smtp:///x").contains("host"));
        assert!(refused("smtps://h?disable_starttls=true").contains("disable_starttls"));
        let shown = refused("smtp://u:hunter2@h?skip_ssl_verify=maybe");
        assert!(shown.contains("skip_ssl_verify") && !shown.contains("hunter2"), "{shown}");
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused(uri in ".*") {
            let _ = SmtpUri::parse(&uri);
        }

        #[test]
        fn any_query_is_taken_or_refused(query in ".*") {
            if let Ok(uri) = SmtpUri::parse(&format!("smtps://h?{query}")) {
                prop_assert_eq!(uri.protection, Protection::Implicit);
            }
        }
    }
}
