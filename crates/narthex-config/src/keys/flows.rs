//! `selfservice`, `selfservice.flows`.

use super::hooks::{
    AFTER_HOOKS, BEFORE_HOOKS, CREDENTIAL_HOOKS, LOGIN_HOOKS, OIDC_LOGIN_HOOKS, PROFILE_HOOKS, RECOVERY_HOOKS, REGISTRATION_HOOKS,
};
use super::session::REQUIRED_AAL;
use super::*;

pub(crate) static SELFSERVICE: Object = Object::closed(&[
    key("default_browser_return_url", ADDRESS, "Where a browser goes when nothing else says where.").required(),
    key(
        "allowed_return_urls",
        Kind::List { of: &Kind::Text(Text::UriReference), min: 0, unique: false },
        "Which `return_to` may be asked for: prefixes of addresses; `https://*.example.org` stands for one label.",
    ),
    key("flows", Kind::Object(&FLOWS), "The flows."),
    key("methods", Kind::Object(&methods::METHODS), "The methods."),
]);

static FLOWS: Object = Object::closed(&[
    key("login", Kind::Object(&LOGIN), "Signing in."),
    key("registration", Kind::Object(&REGISTRATION), "Signing up."),
    key("verification", Kind::Object(&VERIFICATION), "Proving that an address is one's own."),
    key("recovery", Kind::Object(&RECOVERY), "Getting back into an account."),
    key("settings", Kind::Object(&SETTINGS), "Changing one's own account."),
    key("logout", Kind::Object(&LOGOUT), "Signing out."),
    key("error", Kind::Object(&ERROR), "Where errors are shown."),
]);

const UI_URL: Key = key("ui_url", ADDRESS, "The flow's page; it gets `?flow=<id>`.");
const LIFESPAN: Key = key("lifespan", DURATION, "How long a flow can be completed.").text("1h");
const BEFORE: Key = key("before", Kind::Object(&BEFORE_KEYS), "Before the flow begins.");
const RETURN_URL: Key = key("default_browser_return_url", ADDRESS, "Where the browser goes then.");
const USE: Key = key("use", one_of(&["link", "code"]), "How the address is proven.").text("code");
const NOTIFY_UNKNOWN: Key = key("notify_unknown_recipients", BOOL, "Writes to addresses that belong to nobody, too.").no();

static BEFORE_KEYS: Object = Object::closed(&[BEFORE_HOOKS]);

static LOGIN: Object = Object::closed(&[
    UI_URL.computed("`https://www.ory.com/kratos/docs/fallback/login`, or the own page (see `narthex.ui.enabled`)"),
    LIFESPAN,
    key("style", one_of(&["unified", "identifier_first"]), "One form for everything, or the identifier first.").text("unified"),
    BEFORE,
    key("after", Kind::Object(&AFTER_LOGIN), "Once a person is signed in."),
]);

static AFTER_LOGIN: Object = Object::closed(&[
    RETURN_URL,
    LOGIN_HOOKS,
    key("password", Kind::Object(&AFTER_LOGIN_METHOD), "With a password."),
    key("code", Kind::Object(&AFTER_LOGIN_METHOD), "With a one-time code."),
    key("oidc", Kind::Object(&AFTER_OIDC_LOGIN), "By social sign-in.").not_built(),
    key("webauthn", Kind::Object(&AFTER_LOGIN_METHOD), "With a WebAuthn key.").not_built(),
    key("passkey", Kind::Object(&AFTER_LOGIN_METHOD), "With a passkey.").not_built(),
    key("totp", Kind::Object(&AFTER_LOGIN_METHOD), "With an authenticator app.").not_built(),
    key("lookup_secret", Kind::Object(&AFTER_LOGIN_METHOD), "With a backup code.").not_built(),
]);

static AFTER_LOGIN_METHOD: Object = Object::closed(&[RETURN_URL, LOGIN_HOOKS]);
static AFTER_OIDC_LOGIN: Object = Object::closed(&[RETURN_URL, OIDC_LOGIN_HOOKS]);

static REGISTRATION: Object = Object::closed(&[
    key("enabled", BOOL, "Lets people sign up.").yes(),
    UI_URL.computed("`https://www.ory.com/kratos/docs/fallback/registration`, or the own page (see `narthex.ui.enabled`)"),
    LIFESPAN,
    key("style", one_of(&["unified", "profile_first"]), "One form for everything, or the traits first.").text("profile_first"),
    key("enable_legacy_one_step", BOOL, "Has the effect of `style: unified` when on.")
        .no()
        .deprecated("selfservice.flows.registration.style"),
    key("login_hints", BOOL, "A taken identifier names the methods to sign in with.").no(),
    BEFORE,
    key("after", Kind::Object(&AFTER_REGISTRATION), "Once a person is signed up."),
]);

