//! A request with all that a handler asks of it, and the one place where handlers are called and their errors answered.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body as HttpBody;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::header::HOST;
use http::request::Parts;
use http::{HeaderMap, Method};
use http_body_util::{BodyExt, Limited};
use serde_json::Value;
use uuid::Uuid;

use super::accept::Wants;
use super::admin_key::Operator;
use super::csrf::{Masked, Token};
use super::origin::Origin;
use super::problem::Problem;
use super::query::Query;
use super::reply::Reply;
use super::{cookie, csrf};
use crate::app::App;
use crate::audit::{self, Event, Kind, Refusal};
use crate::config::Settings;
use crate::flow::error;
use crate::throttle::device;

/// Whether a route is guarded against forged requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// A browser that has no anti-forgery cookie gets one; requests that change something need the token.
    Csrf,
    /// As `Csrf`, but requests may change something without: the handler checks the token itself, once it knows the flow.
    CsrfByFlow,
    /// No cookie is set or asked for.
    Open,
    /// For programs: as `Open`, and errors are JSON whoever asks.
    Api,
    /// As `Api`, for administrators: bodies may be larger, for they carry many identities.
    Admin,
}

/// The name of the error that cookie and token do not match.
const CSRF_VIOLATION: &str = "security_csrf_violation";
/// The most bytes of a body that an administrator may send.
const ADMIN_BODY_LIMIT: usize = 5 * 1024 * 1024;

