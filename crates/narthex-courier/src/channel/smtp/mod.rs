//! Delivery by SMTP (RFC 5321), over connections that are kept for the next mail.
//! Never sends in the clear where STARTTLS is asked for, and never hands a mail over twice on its own.
//! Next: `uri.rs` says where to, `mail.rs` what.

mod mail;
mod uri;

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::address::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::{AsyncSmtpConnection, Identity, TlsParameters, TlsVersion};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use mail::{Letterhead, Mail};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::OnceCell;
use tokio::time::timeout;
use uri::{Protection, SmtpUri};

use super::Refusal;
use crate::error::CourierError;
use crate::settings::{ClientCertificate, SmtpServer};
use crate::store::Outgoing;

/// How long each of the three steps of a delivery may take: to connect and sign in, to agree on the envelope, to hand over.
const STEP: Duration = Duration::from_secs(10);
/// How long a connection is kept without use. Many servers hang up after some minutes.
const IDLE: Duration = Duration::from_secs(30);
/// Connections that are kept at most.
const KEPT: usize = 32;

/// A mail server and the connections to it.
pub(super) struct Smtp {
    uri: SmtpUri,
    local_name: ClientId,
    identity: Option<Identity>,
    letterhead: Letterhead,
    forbidden: Option<fn(IpAddr) -> bool>,
    /// Made when first needed: reading the system's certificates takes its time.
    tls: OnceCell<TlsParameters>,
    idle: Mutex<Vec<Kept>>,
}

struct Kept {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl Smtp {
    pub(super) fn new(server: &SmtpServer, forbidden: Option<fn(IpAddr) -> bool>) -> Result<Self, CourierError> {
        let uri = SmtpUri::parse(&server.connection_uri).map_err(|reason| CourierError::new("courier.smtp.connection_uri", reason))?;
        let name = &server.local_name;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(CourierError::new("courier.smtp.local_name", "is no host name"));
        }
        Ok(Self {
            uri,
            local_name: ClientId::Domain(name.clone()),
            identity: server.client_certificate.as_ref().map(identity).transpose()?,
            letterhead: Letterhead::new(server)?,
            forbidden,
            tls: OnceCell::new(),
            idle: Mutex::new(Vec::new()),
        })
    }

    /// Hands a mail over, by a kept connection if one still answers.
    pub(super) async fn deliver(&self, message: &Outgoing) -> Result<(), Refusal> {
        let mail = self.letterhead.write(message)?;
        let kept = match self.take() {
            Some(mut connection) => match limited(envelope(&mut connection, &mail)).await {
                Ok(()) => Some(connection),
                // Servers hang up on connections that waited or served long. Nothing was handed over yet.
                Err(failure) if failure.is_about_the_connection() => None,
                Err(failure) => return Err(self.told(&failure)),
            },
            None => None,
        };
        let mut connection = match kept {
            Some(connection) => connection,
            None => self.agreed(&mail).await.map_err(|failure| self.told(&failure))?,
        };
        match limited(connection.message(&mail.bytes)).await {
            Ok(_) => {
                self.keep(connection);
                Ok(())
            }
            Err(failure) => Err(self.told(&failure)),
        }
    }

