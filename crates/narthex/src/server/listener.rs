//! Connections: TCP and Unix sockets, HTTP/1.1 and HTTP/2, with or without TLS, and their orderly end.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use narthex_config::Listener as Configured;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// A listener that has its port and answers nobody yet.
pub struct Bound {
    socket: TcpListener,
}

/// Why a port cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {reason}")]
pub struct ListenError {
    address: String,
    reason: std::io::Error,
}

impl Bound {
    /// The address that it listens on.
    ///
    /// # Errors
    /// Where the operating system does not tell.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

/// Takes the port that is configured.
///
/// # Errors
/// Where it is taken, or may not be had.
pub async fn bind(configured: &Configured) -> Result<Bound, ListenError> {
    let host = if configured.host.is_empty() { "0.0.0.0" } else { configured.host.as_str() };
    let address = format!("{host}:{}", configured.port);
    match TcpListener::bind(&address).await {
        Ok(socket) => Ok(Bound { socket }),
        Err(reason) => Err(ListenError { address, reason }),
    }
}

/// Answers connections until `stop` says so, then waits up to `grace` for requests under way.
pub(super) async fn run(bound: Bound, router: Router, mut stop: watch::Receiver<bool>, grace: Duration) {
    let graceful = GracefulShutdown::new();
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(10)).half_close(true);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(256);
    loop {
        let accepted = tokio::select! {
            accepted = bound.socket.accept() => accepted,
            _ = stop.changed() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = tower::service_fn(move |mut request: http::Request<Incoming>| {
            request.extensions_mut().insert(peer);
            let router = router.clone();
            tower::ServiceExt::oneshot(router, request)
        });
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service)).into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(bound);
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests under way were cut off, because they took too long to end");
    }
}