/// The route that a request took, in the form of axum's router: `/sessions/{id}`.
#[derive(Clone, Debug)]
pub struct Route(pub Cow<'static, str>);

/// Who calls, and what they ask.
pub struct Caller {
    /// The server.
    pub app: App,
    /// The settings for the whole of this request.
    pub settings: Arc<Settings>,
    /// The query.
    pub query: Query,
    /// The body, whole.
    pub body: Bytes,
    /// Where the connection comes from.
    pub peer: SocketAddr,
    parts: Parts,
    guard: Guard,
    csrf: Token,
    csrf_is_new: bool,
    next_csrf: OnceLock<Token>,
    retry_after: OnceLock<u64>,
    concerned: OnceLock<Uuid>,
}

impl Caller {
    /// Whether the request came to the admin API.
    pub fn is_admin(&self) -> bool {
        self.guard == Guard::Admin
    }

    /// Notes which account the request has turned out to be about, for the audit log.
    pub fn concerns(&self, identity: Uuid) {
        let _ = self.concerned.set(identity);
    }

    /// The account that the request has turned out to be about.
    pub fn concerned(&self) -> Option<Uuid> {
        self.concerned.get().copied()
    }

    /// The headers of the request.
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// The method of the request.
    pub fn method(&self) -> &Method {
        &self.parts.method
    }

    /// The path of the request.
    pub fn path(&self) -> &str {
        self.parts.uri.path()
    }

    /// What stands in the path where its route has `{name}`, decoded; nothing where it has no such place.
    pub fn param(&self, name: &str) -> Option<String> {
        let Route(route) = self.parts.extensions.get()?;
        let place = |segment: &str| segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).is_some_and(|known| known == name);
        let (_, value) = route.split('/').zip(self.path().split('/')).find(|(segment, _)| place(segment))?;
        Some(percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned())
    }

    /// The query as it was sent, without its question mark.
    pub fn raw_query(&self) -> Option<&str> {
        self.parts.uri.query()
    }

    /// The text of a header; nothing where there is none or it is no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The name of the admin key that was shown; nothing where none is asked for.
    pub fn operator(&self) -> Option<&str> {
        self.parts.extensions.get::<Operator>().map(|Operator(name)| name.as_str())
    }

    /// Where the request comes from.
    pub fn origin(&self) -> Origin<'_> {
        self.settings.origin(self.peer, &self.parts.headers)
    }

    /// The text of a header that a proxy sets; nothing where the connection comes from somebody who is not believed.
    pub fn forwarded(&self, name: &str) -> Option<&str> {
        self.origin().forwarded(name)
    }

    /// What a flow is answered with.
    pub fn wants(&self) -> Wants {
        Wants::by_accept(&self.parts.headers)
    }

    /// What an error is answered with.
    pub fn wants_error(&self) -> Wants {
        Wants::for_errors(&self.parts.headers)
    }

    /// Whether the flow or the error is for a script.
    pub fn is_json(&self) -> bool {
        self.wants() == Wants::Json
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        cookie::find(&self.parts.headers, name)
    }

    /// The anti-forgery token for one form.
    pub fn mask(&self) -> Masked {
        self.next_csrf.get().unwrap_or(&self.csrf).mask()
    }

    /// The anti-forgery token that takes the place of the present one with the answer, as it has to once somebody has signed in:
    /// forms that are made from now on carry it.
    pub fn renew_csrf(&self) -> &Token {
        self.next_csrf.get_or_init(Token::random)
    }

    /// As [`Self::renew_csrf`], with a token that marks the browser as one that this identity has signed in with.
    pub fn renew_csrf_for(&self, identity: Uuid) -> &Token {
        self.next_csrf.get_or_init(|| device::token(&self.settings, identity))
    }

    /// Has the answer say in how many seconds it makes sense to try again.
    pub fn retry_after(&self, seconds: u64) {
        let _ = self.retry_after.set(seconds);
    }

    /// The anti-forgery token of this browser.
    pub fn csrf(&self) -> &Token {
        &self.csrf
    }

    /// Whether the browser brought no anti-forgery cookie of its own.
    pub fn csrf_is_new(&self) -> bool {
        self.csrf_is_new
    }

    /// Whether the form's token belongs to the cookie that came with this request.
    ///
    /// # Errors
    /// With a hint that tells what is missing or differs.
    pub fn check_csrf(&self, sent: Option<&str>) -> Result<(), Problem> {
        match sent {
            Some(sent) if !self.csrf_is_new && self.csrf.matches(sent) => Ok(()),
            _ => Err(self.csrf_violation(sent)),
        }
    }

    /// The headers that hooks and messages get to see (`clients.web_hook.header_allowlist`): name to list of values.
    pub fn shown_headers(&self) -> Value {
        let allowed = &self.settings.config.clients.web_hook.header_allowlist;
        let values = |name: &str| -> Vec<Value> {
            self.parts.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).map(Value::from).collect()
        };
        let shown = allowed.iter().map(|name| (canonical(name), values(name))).filter(|(_, values)| !values.is_empty());
        Value::Object(shown.map(|(name, values)| (name, Value::Array(values))).collect())
    }

    fn csrf_violation(&self, sent: Option<&str>) -> Problem {
        let name = &self.settings.csrf_cookie_name;
        let any_cookie = self.parts.headers.contains_key(http::header::COOKIE);
        let reject = match (any_cookie, self.cookie(name), sent) {
            (false, _, _) => "The request carries no cookies at all. Browsers send them if the page and the server share a site; scripts need credentials: \"include\".".to_owned(),
            (true, None, _) => format!("The request carries cookies, but not {name}, which was set when the flow was begun."),
            (true, Some(_), None | Some("")) => format!("The request carries the cookie {name}, but the form's field csrf_token is missing or empty."),
            (true, Some(_), Some(_)) => format!("The cookie {name} and the form's field csrf_token do not belong together: the form is another browser's, or older than the last sign-in."),
        };
        let script = matches!(self.header("sec-fetch-mode"), Some("cors" | "same-origin"));
        let hint = if script {
            "The request was made by a script. Let it send cookies (credentials: \"include\"), serve the page from the same site as this server, and allow its origin in serve.public.cors."
        } else {
            "The request was made by a browser that followed a form, or by a server. Servers have to pass on the browser's cookies, and the Set-Cookie headers of the answers."
        };
        Problem::forbidden("The request was refused because it could not be told from a forged one: cookie and token do not match. Begin again, and see details for the cause.")
            .with_id(CSRF_VIOLATION)
            .with_detail("docs", "docs/csrf.md")
            .with_detail("hint", hint)
            .with_detail("reject_reason", reject)
    }

    /// The URL that the browser asked for: the server's own address, the path and query as they came.
    pub fn request_url(&self) -> String {
        let host = self
            .forwarded("x-forwarded-host")
            .or_else(|| self.header(HOST.as_str()))
            .or_else(|| self.parts.uri.authority().map(http::uri::Authority::as_str));
        let scheme = match self.forwarded("x-forwarded-proto") {
            Some("https") => "https",
            _ if self.settings.public_tls => "https",
            _ => "http",
        };
        let path = self.parts.uri.path_and_query().map_or("/", |path| path.as_str());
        format!("{scheme}://{}{path}", host.unwrap_or(&self.settings.public_host))
    }

    /// The cookie that keeps the anti-forgery token, as a header.
    pub fn csrf_cookie(&self, token: &Token) -> String {
        let mut attributes = self.settings.cookies.clone();
        if !attributes.secure {
            attributes.same_site = cookie::SameSite::Lax;
        }
        attributes.set(&self.settings.csrf_cookie_name, &token.to_cookie(), Some(31_536_000))
    }

    /// An error as this caller can use it: JSON, or for browsers the error page.
    pub async fn answer(&self, problem: &Problem) -> Reply {
        if problem.status.is_server_error() {
            tracing::error!(
                status = problem.status.as_u16(),
                reason = problem.reason,
                debug = problem.debug,
                path = self.path(),
                "a request failed"
            );
        }
        if problem.in_json || matches!(self.guard, Guard::Api | Guard::Admin) || self.wants_error() == Wants::Json {
            return Reply::problem(problem, self.settings.config.dev);
        }
        if let Some(url) = &problem.redirect {
            return Reply::see_other(url);
        }
        match error::keep(self, problem).await {
            Ok(url) => Reply::see_other(&url),
            Err(failure) => {
                tracing::error!(%failure, "an error could not be kept for the error page");
                Reply::problem(problem, self.settings.config.dev)
            }
        }
    }

    async fn read(app: App, guard: Guard, request: Request) -> Result<Self, Reply> {
        let settings = app.settings();
        let (mut parts, body) = request.into_parts();
        let peer = parts.extensions.remove::<SocketAddr>().unwrap_or_else(|| SocketAddr::from(([0, 0, 0, 0], 0)));
        let body = match parts.method {
            Method::GET | Method::HEAD => Bytes::new(),
            _ => read_body(body, guard, settings.body_limit).await?,
        };
        let known = match guard {
            Guard::Open | Guard::Api | Guard::Admin => None,
            _ => cookie::find(&parts.headers, &settings.csrf_cookie_name).and_then(Token::from_cookie),
        };
        let csrf_is_new = known.is_none();
        Ok(Self {
            query: Query::parse(parts.uri.query().unwrap_or_default()),
            csrf: known.unwrap_or_else(Token::random),
            app,
            settings,
            body,
            peer,
            parts,
            guard,
            csrf_is_new,
            next_csrf: OnceLock::new(),
            retry_after: OnceLock::new(),
            concerned: OnceLock::new(),
        })
    }
}

