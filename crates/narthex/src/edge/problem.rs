//! Errors on their way out: what went wrong, under the name and status that clients know. Rendered in `edge/reply.rs` only.

use http::StatusCode;
use narthex_api::problem::{ErrorBody, ErrorDetail};
use narthex_db::DbError;
use serde_json::{Map, Value};

/// Something went wrong with a request.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// The name that programs tell it by; some errors have none.
    pub id: Option<&'static str>,
    /// The name of what led to it, where programs know that rather than `id`: told in the details and in the header.
    pub cause: Option<&'static str>,
    /// What is wrong and how to mend it, for whoever made the request.
    pub reason: String,
    /// More about it.
    pub details: Map<String, Value>,
    /// Members beside `error`, such as `redirect_browser_to`.
    pub more: Map<String, Value>,
    /// For the log, and for the client while developing: what broke inside.
    pub debug: Option<String>,
    /// The status in words, where clients know others than the status' own.
    pub status_text: Option<&'static str>,
    /// Where a browser is sent instead of to the error page.
    pub redirect: Option<String>,
    /// Seconds after which another try is welcome.
    pub retry_after: Option<u32>,
    /// Whether it is answered apart from the form that was sent, even where its status is 400.
    pub apart: bool,
    /// Whether it is answered in JSON, whatever the client accepts.
    pub in_json: bool,
    /// Whether clients know it with its JSON standing twice in the answer, one document after the other.
    pub twice: bool,
}

impl Problem {
    /// An error with this status that says what is wrong.
    pub fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self {
            status,
            id: None,
            cause: None,
            reason: reason.into(),
            details: Map::new(),
            more: Map::new(),
            debug: None,
            status_text: None,
            redirect: None,
            retry_after: None,
            apart: false,
            in_json: false,
            twice: false,
        }
    }

    /// 400: the request cannot be understood or is not allowed as it stands.
    pub fn bad_request(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, reason)
    }

    /// 401: nobody is signed in.
    pub fn unauthorized(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, reason)
    }

    /// 403: somebody is, but may not.
    pub fn forbidden(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, reason)
    }

    /// 404: there is no such thing.
    pub fn not_found(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, reason)
    }

    /// 409: it is there already.
    pub fn conflict(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, reason)
    }

    /// 500: our fault. The cause goes to the log; the client learns it only from a server in development mode.
    pub fn internal(cause: impl ToString) -> Self {
        Self {
            debug: Some(cause.to_string()),
            ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong in the server. Its log says more.")
        }
    }

    /// 500: the configuration does not allow to go on.
    pub fn misconfigured(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, reason).with_id("invalid_configuration")
    }

    /// 503: too much to do at the moment.
    pub fn busy() -> Self {
        Self {
            retry_after: Some(1),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "The server has too much to do at the moment. Please try again shortly.")
        }
    }

    /// The same error under a name.
    #[must_use]
    pub fn with_id(mut self, id: &'static str) -> Self {
        self.id = Some(id);
        self
    }

    /// The same error under another name; the one that it had is told as its cause.
    #[must_use]
    pub fn renamed(mut self, id: &'static str) -> Self {
        self.cause = self.id.replace(id);
        self
    }

    /// The same error with a detail.
    #[must_use]
    pub fn with_detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// The same error with a member beside `error`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// The same error with what broke inside.
    #[must_use]
    pub fn with_debug(mut self, debug: impl ToString) -> Self {
        self.debug = Some(debug.to_string());
        self
    }

    /// The same error, answered in JSON, whatever the client accepts.
    #[must_use]
    pub fn in_json(mut self) -> Self {
        self.in_json = true;
        self
    }

    /// The same error, whose status is told in these words.
    #[must_use]
    pub fn told_as(mut self, status: &'static str) -> Self {
        self.status_text = Some(status);
        self
    }

    /// The same error, which sends browsers to `url` instead of to the error page.
    #[must_use]
    pub fn redirecting(mut self, url: impl Into<String>) -> Self {
        self.redirect = Some(url.into());
        self
    }

    /// The body that clients get; `debug` shows what broke inside.
    pub fn body(&self, debug: bool) -> ErrorBody {
        let mut details = self.details.clone();
        if let Some(cause) = self.cause {
            details.insert("cause".to_owned(), cause.into());
        }
        let status = self.status_text.or(self.status.canonical_reason()).unwrap_or("Error");
        ErrorBody {
            error: ErrorDetail {
                id: self.id.map(str::to_owned),
                code: self.status.as_u16(),
                status: status.to_owned(),
                request: None,
                reason: Some(self.reason.clone()),
                details: (!details.is_empty()).then_some(details),
                debug: self.debug.clone().filter(|_| debug),
                message: message(self.status).to_owned(),
            },
            more: self.more.clone(),
        }
    }
}

fn message(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "The request was malformed or contained invalid parameters",
        401 => "The request could not be authorized",
        403 => "The requested action was forbidden",
        404 => "The requested resource could not be found",
        409 => "The resource could not be created due to a conflict",
        410 => "The requested resource is no longer available",
        413 => "The request is too large",
        422 => "The browser has to go elsewhere first",
        502 => "Another service gave no usable answer",
        503 => "The server is busy",
        504 => "Another service gave no answer in time",
        _ => "An internal server error occurred, please contact the system administrator",
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy => Self::busy(),
            DbError::ZeroCharacter => {
                Self::bad_request("A text of the request has a zero character (U+0000), which can neither be kept nor looked for.")
            }
            other => Self::internal(other),
        }
    }
}