    /// A new connection on which the envelope of this mail is agreed.
    async fn agreed(&self, mail: &Mail) -> Result<AsyncSmtpConnection, Failure> {
        let mut connection = limited(self.connect()).await?;
        limited(envelope(&mut connection, mail)).await?;
        Ok(connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let addresses = self.addresses().await?;
        let address = addresses.as_slice();
        let mut connection = match self.uri.protection {
            Protection::Implicit => {
                let tls = Some(self.tls().await?);
                AsyncSmtpConnection::connect_tokio1(address, Some(STEP), &self.local_name, tls, None).await?
            }
            Protection::None | Protection::StartTls => {
                let stream = TcpStream::connect(address).await?;
                // A mail's last line is a small write of its own, which must not wait for an acknowledgement.
                stream.set_nodelay(true)?;
                AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.local_name).await?
            }
        };
        if self.uri.protection == Protection::StartTls {
            connection.starttls(self.tls().await?, &self.local_name).await?;
        }
        // As the reference does, credentials are kept for servers that ask for them.
        if let (Some(credentials), true) = (&self.uri.credentials, asks_for_credentials(&connection)) {
            connection.auth(&MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    /// Where the server is, looked up before it is decided whether to go there: nobody else looks it up again.
    async fn addresses(&self) -> Result<Vec<SocketAddr>, Failure> {
        let found = lookup_host((self.uri.host.as_str(), self.uri.port)).await?;
        let allowed: Vec<SocketAddr> = found.filter(|found| !self.forbidden.is_some_and(|forbidden| forbidden(found.ip()))).collect();
        if allowed.is_empty() { Err(Failure::Forbidden) } else { Ok(allowed) }
    }

    async fn tls(&self) -> Result<TlsParameters, Failure> {
        let made = self.tls.get_or_try_init(|| async {
            let builder = TlsParameters::builder(self.uri.server_name.clone())
                .set_min_tls_version(TlsVersion::Tlsv12)
                .dangerous_accept_invalid_certs(self.uri.accepts_any_certificate)
                .dangerous_accept_invalid_hostnames(self.uri.accepts_any_certificate);
            let builder = match &self.identity {
                Some(identity) => builder.identify_with(identity.clone()),
                None => builder,
            };
            let built = tokio::task::spawn_blocking(move || builder.build()).await;
            built.map_err(|_| Failure::Interrupted)?.map_err(Failure::Smtp)
        });
        made.await.cloned()
    }

    fn take(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|kept| kept.since.elapsed() < IDLE);
        idle.pop().map(|kept| kept.connection)
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(Kept { connection, since: Instant::now() });
        }
    }

    fn told(&self, failure: &Failure) -> Refusal {
        format!("{}:{}: {failure}", self.uri.host, self.uri.port)
    }
}

const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

fn asks_for_credentials(connection: &AsyncSmtpConnection) -> bool {
    connection.server_info().get_auth_mechanism(&MECHANISMS).is_some()
}

fn identity(files: &ClientCertificate) -> Result<Identity, CourierError> {
    let wrong = |key: &str, reason: String| CourierError::new(format!("courier.smtp.{key}"), reason);
    let read = |key: &str, path: &Path| std::fs::read(path).map_err(|error| wrong(key, format!("cannot read {}: {error}", path.display())));
    let pem = read("client_cert_path", &files.certificate)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let chain = chain.map_err(|error| wrong("client_cert_path", format!("is no PEM: {error}")))?;
    let [certificate, rest @ ..] = chain.as_slice() else {
        return Err(wrong("client_cert_path", "holds no certificate".into()));
    };
    if !rest.is_empty() {
        tracing::warn!("courier.smtp.client_cert_path: only the first certificate is sent");
    }
    let key = read("client_key_path", &files.key)?;
    // Despite the name of the function, the certificate must be DER.
    Identity::from_pem(certificate, &key).map_err(|error| wrong("client_key_path", error.to_string()))
}

/// Agrees on sender and recipient; then the server waits for the mail.
async fn envelope(connection: &mut AsyncSmtpConnection, mail: &Mail) -> Result<(), Failure> {
    // Text is always in seven bits; addresses need not be (RFC 6531).
    let beyond_ascii = !(is_ascii(&mail.from) && is_ascii(&mail.to));
    if beyond_ascii && !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
        return Err(Failure::AsciiOnly);
    }
    let parameters = if beyond_ascii { vec![MailParameter::SmtpUtfEight] } else { Vec::new() };
    connection.command(MailFrom::new(Some(mail.from.clone()), parameters)).await?;
    connection.command(Rcpt::new(mail.to.clone(), Vec::new())).await?;
    connection.command(Data).await?;
    Ok(())
}

fn is_ascii(address: &Address) -> bool {
    AsRef::<str>::as_ref(address).is_ascii()
}

async fn limited<T, E: Into<Failure>>(step: impl Future<Output = Result<T, E>>) -> Result<T, Failure> {
    timeout(STEP, step).await.map_err(|_| Failure::Timeout)?.map_err(Into::into)
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("no answer within {} s", STEP.as_secs())]
    Timeout,
    #[error("interrupted")]
    Interrupted,
    #[error("the mail server is in a private network (clients.smtp.disallow_private_ip_ranges)")]
    Forbidden,
    #[error("the server takes no addresses beyond ASCII (SMTPUTF8)")]
    AsciiOnly,
    #[error("cannot connect: {0}")]
    Connect(#[from] std::io::Error),
    #[error("{0}")]
    Smtp(#[from] Error),
}

impl Failure {
    /// Whether another connection may fare better: it is broken, or the server closes it (421).
    fn is_about_the_connection(&self) -> bool {
        match self {
            Self::Smtp(error) => error.status().is_none_or(|code| u16::from(code) == 421) && !error.is_client(),
            Self::Connect(_) => true,
            Self::Timeout | Self::Interrupted | Self::Forbidden | Self::AsciiOnly => false,
        }
    }
}
