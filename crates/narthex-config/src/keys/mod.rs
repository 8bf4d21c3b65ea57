//! The table of keys: for each its kind, default, meaning, how a change takes effect and whether anything acts on it.
//! It is data: it reads nothing and checks nothing. Checking, defaults, environment overrides, warnings and the documents all follow from it.
//! Next: one file for each section of `kratos.yml`; `check/` for how the table is applied.
#![cfg_attr(not(test), expect(clippy::wildcard_imports, reason = "the sections are written in the table's own vocabulary"))]

mod clients;
mod courier;
mod flows;
mod hooks;
mod identity;
mod kind;
mod log;
mod methods;
mod narthex;
mod oidc;
mod passkeys;
mod protection;
mod secrets;
mod serve;
mod session;

pub(crate) use hooks::WEB_HOOK;
pub(crate) use kind::*;

/// The whole configuration.
pub(crate) static ROOT: Object = Object::closed(&[
    key("version", TEXT, "The version of the server this configuration was written for; only reported, never acted on."),
    key("dsn", TEXT, "The database's address: `memory`, `sqlite://…` or `postgres://…` (`cockroach://…` too).").required().secret().restart(),
    key("dev", BOOL, "Development mode: cookies need no TLS, hashing may be cheap, known example secrets pass. `serve` takes it from `--dev` or `DEV` only.").no().flag(),
    key("sqa-opt-out", BOOL, "Switches telemetry off. Narthex has none.").no().flag().no_effect(),
    key("watch-courier", BOOL, "Sends queued messages from within `serve`, which takes it from `--watch-courier` or the variable `WATCH-COURIER` only.").no().flag(),
    key("expose-metrics-port", Kind::Int { min: 0, max: 65535 }, "The port of the metrics listener of `courier watch`; 0 switches it off.").int(0).flag(),
    key("config", TEXTS, "The configuration files. Use `-c`.").flag().no_effect(),
    key("help", BOOL, "A flag's name, kept so that documents which hold it still load.").no_effect(),
    key("revision", TEXT, "What `GET /admin/health/config` answers; without it, a hash of the configuration."),
    key("serve", Kind::Object(&serve::SERVE), "The two listeners.").restart(),
    key("log", Kind::Object(&log::LOG), "The log.").restart(),
    key("tracing", Kind::Object(&log::TRACING), "Distributed tracing.").restart().not_built(),
    key("identity", Kind::Object(&identity::IDENTITY), "What identities look like.").required(),
    key("secrets", Kind::Object(&secrets::SECRETS), "Signing and encryption secrets: the first of each list is used, the others are still understood."),
    key("ciphers", Kind::Object(&secrets::CIPHERS), "Encryption of columns."),
    key("hashers", Kind::Object(&secrets::HASHERS), "Password hashing."),
    key("cookies", Kind::Object(&session::COOKIES), "What holds for all cookies."),
    key("session", Kind::Object(&session::SESSION), "Sessions."),
    key("security", Kind::Object(&clients::SECURITY), "Security switches."),
    key("clients", Kind::Object(&clients::CLIENTS), "Outgoing requests."),
    key("oauth2_provider", Kind::Object(&clients::OAUTH2_PROVIDER), "An OAuth2 server (Hydra) that sends people here to log in."),
    key("database", Kind::Object(&clients::DATABASE), "Housekeeping of the database."),
    key("courier", Kind::Object(&courier::COURIER), "Messages that leave the server."),
    key("feature_flags", Kind::Object(&clients::FEATURE_FLAGS), "Behaviours that can be switched."),
    key("selfservice", Kind::Object(&flows::SELFSERVICE), "What people do themselves.").required(),
    key("preview", Kind::Object(&clients::PREVIEW), "Behaviours that are not settled."),
    key("organizations", Kind::List { of: &Kind::Any, min: 0, unique: false }, "The former place of `selfservice.methods.b2b.config.organizations`; nothing reads it.").deprecated("selfservice.methods.b2b.config.organizations").no_effect(),
    key("enterprise", Kind::Object(&clients::ENTERPRISE), "Settings of the reference server's commercial edition.").no_effect(),
    key("narthex", Kind::Object(&narthex::NARTHEX), "What the reference server does not know."),
]);
