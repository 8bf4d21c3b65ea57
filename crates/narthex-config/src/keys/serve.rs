//! `serve`.

use super::*;

pub(crate) static SERVE: Object = Object::closed(&[
    key("public", Kind::Object(&PUBLIC), "The listener that browsers and apps reach."),
    key("admin", Kind::Object(&ADMIN), "The listener that must stay inside: whoever reaches it may do anything."),
]);

static PUBLIC: Object = Object::closed(&[
    // Not ADDRESS: a value that is no URL is reported and replaced by the computed one, as the reference server does.
    key(
        "base_url",
        Kind::Text(Text::UriReference),
        "What browsers reach this listener under; forms, redirects and links are built on it, path and all.",
    )
    .computed(BASE_URL),
    HOST,
    PORT.int(4433),
    REQUEST_LOG,
    SOCKET,
    TLS,
    key("cors", Kind::Object(&CORS), "Requests that pages of other origins make.").hot(),
]);

static ADMIN: Object = Object::closed(&[
    key("base_url", URI, "What others reach this listener under.").computed(BASE_URL),
    HOST,
    PORT.int(4434),
    REQUEST_LOG,
    SOCKET,
    TLS,
]);

const BASE_URL: &str = "`https` (`http` in development mode), the host or the machine's name, and the port";
const PORT: Key = key("port", Kind::Int { min: 1, max: 65535 }, "The port to listen on.");
const HOST: Key = key("host", TEXT, "The address to listen on; `unix:` and a path listens on a socket.").text("0.0.0.0");
const REQUEST_LOG: Key = key("request_log", Kind::Object(&REQUEST_LOG_KEYS), "Requests in the log.");
const SOCKET: Key = key("socket", Kind::Object(&SOCKET_KEYS), "Owner and mode of a unix socket.");
const TLS: Key = key("tls", Kind::Object(&TLS_KEYS), "TLS; on when key and certificate are both given, in the same way.");

static REQUEST_LOG_KEYS: Object =
    Object::closed(&[key("disable_for_health", BOOL, "Leaves requests to the health routes out of the log.").no()]);

static SOCKET_KEYS: Object = Object::closed(&[
    key("owner", TEXT, "The user who owns the socket; empty leaves it as it is.").text(""),
    key("group", TEXT, "The group that owns the socket; empty leaves it as it is.").text(""),
    key("mode", Kind::Int { min: 0, max: 511 }, "The socket's permission bits, as a decimal number: 493 is octal 755.").int(493),
]);

static TLS_KEYS: Object = Object::closed(&[
    key("key", Kind::Object(&TLS_SOURCE), "The private key."),
    key("cert", Kind::Object(&TLS_SOURCE), "The certificate chain."),
]);

static TLS_SOURCE: Object = Object::closed(&[key("path", TEXT, "A PEM file."), key("base64", TEXT, "PEM text, base64 encoded.").secret()]);

static CORS: Object = Object::closed(&[
    key("enabled", BOOL, "Answers requests from pages of other origins.").no(),
    key("allowed_origins", Kind::List { of: &Kind::Text(Text::CorsOrigin), min: 0, unique: true }, "The origins; each may hold one `*`.")
        .texts(&["*"])
        .hot(),
    key("allowed_methods", Kind::List { of: &METHOD, min: 0, unique: false }, "The methods a preflight may ask for.")
        .texts(&["POST", "GET", "PUT", "PATCH", "DELETE"]),
    key("allowed_headers", TEXTS, "The request headers a preflight may ask for.").texts(&[
        "Authorization",
        "Content-Type",
        "Max-Age",
        "X-Session-Token",
        "X-XSRF-TOKEN",
        "X-CSRF-TOKEN",
    ]),
    key("exposed_headers", TEXTS, "The response headers a page may read.").texts(&["Content-Type"]),
    key("allow_credentials", BOOL, "Lets pages send cookies along.").yes(),
    key("options_passthrough", BOOL, "Passes preflights on to the routes.").no(),
    key("max_age", Kind::Int { min: 0, max: i64::MAX }, "How many seconds a preflight's answer may be kept; 0 says nothing.").int(0),
    key("debug", BOOL, "Writes each decision to the log.").no(),
]);

const METHOD: Kind = one_of(&["POST", "GET", "PUT", "PATCH", "DELETE", "CONNECT", "HEAD", "OPTIONS", "TRACE"]);
