//! What holds for every request of a listener, whatever its route: other origins, panics, counting, a line in the log.

use std::net::{Ipv4Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::response::Response;
use futures_util::FutureExt;
use http::header::{CONTENT_LENGTH, VARY};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use tower::ServiceExt;

use super::routers;
use crate::app::App;
use crate::audit::{self, Refusal};
use crate::config::Settings;
use crate::edge::cors::Policy;
use crate::edge::{Problem, Reply};
use crate::metrics::{Endpoint, Seen};

/// One of the listeners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The one for browsers and apps.
    Public,
    /// The one that must stay inside.
    Admin,
    /// The one of a process that only delivers messages.
    Metrics,
}

/// What stands between a listener's connections and its routes.
pub(super) struct Front {
    app: App,
    side: Side,
    router: Router,
    unmatched: Arc<Endpoint>,
}

impl Front {
    pub(super) fn new(app: &App, side: Side) -> Self {
        let router = match side {
            Side::Public => routers::public(app),
            Side::Admin => routers::admin(app),
            Side::Metrics => routers::metrics(app),
        };
        Self { app: app.clone(), side, router, unmatched: app.metrics.endpoint("{unmatched}") }
    }

    /// The answer to a request. A panic on the way is answered, too, and ends nothing else.
    pub(super) async fn answer(&self, request: Request<Body>) -> Response {
        let began = Instant::now();
        let settings = self.app.settings();
        let line = Line::of(&request, &settings, self.side);
        let method = request.method().clone();
        let request_bytes = length(&request);
        let mut response = self.across_origins(&settings, request).await;
        let endpoint = response.extensions_mut().remove::<Arc<Endpoint>>();
        let seen = Seen {
            status: response.status().as_u16(),
            elapsed: began.elapsed(),
            request_bytes,
            response_bytes: response.body().size_hint().exact().unwrap_or(0),
        };
        endpoint.as_ref().unwrap_or(&self.unmatched).record(&method, &seen);
        if let Some(line) = line {
            line.write(&method, &seen);
        }
        response
    }

    async fn across_origins(&self, settings: &Settings, request: Request<Body>) -> Response {
        let policy = settings.cors.as_ref().filter(|_| self.side == Side::Public);
        let Some(policy) = policy else { return self.routed(request).await };
        if Policy::is_preflight(&request) {
            let headers = policy.preflight(request.headers());
            let mut response =
                if policy.passes_on() { self.routed(request).await } else { Reply::empty(StatusCode::NO_CONTENT).into_response() };
            headers.put(response.headers_mut());
            return response;
        }
        let headers = policy.actual(request.method(), request.headers());
        let mut response = self.routed(request).await;
        headers.put(response.headers_mut());
        response
    }

    /// Keeps in the audit log that somebody was turned away.
    pub(super) async fn refuse(&self, peer: Option<SocketAddr>, headers: &HeaderMap, reason: Refusal) {
        let peer = peer.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)));
        let settings = self.app.settings();
        let origin = settings.origin(peer, headers);
        audit::record_refusal(&self.app, &settings, &origin, reason).await;
    }

    async fn routed(&self, mut request: Request<Body>) -> Response {
        if self.side != Side::Public && !is_probe(request.uri().path()) {
            match self.app.settings().admin_keys.admit(request.headers()) {
                Ok(Some(operator)) => drop(request.extensions_mut().insert(operator)),
                Ok(None) => {}
                Err(refusal) => {
                    let peer = request.extensions().get::<SocketAddr>().copied();
                    tracing::warn!(?peer, path = request.uri().path(), "a request to the admin listener showed no valid key");
                    self.refuse(peer, request.headers(), refusal.into()).await;
                    return refusal.reply().into_response();
                }
            }
        }
        // What a health check is answered depends on nobody; all else on the public listener looks at cookies.
        let varies = self.side == Side::Public && !is_health(request.uri().path());
        let mut response = guarded(self.router.clone(), request).await;
        if varies {
            response.headers_mut().append(VARY, HeaderValue::from_static("Cookie"));
        }
        response
    }
}

/// The router's answer; 500 where a handler panics.
async fn guarded(router: Router, request: Request<Body>) -> Response {
    match AssertUnwindSafe(router.oneshot(request)).catch_unwind().await {
        Ok(Ok(response)) => response,
        Ok(Err(never)) => match never {},
        Err(_) => {
            tracing::error!("a request's handler panicked");
            Reply::problem(&Problem::internal("the request's handler panicked"), false).into_response()
        }
    }
}

/// Whether a path only tells that the server is there, which whoever watches it may know without a key.
fn is_probe(path: &str) -> bool {
    matches!(path.strip_prefix("/admin").unwrap_or(path), "/health/alive" | "/health/ready")
}

fn is_health(path: &str) -> bool {
    path.strip_prefix("/admin").unwrap_or(path).starts_with("/health/")
}

fn length(request: &Request<Body>) -> u64 {
    request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok()).unwrap_or(0)
}

/// A line of the access log in the making. It tells the path without its query, which may hold tokens.
struct Line {
    side: Side,
    path: String,
    peer: SocketAddr,
}

impl Line {
    /// The line for a request; nothing where nobody reads it.
    fn of(request: &Request<Body>, settings: &Settings, side: Side) -> Option<Self> {
        if !tracing::enabled!(target: "narthex::access", tracing::Level::INFO) {
            return None;
        }
        let serve = &settings.config.serve;
        let log = match side {
            Side::Public => &serve.public.request_log,
            Side::Admin | Side::Metrics => &serve.admin.request_log,
        };
        let path = request.uri().path();
        if log.disable_for_health && is_health(path) {
            return None;
        }
        let peer = request.extensions().get::<SocketAddr>().copied()?;
        Some(Self { side, path: path.to_owned(), peer })
    }

    fn write(self, method: &Method, seen: &Seen) {
        tracing::info!(
            target: "narthex::access",
            listener = ?self.side,
            %method,
            path = self.path,
            status = seen.status,
            microseconds = u64::try_from(seen.elapsed.as_micros()).unwrap_or(u64::MAX),
            bytes = seen.response_bytes,
            peer = %self.peer,
            "request"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_with_500() {
        let router: Router = Router::new().route(
            "/",
            axum::routing::get(|| async {
                assert!(std::hint::black_box(false), "on purpose");
            }),
        );
        let response = guarded(router.clone(), Request::new(Body::empty())).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()["content-type"], "application/json");
        let other = guarded(router, Request::get("/elsewhere").body(Body::empty()).unwrap()).await;
        assert_eq!(other.status(), StatusCode::NOT_FOUND);
    }
}
