//! `selfservice.methods`: all but social sign-in and keys.

use super::hooks::AUTH;
use super::*;

pub(crate) static METHODS: Object = Object::closed(&[
    key("password", Kind::Object(&PASSWORD), "Passwords."),
    key("code", Kind::Object(&CODE), "One-time codes by mail or text message."),
    key("profile", Kind::Object(&PROFILE), "Editing traits."),
    key("link", Kind::Object(&LINK), "One-time links by mail."),
    key("totp", Kind::Object(&TOTP), "Authenticator apps (RFC 6238).").not_built(),
    key("lookup_secret", Kind::Object(&LOOKUP_SECRET), "Backup codes.").not_built(),
    key("webauthn", Kind::Object(&passkeys::WEBAUTHN), "WebAuthn keys.").not_built(),
    key("passkey", Kind::Object(&passkeys::PASSKEY), "Passkeys.").not_built(),
    key("oidc", Kind::Object(&oidc::OIDC), "Social sign-in.").not_built(),
    key("b2b", Kind::Object(&oidc::B2B), "Organisations.").not_built(),
]);

const ENABLED: Key = key("enabled", BOOL, "Offers the method.");

static PROFILE: Object = Object::closed(&[ENABLED.yes()]);
static LOOKUP_SECRET: Object = Object::closed(&[ENABLED.no()]);

static PASSWORD: Object = Object::closed(&[ENABLED.yes(), key("config", Kind::Object(&PASSWORD_CONFIG), "What a password must be.")]);

static PASSWORD_CONFIG: Object = Object::closed(&[
    key("min_password_length", Kind::Int { min: 6, max: u32::MAX as i64 }, "The fewest bytes a password may have.").int(8),
    key("identifier_similarity_check_enabled", BOOL, "Refuses a password that resembles the identifier.").yes(),
    key(
        "haveibeenpwned_enabled",
        BOOL,
        "Asks whether the password is known from a breach; only the first five digits of its hash are sent.",
    )
    .yes(),
    key("haveibeenpwned_host", TEXT, "The host that is asked.").text("api.pwnedpasswords.com"),
    key("max_breaches", Kind::Int { min: 0, max: 100 }, "In how many breaches a password may have been seen.").int(0),
    key("ignore_network_errors", BOOL, "Lets a password pass when that host cannot be reached.").yes(),
    key("migrate_hook", Kind::Object(&MIGRATE_HOOK), "Asks elsewhere whether a password is right while no hash of it is known."),
]);

static MIGRATE_HOOK: Object =
    Object::closed(&[key("enabled", BOOL, "Asks.").no(), key("config", Kind::Object(&MIGRATE_HOOK_CONFIG), "Whom, and how.")]);

static MIGRATE_HOOK_CONFIG: Object = Object::closed(&[
    key("url", URI, "Where it goes."),
    key("method", one_of(&["POST"]), "The HTTP method.").text("POST"),
    key("body", TEMPLATE, "The Jsonnet that makes the body."),
    key("headers", HEADERS, "Further headers."),
    key("emit_analytics_event", BOOL, "Shows the call as an event in traces.").yes(),
    key("auth", AUTH, "How the request shows who calls.").optional(),
]);

static CODE: Object = Object::open(&[
    key("enabled", BOOL, "Offers it for recovery and verification.").yes(),
    key("passwordless_enabled", BOOL, "Lets people sign in and up with nothing but a code; not together with `mfa_enabled`.").no(),
    key("mfa_enabled", BOOL, "Makes it a second factor; not together with `passwordless_enabled`.").no().not_built(),
    key("config", Kind::Object(&CODE_CONFIG), "The codes."),
]);

static CODE_CONFIG: Object = Object::open(&[
    key("lifespan", DURATION, "How long a code lasts.").text("1h"),
    key("max_submissions", Kind::Int { min: 1, max: 255 }, "How often a code may be tried in one flow.").int(5),
    key("missing_credential_fallback_enabled", BOOL, "Sends codes to verified addresses for which no code credential exists.").no(),
]);

static LINK: Object = Object::closed(&[ENABLED.no(), key("config", Kind::Object(&LINK_CONFIG), "The links.")]);

static LINK_CONFIG: Object =
    Object::open(&[key("lifespan", DURATION, "How long a link lasts.").text("1h"), key("base_url", TEXT, "What links are built on.")]);

static TOTP: Object = Object::closed(&[ENABLED.no(), key("config", Kind::Object(&TOTP_CONFIG), "How apps show it.")]);

static TOTP_CONFIG: Object =
    Object::closed(&[key("issuer", TEXT, "The name that apps show.").computed("the host of `serve.public.base_url`")]);
