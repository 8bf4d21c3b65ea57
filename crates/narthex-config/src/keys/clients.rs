//! `security`, `clients`, `oauth2_provider`, `database`, `feature_flags`, `preview`, `enterprise`.

use super::*;

pub(crate) static SECURITY: Object = Object::open(&[
    key("account_enumeration", Kind::Object(&ACCOUNT_ENUMERATION), "Whether strangers may learn which accounts exist."),
    key("disallow_ref_in_identity_schemas", BOOL, "Refuses references to files and web servers inside identity schemas.").no(),
]);

static ACCOUNT_ENUMERATION: Object = Object::open(&[key("mitigate", BOOL, "Hides whether an identifier is taken.").no()]);

pub(crate) static CLIENTS: Object = Object::open(&[
    key("http", Kind::Object(&HTTP), "Requests over HTTP."),
    key("smtp", Kind::Object(&SMTP), "Mail."),
    key("web_hook", Kind::Object(&WEB_HOOK), "Web hooks."),
]);

static HTTP: Object = Object::open(&[
    key("disallow_private_ip_ranges", BOOL, "Refuses to call private addresses.").no(),
    key(
        "private_ip_exception_urls",
        Kind::List { of: &Kind::Text(Text::UriReference), min: 0, unique: false },
        "Addresses that are called all the same.",
    )
    .texts(&[]),
]);

static SMTP: Object = Object::open(&[key("disallow_private_ip_ranges", BOOL, "Refuses to connect to private addresses.").no()]);

static WEB_HOOK: Object = Object::open(&[key("header_allowlist", TEXTS, "Which headers of the caller's request a hook gets to see.")
    .texts(&[
        "Accept",
        "Accept-Encoding",
        "Accept-Language",
        "Content-Length",
        "Content-Type",
        "Origin",
        "Priority",
        "Referer",
        "Sec-Ch-Ua",
        "Sec-Ch-Ua-Mobile",
        "Sec-Ch-Ua-Platform",
        "Sec-Fetch-Dest",
        "Sec-Fetch-Mode",
        "Sec-Fetch-Site",
        "Sec-Fetch-User",
        "True-Client-Ip",
        "User-Agent",
    ])]);

pub(crate) static OAUTH2_PROVIDER: Object = Object::closed(&[
    key("url", URI, "The OAuth2 server's admin API; makes `login_challenge` work."),
    key("headers", HEADERS, "Sent with each request there."),
    key("override_return_to", BOOL, "Takes the OAuth2 request's address as `return_to`.").no(),
]);

pub(crate) static DATABASE: Object = Object::closed(&[key("cleanup", Kind::Object(&CLEANUP), "The command `cleanup sql`.")]);

static CLEANUP: Object = Object::open(&[
    key(
        "batch_size",
        Kind::Int { min: 1, max: u32::MAX as i64 },
        "Rows of each table in one run. The command takes it from its flag or the environment.",
    )
    .int(100)
    .flag()
    .not_built(),
    key("sleep", Kind::Object(&CLEANUP_SLEEP), "Pauses."),
    key("older_than", DURATION, "Nothing reads it; use `--keep-last`.").text("0s").no_effect(),
]);

static CLEANUP_SLEEP: Object =
    Object::open(&[key("tables", DURATION, "The pause between two tables. The command takes it from its flag or the environment.")
        .text("1m")
        .flag()
        .not_built()]);

pub(crate) static PREVIEW: Object = Object::open(&[key(
    "default_read_consistency_level",
    one_of(&["strong", "eventual"]),
    "How fresh lists must be where a database has followers.",
)
.text("strong")
.not_built()]);

pub(crate) static ENTERPRISE: Object =
    Object::closed(&[key("identity_schema_fallback_url_template", TEXT, "Where unknown schemas are looked for.")]);

pub(crate) static FEATURE_FLAGS: Object = Object::closed(&[
    key("cacheable_sessions", BOOL, "Tells proxies how long the answer of whoami may be kept.").no(),
    key("cacheable_sessions_max_age", DURATION, "At most this long."),
    key("use_continue_with_transitions", BOOL, "Recovery answers with `continue_with` where it would redirect.").no(),
    key("choose_recovery_address", BOOL, "Recovery lets the person choose among their addresses.").no(),
    key("legacy_continue_with_verification_ui", BOOL, "Registration always adds `show_verification_ui`.")
        .no()
        .deprecated("the hook `show_verification_ui`"),
    key("legacy_require_verified_login_error", BOOL, "The hook `require_verified_address` answers with a message on the form.")
        .no()
        .deprecated("clients that follow `continue_with`"),
    key("faster_session_extend", BOOL, "Extending a session answers without a body.").no(),
    key("password_profile_registration_node_group", one_of(&["password", "default"]), "The group of the traits on the registration form.")
        .text("default")
        .no_effect(),
    key("legacy_oidc_registration_node_group", BOOL, "The form after social sign-in keeps its traits in the group `oidc`.")
        .no()
        .not_built(),
    key("legacy_allow_insecure_origins", BOOL, "Lets unsafe wildcards in CORS origins and return addresses count.")
        .no()
        .deprecated("exact origins, or a wildcard for one label"),
    key("refresh_login_choose_address", BOOL, "Offers the person's addresses when a login is refreshed by code.").no(),
]);
