//! Connections: HTTP/1.1 and HTTP/2, with or without TLS, their limits, and their orderly end.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use hyper::body::Incoming as IncomingBody;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use narthex_config::Listener as Configured;
use tokio::sync::watch;

use super::front::Front;
use super::socket::{Incoming, ListenError, Socket, Stream};
use super::tls::Certificates;
use crate::audit::Refusal;

/// How long a client may take to greet: for the TLS handshake, and for the headers of a request.
const GREETING: Duration = Duration::from_secs(10);
/// The most bytes of a request's line and headers.
const HEADER_BYTES: u32 = 128 * 1024;
/// Requests that may be under way on one HTTP/2 connection.
const STREAMS: u32 = 256;

/// A listener that has its port and answers nobody yet.
pub struct Bound {
    socket: Socket,
    certificates: Option<Certificates>,
}

impl Bound {
    /// The certificates that it shows, if it speaks TLS.
    pub fn certificates(&self) -> Option<Certificates> {
        self.certificates.clone()
    }

    /// Whether other machines can reach it, as far as its address tells.
    pub fn is_open_to_others(&self) -> bool {
        self.socket.is_open_to_others()
    }
}

/// Takes the port that is configured. With `client_ca`, a file of authorities, clients have to show a certificate of one of them.
///
/// # Errors
/// Where it is taken or may not be had, or the certificates cannot be used.
pub async fn bind(listener: &'static str, configured: &Configured, client_ca: Option<&Path>) -> Result<Bound, ListenError> {
    let certificates = Certificates::load(listener, configured, client_ca)?;
    Ok(Bound { socket: Socket::bind(listener, configured).await?, certificates })
}

/// Answers connections until `stop` says so, then waits up to `grace` for requests under way.
pub(super) async fn run(bound: Bound, front: Front, mut stop: watch::Receiver<bool>, grace: Duration) {
    let graceful = GracefulShutdown::new();
    let builder = Arc::new(builder());
    let front = Arc::new(front);
    loop {
        let accepted = tokio::select! {
            accepted = bound.socket.accept() => accepted,
            _ = stop.changed() => break,
        };
        let connection = Connection {
            builder: builder.clone(),
            front: front.clone(),
            watcher: graceful.watcher(),
            certificates: bound.certificates.clone(),
        };
        match accepted {
            Ok(Incoming::Tcp(stream, peer)) => {
                let _ = stream.set_nodelay(true);
                tokio::spawn(connection.serve(stream, peer));
            }
            Ok(Incoming::Unix(stream)) => {
                tokio::spawn(connection.serve(stream, SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(bound);
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests under way were cut off, because they took too long to end");
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(GREETING).max_buf_size(HEADER_BYTES as usize).half_close(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEADER_BYTES)
        .keep_alive_interval(Duration::from_secs(60));
    builder
}

/// Why a client's certificate was not taken, if it is that which a handshake has failed by.
fn refused(error: &std::io::Error) -> Option<Refusal> {
    match error.get_ref()?.downcast_ref::<rustls::Error>()? {
        rustls::Error::NoCertificatesPresented => Some(Refusal::NoCertificate),
        rustls::Error::InvalidCertificate(_) => Some(Refusal::WrongCertificate),
        _ => None,
    }
}

/// One connection with all that it needs.
struct Connection {
    builder: Arc<Builder<TokioExecutor>>,
    front: Arc<Front>,
    watcher: Watcher,
    certificates: Option<Certificates>,
}

impl Connection {
    async fn serve(self, stream: impl Stream, peer: SocketAddr) {
        let Some(acceptor) = self.certificates.as_ref().map(Certificates::acceptor) else { return self.speak(stream, peer).await };
        match tokio::time::timeout(GREETING, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => self.speak(stream, peer).await,
            Ok(Err(error)) => {
                tracing::debug!(%error, "a TLS handshake failed");
                if let Some(reason) = refused(&error) {
                    self.front.refuse(Some(peer), &HeaderMap::new(), reason).await;
                }
            }
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn speak(self, stream: impl Stream, peer: SocketAddr) {
        let Self { builder, front, watcher, certificates: _ } = self;
        let service = hyper::service::service_fn(move |mut request: http::Request<IncomingBody>| {
            request.extensions_mut().insert(peer);
            let front = front.clone();
            async move { Ok::<_, std::convert::Infallible>(front.answer(request.map(axum::body::Body::new)).await) }
        });
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}
