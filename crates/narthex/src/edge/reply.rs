//! Answers: JSON as Go writes it, redirects, and errors in the form that the caller can use.

use axum::response::Response;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, StatusCode};
use serde::Serialize;

use super::problem::Problem;

/// No answer of a self-service endpoint may be kept: it is meant for one person, once.
const NEVER_STORE: HeaderValue = HeaderValue::from_static("private, no-cache, no-store, must-revalidate");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const ERROR_ID: HeaderName = HeaderName::from_static("ory-error-id");

/// An answer in the making.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    /// Nothing but a status.
    pub fn empty(status: StatusCode) -> Self {
        let mut headers = HeaderMap::with_capacity(6);
        headers.insert(CACHE_CONTROL, NEVER_STORE);
        Self { status, headers, body: Bytes::new() }
    }

    /// `value` as JSON, with status 200.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Self {
        Self::json_with(StatusCode::OK, value)
    }

    /// `value` as JSON.
    pub fn json_with<T: Serialize + ?Sized>(status: StatusCode, value: &T) -> Self {
        match narthex_api::json::to_vec(value) {
            Ok(body) => Self::json_bytes(status, body),
            Err(error) => {
                tracing::error!(%error, "an answer could not be written as JSON");
                Self::empty(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }

    /// JSON that was written before.
    pub fn json_bytes(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..Self::empty(status) }.header(CONTENT_TYPE, JSON)
    }

    /// 204, of the type that clients know from the answers with a body.
    pub fn no_json() -> Self {
        Self::json_bytes(StatusCode::NO_CONTENT, Bytes::new())
    }

    /// 303: the browser goes there with a GET.
    pub fn see_other(url: &str) -> Self {
        Self::redirect(StatusCode::SEE_OTHER, url)
    }

    /// A redirect with this status.
    pub fn redirect(status: StatusCode, url: &str) -> Self {
        let location = HeaderValue::from_str(url).or_else(|_| HeaderValue::from_str(&ascii(url)));
        match location {
            // Browsers show no body here; clients that look at the type get what the reference server tells them.
            Ok(location) => Self::empty(status).header(LOCATION, location).header(CONTENT_TYPE, HTML),
            Err(error) => {
                tracing::error!(%error, "a redirect's target could not be written as a header");
                Self::empty(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }

    /// A text of this media type.
    pub fn text(status: StatusCode, media: &'static str, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..Self::empty(status) }.header(CONTENT_TYPE, HeaderValue::from_static(media))
    }

    /// A page of ours, under its content security policy.
    pub fn page(status: StatusCode, body: String, policy: &str) -> Self {
        let mut reply = Self::text(status, "text/html; charset=utf-8", body)
            .header(http::header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))
            .header(http::header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        if let Ok(policy) = HeaderValue::from_str(policy) {
            reply = reply.header(http::header::CONTENT_SECURITY_POLICY, policy);
        }
        reply
    }

    /// An error as JSON; `debug` shows what broke inside.
    pub fn problem(problem: &Problem, debug: bool) -> Self {
        let mut reply = Self::json_with(problem.status, &problem.body(debug));
        if problem.twice {
            reply.body = [&*reply.body, &*reply.body].concat().into();
        }
        if let Some(id) = problem.cause.or(problem.id) {
            reply = reply.header(ERROR_ID, HeaderValue::from_static(id));
        }
        match problem.retry_after {
            Some(seconds) => reply.header(RETRY_AFTER, HeaderValue::from(seconds)),
            None => reply,
        }
    }

    /// The same answer with this header in place of others of its name.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The same answer with a cookie, in the form of a `Set-Cookie` header.
    #[must_use]
    pub fn cookie(mut self, header: &str) -> Self {
        match HeaderValue::from_str(header) {
            Ok(value) => {
                self.headers.append(SET_COOKIE, value);
            }
            Err(error) => tracing::error!(%error, "a cookie could not be written as a header"),
        }
        self
    }

    /// The same answer with another status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Whether the answer already carries a cookie whose header starts so.
    pub fn has_cookie(&self, name: &str) -> bool {
        self.headers
            .get_all(SET_COOKIE)
            .iter()
            .any(|header| header.as_bytes().strip_prefix(name.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'=')))
    }

    /// The answer's status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The answer for axum.
    pub fn into_response(self) -> Response {
        let mut response = Response::new(self.body.into());
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// Characters that a header cannot carry, percent-encoded.
fn ascii(url: &str) -> String {
    percent_encoding::utf8_percent_encode(url, percent_encoding::CONTROLS).to_string()
}
