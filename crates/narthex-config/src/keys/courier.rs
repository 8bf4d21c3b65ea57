//! `courier`.

use super::hooks::AUTH;
use super::*;

pub(crate) static COURIER: Object = Object::closed(&[
    key("delivery_strategy", one_of(&["smtp", "http"]), "How mail leaves.").text("smtp"),
    key("message_retries", Kind::Int { min: i64::MIN, max: i64::MAX }, "How often a message is tried before it is given up.").int(5),
    key("worker", Kind::Object(&WORKER), "The worker that empties the queue."),
    key("template_override_path", TEXT, "A directory whose files replace the built-in texts."),
    key("templates", Kind::Object(&TEMPLATES), "Texts by kind of message."),
    key("smtp", Kind::Object(&SMTP), "Mail over SMTP."),
    key("http", Kind::Object(&HTTP), "Mail over HTTP."),
    key("channels", Kind::List { of: &Kind::Object(&CHANNEL), min: 0, unique: false }, "Ways for messages other than mail."),
]);

static WORKER: Object = Object::open(&[
    key("pull_count", Kind::Int { min: i64::MIN, max: i64::MAX }, "Messages of each channel taken from the queue at a time.").int(10),
    key("pull_wait", DURATION, "The pause between two looks at the queue.").text("1s"),
]);

static SMTP: Object = Object::closed(&[
    key(
        "connection_uri",
        Kind::Text(Text::UriOf(&["smtp", "smtps"])),
        "The mail server, with user and password: `smtps://` for TLS, `smtp://` for STARTTLS, which `?disable_starttls=true` switches off.",
    )
    .secret(),
    key("from_address", Kind::Text(Text::Email), "The sender's address.").text("no-reply@ory.kratos.sh"),
    key("from_name", TEXT, "The sender's name."),
    key("headers", Kind::Map { of: &TEXT, secret: false }, "Further headers of each mail."),
    key("local_name", TEXT, "The name given in the greeting.").text("localhost"),
    key("client_cert_path", TEXT, "A client certificate, a PEM file.").text(""),
    key("client_key_path", TEXT, "The client certificate's key, a PEM file.").text(""),
]);

static HTTP: Object = Object::closed(&[key("request_config", Kind::Object(&REQUEST), "The request that carries a mail.")]);

static CHANNEL: Object = Object::closed(&[
    key("id", one_of(&["sms"]), "The kind of address it serves.").required(),
    key("type", one_of(&["http"]), "How it sends."),
    key("request_config", Kind::Object(&CHANNEL_REQUEST), "The request that carries a message.").required(),
]);

const REQUEST_URL: Key = key("url", Kind::Text(Text::UriOf(&["http", "https"])), "Where it goes.");
const REQUEST_METHOD: Key = key("method", TEXT, "The HTTP method.");
const REQUEST_HEADERS: Key = key("headers", HEADERS, "Further headers.");
const REQUEST_BODY: Key = key("body", TEMPLATE, "The Jsonnet that makes the body.");
const REQUEST_AUTH: Key = key("auth", AUTH, "How the request shows who calls.").optional();

static REQUEST: Object = Object::closed(&[
    REQUEST_URL,
    REQUEST_METHOD.text("POST"),
    REQUEST_HEADERS,
    REQUEST_BODY.computed("all of the message's fields, as JSON"),
    REQUEST_AUTH,
]);

static CHANNEL_REQUEST: Object = Object::closed(&[REQUEST_URL, REQUEST_METHOD.text("GET"), REQUEST_HEADERS, REQUEST_BODY, REQUEST_AUTH]);

static TEMPLATES: Object = Object::closed(&[
    key("recovery", Kind::Object(&BOTH), "A recovery link."),
    key("recovery_code", Kind::Object(&BOTH), "A recovery code."),
    key("verification", Kind::Object(&BOTH), "A verification link."),
    key("verification_code", Kind::Object(&BOTH), "A verification code."),
    key("registration_code", Kind::Object(&KNOWN), "A code that completes registration."),
    key("login_code", Kind::Object(&KNOWN), "A code that completes login."),
    key("verifiable_address_changed", Kind::Object(&TEXTS_OF_ANY), "Notice of a changed address."),
]);

static BOTH: Object = Object::closed(&[
    key("valid", Kind::Object(&TEXTS_OF), "To an address that belongs to an account.").optional(),
    key("invalid", Kind::Object(&MAIL_OF), "To an address that belongs to nobody.").optional(),
]);

static KNOWN: Object = Object::closed(&[key("valid", Kind::Object(&TEXTS_OF), "To an address that belongs to an account.").optional()]);

static TEXTS_OF: Object =
    Object::closed(&[key("email", Kind::Object(&MAIL), "As mail.").required(), key("sms", Kind::Object(&SMS), "As a text message.")]);

static TEXTS_OF_ANY: Object =
    Object::closed(&[key("email", Kind::Object(&MAIL), "As mail."), key("sms", Kind::Object(&SMS), "As a text message.")]);

static MAIL_OF: Object = Object::closed(&[key("email", Kind::Object(&MAIL), "As mail.").required()]);

static MAIL: Object = Object::closed(&[
    key("subject", URI, "The subject's template: `file://`, `http://`, `https://` or `base64://`."),
    key("body", Kind::Object(&MAIL_BODY), "The body."),
]);

static MAIL_BODY: Object =
    Object::closed(&[key("html", URI, "The HTML body's template."), key("plaintext", URI, "The plain body's template.")]);

static SMS: Object = Object::closed(&[key("body", Kind::Object(&SMS_BODY), "The body.")]);

static SMS_BODY: Object = Object::closed(&[key("plaintext", URI, "The body's template.")]);
