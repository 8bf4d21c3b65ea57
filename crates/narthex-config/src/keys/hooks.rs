//! Hooks and the authentication of outgoing requests.

use super::*;

pub(crate) const AUTH: Kind =
    Kind::Variants { tag: "type", of: &[Variant { tag: "api_key", object: &API_KEY }, Variant { tag: "basic_auth", object: &BASIC_AUTH }] };

static API_KEY: Object = Object::closed(&[
    key("type", one_of(&["api_key", "basic_auth"]), "The way: a fixed value, or user and password.").required(),
    key("config", Kind::Object(&API_KEY_CONFIG), "Its settings.").required(),
]);

static API_KEY_CONFIG: Object = Object::closed(&[
    key("name", TEXT, "The header's or cookie's name (`api_key`).").required(),
    key("value", TEXT, "The value (`api_key`).").required().secret(),
    key("in", one_of(&["header", "cookie"]), "Where it travels (`api_key`).").required(),
]);

static BASIC_AUTH: Object = Object::closed(&[
    key("type", one_of(&["api_key", "basic_auth"]), "The way: a fixed value, or user and password.").required(),
    key("config", Kind::Object(&BASIC_AUTH_CONFIG), "Its settings.").required(),
]);

static BASIC_AUTH_CONFIG: Object = Object::closed(&[
    key("user", TEXT, "The user's name (`basic_auth`).").required(),
    key("password", TEXT, "The password (`basic_auth`).").required().secret(),
]);

const HOOK: Key = key("hook", TEXT, "The hook's name.").required();

static PLAIN: Object = Object::closed(&[HOOK]);

static B2B: Object = Object::open(&[HOOK]);

static NOTIFY: Object = Object::closed(&[HOOK, key("config", Kind::Object(&NOTIFY_CONFIG), "Its settings.").optional()]);

static NOTIFY_CONFIG: Object = Object::closed(&[key(
    "recipients",
    one_of(&["removed", "all_verified", "all"]),
    "Which addresses hear of it (`notify_previous_addresses`).",
)
.text("removed")]);

/// A web hook with all of its settings.
pub(crate) static WEB_HOOK: Object = Object::closed(&[HOOK, key("config", Kind::Object(&WEB_HOOK_CONFIG), "Its settings.").required()]);

static WEB_HOOK_CONFIG: Object = Object::closed(&[
    key("url", URI, "Where it goes (`web_hook`).").required(),
    key("method", TEXT, "The HTTP method (`web_hook`).").required(),
    key("id", TEXT, "A label for events (`web_hook`)."),
    key("headers", HEADERS, "Further headers (`web_hook`)."),
    key("body", TEXT, "The Jsonnet that makes the body, a URI or a path (`web_hook`)."),
    key("can_interrupt", BOOL, "Lets the answer stop the flow (`web_hook`).").no(),
    key("response", Kind::Object(&WEB_HOOK_RESPONSE), "What becomes of the answer (`web_hook`)."),
    key(
        "emit_analytics_event",
        BOOL,
        "Shows the call as an event in log and traces, and tells the target the ids of call and try as headers (`web_hook`).",
    )
    .yes(),
    key("auth", AUTH, "How the request shows who calls (`web_hook`).").optional(),
]);

static WEB_HOOK_RESPONSE: Object = Object::closed(&[
    key("ignore", BOOL, "Nobody waits for the answer; not together with `parse` or `can_interrupt`.").no(),
    key("parse", BOOL, "The answer may stop the flow or change the identity.").no(),
]);

const CALL: Variant = Variant { tag: "web_hook", object: &WEB_HOOK };
const B2B_SSO: Variant = Variant { tag: "b2b_sso", object: &B2B };
const ORGANIZATION: Variant = Variant { tag: "organization", object: &B2B };
const REVOKE: Variant = plain("revoke_active_sessions");
const REQUIRE_VERIFIED: Variant = plain("require_verified_address");
const VERIFICATION: Variant = plain("verification");
const SHOW_VERIFICATION: Variant = plain("show_verification_ui");
const SESSION: Variant = plain("session");
const VERIFY_NEW: Variant = plain("verify_new_address");
const NOTIFY_PREVIOUS: Variant = Variant { tag: "notify_previous_addresses", object: &NOTIFY };
const DONE: &str = "What happens once it is done.";

const fn plain(tag: &'static str) -> Variant {
    Variant { tag, object: &PLAIN }
}

const fn hooks(of: &'static Kind, about: &'static str) -> Key {
    key("hooks", Kind::List { of, min: 0, unique: true }, about)
}

const fn kind(of: &'static [Variant]) -> Kind {
    Kind::Variants { tag: "hook", of }
}

static GENERAL: Kind = kind(&[CALL, B2B_SSO, ORGANIZATION]);
static RECOVERY: Kind = kind(&[CALL, REVOKE]);
static LOGIN: Kind = kind(&[REVOKE, REQUIRE_VERIFIED, CALL, VERIFICATION, SHOW_VERIFICATION, B2B_SSO, ORGANIZATION]);
static OIDC_LOGIN: Kind = kind(&[REVOKE, CALL, REQUIRE_VERIFIED, B2B_SSO, ORGANIZATION]);
static REGISTRATION: Kind = kind(&[SESSION, CALL, SHOW_VERIFICATION, B2B_SSO, ORGANIZATION]);
static PROFILE: Kind = kind(&[CALL, SHOW_VERIFICATION, B2B_SSO, ORGANIZATION, VERIFY_NEW, NOTIFY_PREVIOUS]);
static CREDENTIAL: Kind = kind(&[CALL, REVOKE]);

pub(crate) const BEFORE_HOOKS: Key = hooks(&GENERAL, "What happens before the flow begins.");
pub(crate) const AFTER_HOOKS: Key = hooks(&GENERAL, DONE);
pub(crate) const RECOVERY_HOOKS: Key = hooks(&RECOVERY, DONE);
pub(crate) const LOGIN_HOOKS: Key = hooks(&LOGIN, DONE);
pub(crate) const OIDC_LOGIN_HOOKS: Key = hooks(&OIDC_LOGIN, DONE);
pub(crate) const REGISTRATION_HOOKS: Key = hooks(&REGISTRATION, DONE);
pub(crate) const PROFILE_HOOKS: Key = hooks(&PROFILE, DONE);
pub(crate) const CREDENTIAL_HOOKS: Key = hooks(&CREDENTIAL, DONE);
