//! A configuration once it is loaded: reloading, its hash, its warnings, what it prints.

use narthex_config::{Config, reload};

use crate::support::Files;

#[test]
fn secrets_never_print() {
    let config = Files::least("dsn: postgres://user:hidden-password@db/x\n").config();
    let printed = format!("{config:?}");
    assert!(!printed.contains("a-secret-of-the-test") && !printed.contains("hidden-password"));
    let mistakes = Files::least("secrets: {cookie: [tooshort]}\n").mistakes();
    assert!(!mistakes.contains("tooshort") && mistakes.contains("secrets.cookie.0: found a text of 8 characters"), "{mistakes}");
}

#[test]
fn the_hash_changes_with_every_setting_and_not_by_itself() {
    let one = Files::least("").load().hash;
    assert_eq!(one, Files::least("session: {lifespan: 24h}").load().hash, "a default that is written out is the same configuration");
    assert_ne!(one, Files::least("session: {lifespan: 25h}").load().hash);
    assert_eq!(one.len(), 64);
}

#[test]
fn a_reload_keeps_what_needs_a_restart_and_takes_the_rest() {
    let files = Files::least("log: {level: error}\n");
    let first = files.config();
    std::fs::write(
        &files.sources.files[1],
        "log: {level: debug}\nserve: {public: {port: 1234, request_log: {disable_for_health: true}, cors: {allowed_origins: ['https://a.example.org']}}}\nselfservice: {flows: {login: {ui_url: /second}}}\n",
    )
    .unwrap();
    let second = reload(&first, &files.sources).unwrap();
    assert_eq!(second.config.selfservice.flows.login.ui_url.as_str(), "/second");
    assert_eq!(second.config.serve.public.cors.as_ref().unwrap().allowed_origins, ["https://a.example.org"]);
    assert_eq!((second.config.serve.public.port, second.config.serve.public.request_log.disable_for_health), (4433, false));
    assert_eq!(second.config.log.level, narthex_config::LogLevel::Error);
    assert_eq!(second.needs_restart, ["serve.public.port", "serve.public.request_log.disable_for_health", "log.level"]);
    std::fs::write(&files.sources.files[1], "selfservice: {colour: red}\n").unwrap();
    assert!(reload(&second.config, &files.sources).is_err());
    std::fs::write(&files.sources.files[1], "log: {level: error}\n").unwrap();
    assert_eq!(reload(&second.config, &files.sources).unwrap().needs_restart, Vec::<String>::new());
}

#[test]
fn keys_without_effect_are_named() {
    let warnings =
        Files::least("organizations: []\ntracing: {provider: otel}\nselfservice: {methods: {totp: {enabled: true}}}\nhelp: true\n")
            .load()
            .warnings;
    let text = warnings.join("\n");
    for wanted in [
        "organizations: deprecated, use selfservice.methods.b2b.config.organizations",
        "tracing.provider: accepted, but its feature is not built yet",
        "selfservice.methods.totp.enabled: accepted, but its feature is not built yet",
        "help: accepted, but has no effect",
    ] {
        assert!(text.contains(wanted), "{text}");
    }
}

#[test]
fn a_configuration_is_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Config>();
}

#[test]
fn a_reload_may_drop_a_section() {
    let files =
        Files::least("selfservice: {methods: {webauthn: {config: {rp: {id: example.org, display_name: X}}}}}\nlog: {level: error}\n");
    let first = files.config();
    std::fs::write(&files.sources.files[1], "").unwrap();
    let second = reload(&first, &files.sources).unwrap();
    assert!(second.config.selfservice.methods.webauthn.config.rp.is_none());
    assert_eq!(second.config.log.level, narthex_config::LogLevel::Error);
    assert_eq!(second.needs_restart, ["log.level"]);
}