static AFTER_REGISTRATION: Object = Object::closed(&[
    RETURN_URL,
    AFTER_HOOKS,
    key("password", Kind::Object(&AFTER_REGISTRATION_METHOD), "With a password."),
    key("code", Kind::Object(&AFTER_REGISTRATION_METHOD), "With a one-time code."),
    key("oidc", Kind::Object(&AFTER_REGISTRATION_METHOD), "By social sign-in.").not_built(),
    key("webauthn", Kind::Object(&AFTER_REGISTRATION_METHOD), "With a WebAuthn key.").not_built(),
    key("passkey", Kind::Object(&AFTER_REGISTRATION_METHOD), "With a passkey.").not_built(),
]);

static AFTER_REGISTRATION_METHOD: Object = Object::closed(&[RETURN_URL, REGISTRATION_HOOKS]);

static VERIFICATION: Object = Object::closed(&[
    key("enabled", BOOL, "Lets people verify their addresses.").no(),
    UI_URL.computed("`https://www.ory.com/kratos/docs/fallback/verification`, or the own page (see `narthex.ui.enabled`)"),
    LIFESPAN,
    USE,
    NOTIFY_UNKNOWN,
    BEFORE,
    key("after", Kind::Object(&AFTER_VERIFICATION), "Once the address is verified."),
]);

static AFTER_VERIFICATION: Object = Object::closed(&[RETURN_URL, AFTER_HOOKS]);

static RECOVERY: Object = Object::closed(&[
    key("enabled", BOOL, "Lets people recover their accounts.").no(),
    UI_URL.computed("`https://www.ory.com/kratos/docs/fallback/recovery`, or the own page (see `narthex.ui.enabled`)"),
    LIFESPAN,
    USE,
    NOTIFY_UNKNOWN,
    BEFORE,
    key("after", Kind::Object(&AFTER_RECOVERY), "Once the account is recovered."),
]);

static AFTER_RECOVERY: Object = Object::closed(&[RETURN_URL, RECOVERY_HOOKS]);

static SETTINGS: Object = Object::closed(&[
    UI_URL.computed("`https://www.ory.com/kratos/docs/fallback/settings`, or the own page (see `narthex.ui.enabled`)"),
    LIFESPAN,
    key(
        "privileged_session_max_age",
        DURATION,
        "How long after signing in credentials may be changed; with 0s addresses may always be changed and passwords never.",
    )
    .text("1h"),
    key("required_aal", REQUIRED_AAL, "The assurance asked for: one factor, or every factor the person has.").text("highest_available"),
    BEFORE,
    key("after", Kind::Object(&AFTER_SETTINGS), "Once the change is saved."),
]);

static AFTER_SETTINGS: Object = Object::closed(&[
    RETURN_URL,
    AFTER_HOOKS,
    key("profile", Kind::Object(&AFTER_PROFILE), "Traits were changed."),
    key("password", Kind::Object(&AFTER_CREDENTIAL), "The password was changed."),
    key("oidc", Kind::Object(&AFTER_CREDENTIAL), "A social account was linked or unlinked.").not_built(),
    key("totp", Kind::Object(&AFTER_CREDENTIAL), "An authenticator app was added or removed.").not_built(),
    key("lookup_secret", Kind::Object(&AFTER_CREDENTIAL), "Backup codes were made or removed.").not_built(),
    key("webauthn", Kind::Object(&AFTER_CREDENTIAL), "A WebAuthn key was added or removed.").not_built(),
    key("passkey", Kind::Object(&AFTER_CREDENTIAL), "A passkey was added or removed.").not_built(),
]);

static AFTER_PROFILE: Object = Object::closed(&[RETURN_URL, PROFILE_HOOKS]);
static AFTER_CREDENTIAL: Object = Object::closed(&[RETURN_URL, CREDENTIAL_HOOKS]);

static LOGOUT: Object = Object::closed(&[
    key("clear_browser_data", BOOL, "Asks the browser to forget what it kept, over HTTPS.").no(),
    key("after", Kind::Object(&AFTER_LOGOUT), "Once the person is signed out."),
]);

static AFTER_LOGOUT: Object = Object::closed(&[RETURN_URL]);

static ERROR: Object = Object::closed(&[key("ui_url", ADDRESS, "The page that shows errors; it gets `?id=<id>`.")
    .computed("`https://www.ory.com/kratos/docs/fallback/error`, or the own page (see `narthex.ui.enabled`)")]);
