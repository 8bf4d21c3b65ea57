//! Defaults, and what falls back to what.

use std::time::Duration;

use narthex_config::{Cipher, Flags, GeneratedSecrets, Hasher, Hook, RegistrationStyle, SameSite, Secret, Sources, load};

use crate::support::{Files, LEAST};

#[test]
fn the_least_configuration_is_filled_with_defaults() {
    let config = Files::least("").config();
    assert_eq!(config.dsn.expose(), "memory");
    assert_eq!(config.serve.public.port, 4433);
    assert_eq!(config.serve.public.base_url.as_str(), "https://localhost:4433/");
    assert_eq!(config.session.lifespan, Duration::from_secs(24 * 3600));
    assert_eq!(config.session.earliest_possible_extend, config.session.lifespan);
    assert_eq!(config.session.cookie.name, "ory_kratos_session");
    assert_eq!(config.session.cookie.path, "/");
    assert_eq!(config.session.cookie.same_site, SameSite::Lax);
    assert!(config.session.cookie.secure && config.cookies.secure);
    assert_eq!(config.hashers.algorithm, Hasher::Bcrypt);
    assert_eq!(config.hashers.argon2.memory, 128 << 20);
    assert_eq!(config.selfservice.flows.registration.style, RegistrationStyle::ProfileFirst);
    assert_eq!(config.selfservice.flows.login.ui_url.as_str(), "https://www.ory.com/kratos/docs/fallback/login");
    assert_eq!(config.secrets.cookie, [Secret::new("a-secret-of-the-test-0001")]);
    assert_eq!(config.secrets.pagination, config.secrets.default);
    assert!(config.narthex.ui.served());
}

#[test]
fn without_any_source_the_server_decides_for_itself() {
    let sources = Sources { env: vec![("SERVE_PUBLIC_PORT".into(), "5000".into())], ..Sources::default() };
    let loaded = load(&sources).unwrap();
    assert!(loaded.standalone && loaded.missing_secrets.default && loaded.missing_secrets.cipher);
    let generated =
        Some(GeneratedSecrets { default: Secret::new("0123456789abcdef"), cipher: Secret::new("0123456789abcdef0123456789abcdef") });
    let loaded = load(&Sources { generated, ..sources }).unwrap();
    assert!(!loaded.missing_secrets.any());
    let config = loaded.config;
    assert_eq!(config.dsn.expose(), "sqlite://./narthex-data/narthex.sqlite");
    assert_eq!(config.serve.public.base_url.as_str(), "http://127.0.0.1:5000/");
    assert_eq!(config.serve.admin.host, "127.0.0.1");
    assert!(!config.cookies.secure && !config.session.cookie.secure && !config.dev);
    assert_eq!(config.ciphers.algorithm, Cipher::XChaCha20Poly1305);
    assert_eq!(config.selfservice.flows.registration.ui_url.as_str(), "http://127.0.0.1:5000/ui/registration");
    assert_eq!(config.selfservice.default_browser_return_url.as_str(), "http://127.0.0.1:5000/ui/welcome");
    assert!(matches!(config.selfservice.flows.registration.after.hooks("password"), [Hook::Session, Hook::ShowVerificationUi]));
    assert!(config.narthex.mailbox.enabled);
}

#[test]
fn bcrypt_costs_at_least_12_outside_development() {
    let cheap = "hashers: {bcrypt: {cost: 4}}\n";
    assert_eq!(Files::least(cheap).config().hashers.bcrypt.cost, 12);
    assert_eq!(Files::least(cheap).flags(Flags { dev: Some(true), ..Flags::default() }).config().hashers.bcrypt.cost, 4);
}

