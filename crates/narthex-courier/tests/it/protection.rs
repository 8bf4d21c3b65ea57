//! TLS and credentials.

use std::sync::Arc;
use std::time::Duration;

use narthex_courier::{ClientCertificate, CourierError, Dispatcher, Email, HttpAuth, HttpRequest, Message, SmtpServer, Status};
use narthex_db::Db;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::{ServerConfig, WebPkiClientVerifier};

use crate::engines::on_sqlite;
use crate::post::{become_of, clock, ends, outside, queue, settings, smtp, start};
use crate::sink::{Sink, Tls};

struct Certificates {
    acceptor: TlsAcceptor,
    certificate_pem: String,
    key_pem: String,
}

/// A server certificate of its own making, which also serves as the one client certificate that is known.
fn certificates() -> Certificates {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["mail.test".to_owned()]).unwrap();
    let mut known = RootCertStore::empty();
    known.add(cert.der().clone()).unwrap();
    let provider = Arc::new(ring::default_provider());
    let clients =
        WebPkiClientVerifier::builder_with_provider(Arc::new(known), Arc::clone(&provider)).allow_unauthenticated().build().unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(clients)
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    Certificates { acceptor: TlsAcceptor::from(Arc::new(config)), certificate_pem: cert.pem(), key_pem: signing_key.serialize_pem() }
}

async fn delivered(db: &Db, server: SmtpServer, status: Status) -> Message {
    let id = queue(db, "ada@example.org").await;
    let dispatcher = start(db, &settings(Email::Smtp(server), 0));
    let message = become_of(db, id, status).await;
    dispatcher.stop(Duration::from_secs(5)).await;
    message
}

#[test]
fn starttls_is_used_when_the_server_has_it() {
    on_sqlite(async |db| {
        let sink = Sink::start_with(Tls::Upgraded(certificates().acceptor)).await;
        let uri = format!("smtp://127.0.0.1:{}/?skip_ssl_verify=true", sink.port);
        delivered(&db, smtp(&uri), Status::Sent).await;
        assert!(sink.mails()[0].encrypted);
    });
}

#[test]
fn without_starttls_nothing_is_said_unless_the_configuration_allows_it() {
    on_sqlite(async |db| {
        let sink = Sink::start().await;
        let uri = format!("smtp://user:secret@127.0.0.1:{}/", sink.port);
        let message = delivered(&db, smtp(&uri), Status::Abandoned).await;
        assert!(ends(&message)[0].contains("STARTTLS"), "{:?}", ends(&message));
        assert!(sink.mails().is_empty());
    });
}

#[test]
fn certificates_that_nobody_vouches_for_are_refused() {
    on_sqlite(async |db| {
        let sink = Sink::start_with(Tls::Implicit(certificates().acceptor)).await;
        let uri = format!("smtps://127.0.0.1:{}/?server_name=mail.test", sink.port);
        let message = delivered(&db, smtp(&uri), Status::Abandoned).await;
        assert!(ends(&message)[0].contains("certificate"), "{:?}", ends(&message));
    });
}

#[test]
fn implicit_tls_presents_the_client_certificate() {
    on_sqlite(async |db| {
        let certificates = certificates();
        let dir = tempfile::tempdir().unwrap();
        let client = ClientCertificate { certificate: dir.path().join("cert.pem"), key: dir.path().join("key.pem") };
        std::fs::write(&client.certificate, &certificates.certificate_pem).unwrap();
        std::fs::write(&client.key, &certificates.key_pem).unwrap();
        let sink = Sink::start_with(Tls::Implicit(certificates.acceptor)).await;
        let uri = format!("smtps://127.0.0.1:{}/?skip_ssl_verify=true", sink.port);
        let server = SmtpServer { client_certificate: Some(client), ..smtp(&uri) };
        delivered(&db, server, Status::Sent).await;
        assert!(sink.mails()[0].encrypted && sink.mails()[0].client_certificate);
    });
}

#[test]
fn credentials_go_to_servers_that_ask_for_them_only() {
    on_sqlite(async |db| {
        let sink = Sink::start().await;
        let uri = format!("smtp://postman:secret@127.0.0.1:{}/?disable_starttls=true", sink.port);
        delivered(&db, smtp(&uri), Status::Sent).await;
        // RFC 4616: NUL, user, NUL, password.
        assert_eq!(sink.mails()[0].user.as_deref(), Some("AHBvc3RtYW4Ac2VjcmV0"));
        sink.without_auth();
        delivered(&db, smtp(&uri), Status::Sent).await;
        assert_eq!(sink.mails()[1].user, None);
    });
}

#[test]
fn settings_that_cannot_work_are_refused_by_name() {
    on_sqlite(async |db| {
        let refused = |server: SmtpServer| -> CourierError {
            Dispatcher::start(db.clone(), &settings(Email::Smtp(server), 0), &outside(), clock()).err().unwrap()
        };
        let fine = || smtp("smtp://127.0.0.1");
        assert_eq!(refused(smtp("127.0.0.1:25")).key, "courier.smtp.connection_uri");
        assert_eq!(refused(SmtpServer { from_address: "nobody".into(), ..fine() }).key, "courier.smtp.from_address");
        assert_eq!(refused(SmtpServer { local_name: "a b".into(), ..fine() }).key, "courier.smtp.local_name");
        let missing = ClientCertificate { certificate: "/nowhere/cert.pem".into(), key: "/nowhere/key.pem".into() };
        let server = SmtpServer { client_certificate: Some(missing), ..fine() };
        assert_eq!(refused(server).key, "courier.smtp.client_cert_path");
    });
}

#[test]
fn requests_that_cannot_work_are_refused_by_name() {
    on_sqlite(async |db| {
        let fine = || HttpRequest {
            key: "courier.http.request_config".into(),
            url: "https://example.org".into(),
            method: "POST".into(),
            headers: [].into(),
            auth: None,
            body: None,
        };
        let refused = |request: HttpRequest| {
            let settings = settings(Email::Http(request), 0);
            let error = Dispatcher::start(db.clone(), &settings, &outside(), clock()).err().unwrap();
            error.key.strip_prefix("courier.http.request_config.").unwrap().to_owned()
        };
        assert_eq!(refused(HttpRequest { url: String::new(), ..fine() }), "url");
        assert_eq!(refused(HttpRequest { url: "ftp://example.org".into(), ..fine() }), "url");
        assert_eq!(refused(HttpRequest { method: "a b".into(), ..fine() }), "method");
        assert_eq!(refused(HttpRequest { body: Some("base64://e30oKA==".into()), ..fine() }), "body");
        assert_eq!(refused(HttpRequest { body: Some("file:///nowhere.jsonnet".into()), ..fine() }), "body");
        let auth = HttpAuth::Header { name: "a b".into(), value: "c".into() };
        assert_eq!(refused(HttpRequest { auth: Some(auth), ..fine() }), "auth.config");
        let headers = [("X-A".to_owned(), "a\nb".to_owned())].into();
        assert_eq!(refused(HttpRequest { headers, ..fine() }), "headers.X-A");
    });
}
