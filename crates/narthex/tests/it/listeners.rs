//! Connections: TLS, HTTP/2, Unix sockets, limits, and how the server ends.

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use http::{Method, Version};
use narthex_testkit::{Client, TestServer};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// The address of a server without its scheme.
fn address(url: &str) -> &str {
    url.split_once("://").unwrap().1
}

#[tokio::test]
async fn tls_is_spoken_from_files_with_http_2() {
    let place = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (key, cert) = (place.path().join("key.pem"), place.path().join("cert.pem"));
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    std::fs::write(&cert, made.cert.pem()).unwrap();
    let tls = json!({ "key": { "path": key }, "cert": { "path": cert } });
    let server = TestServer::builder().set("serve.public.tls", tls).start().await;
    let client = Client::new(&format!("https://{}", address(&server.public_url)));
    let answer = client.get("/health/alive").await;
    assert_eq!((answer.status.as_u16(), answer.version), (200, Version::HTTP_2));
    // A certificate that cannot be used changes nothing; a good one is shown to the next connection.
    std::fs::write(&cert, "no certificate").unwrap();
    server.app().reload.ask().await;
    assert_eq!(Client::new(&format!("https://{}", address(&server.public_url))).get("/health/alive").await.status, 200);
}

#[tokio::test]
async fn a_certificate_that_cannot_be_read_keeps_the_server_from_starting() {
    let tls = json!({ "key": { "path": "/nowhere/key.pem" }, "cert": { "path": "/nowhere/cert.pem" } });
    let error = TestServer::builder().set("serve.admin.tls", tls).try_start().await.err().unwrap().to_string();
    assert!(error.contains("/nowhere/key.pem") && error.contains("serve.admin.tls"), "{error}");
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = TestServer::builder().set("serve.admin.port", port).try_start().await.err().unwrap().to_string();
    assert!(error.contains(&format!("127.0.0.1:{port}")) && error.contains("admin"), "{error}");
}

#[tokio::test]
async fn a_unix_socket_is_listened_on_and_removed_at_the_end() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("public.sock");
    let builder = TestServer::builder()
        .set("serve.public.host", format!("unix:{}", path.display()))
        .set("serve.public.socket", json!({ "mode": 0o660 }));
    let server = builder.start().await;
    let mut socket = UnixStream::connect(&path).await.unwrap();
    socket.write_all(b"GET /health/alive HTTP/1.1\r\nhost: any\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
    server.end().await;
    assert!(!path.exists());
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let server = TestServer::builder().set("narthex.limits.body_bytes", "1KB").start().await;
    // Exactly as much as is taken, so that nothing is left unread: the system would cut the answer off.
    let mut socket = TcpStream::connect(address(&server.public_url)).await.unwrap();
    let head = "GET /health/alive HTTP/1.1\r\nhost: any\r\nx-large: ";
    socket.write_all(format!("{head}{}", "x".repeat(128 * 1024 - head.len())).as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let body = Some(("application/json", format!("\"{}\"", "x".repeat(2000))));
    assert_eq!(server.native().send(Method::POST, "/sessions/whoami", body).await.status, 500);
    assert_eq!(server.native().get("/health/alive").await.status, 200);
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_server_ends() {
    let server = TestServer::start().await;
    let place = address(&server.public_url).to_owned();
    let mut socket = TcpStream::connect(&place).await.unwrap();
    let head = "POST /sessions/whoami HTTP/1.1\r\nhost: any\r\ncontent-length: 2\r\n\r\n{";
    socket.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let began = Instant::now();
    let ending = tokio::spawn(server.end());
    tokio::time::sleep(Duration::from_millis(200)).await;
    TcpStream::connect(&place).await.unwrap_err();
    socket.write_all(b"}").await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    ending.await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(5));
}