#[test]
fn fallbacks_follow_what_they_fall_back_to() {
    let config = Files::least(
        "cookies: {domain: all.example.org, path: /all, same_site: Strict, secure: \"false\"}\nsession: {lifespan: 30m, cookie: {path: /deep}}\nserve: {public: {base_url: http://id.example.org:8080/x/, host: 10.0.0.1}, admin: {host: '::', port: 99}}\nselfservice: {flows: {registration: {enable_legacy_one_step: true}}, methods: {code: {enabled: false, passwordless_enabled: true}, webauthn: {config: {rp: {id: example.org, display_name: X}}}}}\n",
    )
    .config();
    assert_eq!(config.session.cookie.domain.as_deref(), Some("all.example.org"));
    assert_eq!(config.session.cookie.path, "/deep");
    assert_eq!(config.session.cookie.same_site, SameSite::Strict);
    assert!(!config.cookies.secure && config.session.cookie.secure, "the session cookie does not follow cookies.secure");
    assert_eq!(config.session.earliest_possible_extend, Duration::from_secs(1800));
    assert_eq!(config.selfservice.methods.totp.config.issuer, "id.example.org");
    assert_eq!(config.selfservice.methods.oidc.config.base_redirect_uri.as_str(), "http://id.example.org:8080/x/");
    assert_eq!(config.selfservice.methods.webauthn.config.rp.unwrap().origins, ["http://example.org"]);
    assert_eq!(config.serve.admin.base_url.as_str(), "https://localhost:99/");
    assert_eq!(config.selfservice.flows.registration.style, RegistrationStyle::Unified);
    assert!(config.selfservice.methods.code.enabled);
}

#[test]
fn a_public_base_url_that_is_none_is_replaced_with_a_warning() {
    let loaded = Files::least("serve: {public: {base_url: no url, host: 127.0.0.1}}\n").load();
    assert_eq!(loaded.config.serve.public.base_url.as_str(), "https://127.0.0.1:4433/");
    assert!(loaded.warnings.iter().any(|warning| warning.contains("serve.public.base_url")));
}

#[test]
fn the_own_pages_are_led_to_when_they_are_switched_on() {
    let config = Files::least("narthex: {ui: {enabled: true}}\nserve: {public: {base_url: https://id.example.org/x}}\nselfservice: {flows: {login: {ui_url: https://app.example.org/login}}}\n").config();
    assert_eq!(config.selfservice.flows.registration.ui_url.as_str(), "https://id.example.org/x/ui/registration");
    assert_eq!(config.selfservice.flows.login.ui_url.as_str(), "https://app.example.org/login");
}

#[test]
fn hooks_keep_their_order_and_a_methods_own_replace_the_flows() {
    let config = Files::least(
        "selfservice:\n  flows:\n    login:\n      after:\n        hooks: [{hook: revoke_active_sessions}]\n        default_browser_return_url: /flow\n        password:\n          default_browser_return_url: /password\n          hooks:\n            - hook: require_verified_address\n            - hook: web_hook\n              config: {url: 'https://hook.example.org/', method: POST, auth: {type: basic_auth, config: {user: u, password: p}}}\n            - hook: b2b_sso\n              config: {anything: 1}\n",
    )
    .config();
    let after = &config.selfservice.flows.login.after;
    let [Hook::RequireVerifiedAddress, Hook::WebHook(hook), Hook::B2bSso(_)] = after.hooks("password") else {
        panic!("{:?}", after.hooks("password"))
    };
    assert!(hook.emit_analytics_event && !hook.can_interrupt && !hook.response.parse && hook.auth.is_some());
    assert!(matches!(after.hooks("code"), [Hook::RevokeActiveSessions]));
    assert_eq!(after.return_url("password").unwrap().as_str(), "/password");
    assert_eq!(after.return_url("code").unwrap().as_str(), "/flow");
}

#[test]
fn missing_secrets_are_reported_and_generated_ones_used() {
    let mut files = Files::new(&[("kratos.yml", LEAST.split("secrets:").next().unwrap())]);
    let loaded = files.load();
    assert!(loaded.missing_secrets.default && !loaded.missing_secrets.cipher && loaded.config.secrets.cookie.is_empty());
    files.sources.generated =
        Some(GeneratedSecrets { default: Secret::new("0123456789abcdef"), cipher: Secret::new("0123456789abcdef0123456789abcdef") });
    let loaded = files.load();
    assert!(!loaded.missing_secrets.any());
    assert_eq!(loaded.config.secrets.cookie, [Secret::new("0123456789abcdef")]);
    assert!(loaded.config.secrets.cipher.is_empty());
}