/// A header's name as it is usually written: `User-Agent`.
pub(super) fn canonical(name: &str) -> String {
    let words: Vec<String> = name
        .split('-')
        .map(|word| match word.split_at_checked(1) {
            Some((first, rest)) => format!("{}{}", first.to_ascii_uppercase(), rest.to_ascii_lowercase()),
            None => word.to_owned(),
        })
        .collect();
    words.join("-")
}

/// How long the body of a request may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

async fn read_body(body: HttpBody, guard: Guard, limit: usize) -> Result<Bytes, Reply> {
    let (limit, status) = match guard {
        Guard::Admin => (limit.max(ADMIN_BODY_LIMIT), http::StatusCode::BAD_REQUEST),
        _ => (limit, http::StatusCode::INTERNAL_SERVER_ERROR),
    };
    let Ok(whole) = tokio::time::timeout(BODY_TIME, Limited::new(body, limit).collect()).await else {
        let problem = Problem::new(http::StatusCode::REQUEST_TIMEOUT, "The body took too long to arrive.");
        return Err(Reply::problem(&problem, false));
    };
    match whole {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) => {
            let problem = Problem::new(status, format!("The body could not be read: {error}. At most {limit} bytes are taken."));
            Err(Reply::problem(&problem, false))
        }
    }
}

/// Calls `handler` with the request and answers it, errors included. All routes go through here.
pub async fn endpoint<F>(app: App, guard: Guard, request: Request, handler: F) -> Response
where
    F: AsyncFnOnce(&Caller) -> Result<Reply, Problem>,
{
    let caller = match Caller::read(app, guard, request).await {
        Ok(caller) => caller,
        Err(reply) => return reply.into_response(),
    };
    let safe = matches!(*caller.method(), Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
    let reply = if guard == Guard::Csrf && !safe {
        let token = caller.header("x-csrf-token").map(str::to_owned).or_else(|| form_token(&caller));
        match caller.check_csrf(token.as_deref()) {
            Ok(()) => handler(&caller).await,
            Err(problem) => {
                note(&caller, &problem).await;
                return with_csrf(&caller, guard, Reply::problem(&problem, false)).into_response();
            }
        }
    } else {
        handler(&caller).await
    };
    let reply = match reply {
        Ok(reply) => reply,
        Err(problem) => {
            note(&caller, &problem).await;
            caller.answer(&problem).await
        }
    };
    let reply = match caller.retry_after.get() {
        Some(seconds) => reply.header(http::header::RETRY_AFTER, http::HeaderValue::from(*seconds)),
        None => reply,
    };
    with_csrf(&caller, guard, reply).into_response()
}

/// Keeps in the audit log that a request may have been forged.
async fn note(caller: &Caller, problem: &Problem) {
    if problem.id == Some(CSRF_VIOLATION) {
        audit::record(caller, Event::new(Kind::RequestRefused { reason: Refusal::Forged })).await;
    }
}

fn form_token(caller: &Caller) -> Option<String> {
    match super::body::Body::decode(caller.headers(), &caller.body).ok()? {
        super::body::Body::Form(fields) => fields.into_iter().find(|(name, _)| name == "csrf_token").map(|(_, value)| value),
        super::body::Body::Json(map) => map.get("csrf_token").and_then(|value| value.as_str()).map(str::to_owned),
    }
}

/// A browser without the anti-forgery cookie gets one with whatever it is answered.
fn with_csrf(caller: &Caller, guard: Guard, reply: Reply) -> Reply {
    if guard == Guard::Csrf && caller.csrf_is_new && !reply.has_cookie(&caller.settings.csrf_cookie_name) {
        reply.cookie(&caller.csrf_cookie(&caller.csrf))
    } else {
        reply
    }
}

/// The name of the anti-forgery cookie of a server with this public URL.
pub fn csrf_cookie_name(base_url: &str) -> String {
    csrf::cookie_name(base_url)
}
