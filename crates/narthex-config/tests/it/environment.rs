//! Environment variables and flags over files.

use std::time::Duration;

use narthex_config::{Flags, Secret};

use crate::support::Files;

#[test]
fn the_environment_wins_and_is_cast() {
    let config = Files::least("session: {lifespan: 1h}\nsecrets: {cookie: [another-secret-of-the-test]}\n")
        .env(&[
            ("SESSION_LIFESPAN", "90s"),
            ("SELFSERVICE_ALLOWED_RETURN_URLS", "https://one.example.org, https://two.example.org"),
            ("SELFSERVICE_FLOWS_REGISTRATION_ENABLED", "FALSE"),
            ("SELFSERVICE_METHODS_CODE_PASSWORDLESS_ENABLED", "1"),
            ("SELFSERVICE_METHODS_PASSWORD_CONFIG_MIN_PASSWORD_LENGTH", "20"),
            ("SECRETS_COOKIE_0", "first-secret-from-environment"),
            ("SECRETS_COOKIE_1", "second-secret-from-environment"),
            ("SELFSERVICE_COLOUR", "red"),
            ("WATCH_COURIER", "true"),
            ("sqa-opt-out", "true"),
            ("SESSION", "gnome"),
            ("OAUTH2_PROVIDER_HEADERS", r#"{"Authorization": "Bearer x"}"#),
        ])
        .config();
    assert_eq!(config.session.lifespan, Duration::from_secs(90));
    assert_eq!(config.selfservice.allowed_return_urls.len(), 2);
    assert!(!config.selfservice.flows.registration.enabled && config.selfservice.methods.code.passwordless_enabled);
    assert_eq!(config.selfservice.methods.password.config.min_password_length, 20);
    assert_eq!(config.secrets.cookie, [Secret::new("first-secret-from-environment"), Secret::new("second-secret-from-environment")]);
    assert!(!config.watch_courier);
    assert_eq!(config.oauth2_provider.headers["Authorization"].expose(), "Bearer x");
}

#[test]
fn what_is_no_truth_value_in_the_environment_is_false() {
    for value in ["maybe", "", "yes", "0"] {
        let config = Files::least("").env(&[("SELFSERVICE_FLOWS_REGISTRATION_ENABLED", value)]).config();
        assert!(!config.selfservice.flows.registration.enabled, "{value:?}");
    }
}

#[test]
fn lists_of_objects_come_as_json_or_item_by_item() {
    let schemas = r#"[{"id": "a", "url": "file:///a.json"}, {"id": "b", "url": "file:///b.json"}]"#;
    let config = Files::least("").env(&[("IDENTITY_SCHEMAS", schemas)]).config();
    assert_eq!(config.identity.schemas.iter().map(|schema| schema.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let config = Files::least("").env(&[("IDENTITY_SCHEMAS_0_ID", "renamed")]).config();
    assert_eq!(
        (config.identity.schemas[0].id.as_str(), config.identity.schemas[0].url.as_str()),
        ("renamed", "file:///etc/person.schema.json")
    );
    let shorter = format!("identity: {{schemas: {schemas}}}");
    let config = Files::least(&shorter).env(&[("IDENTITY_SCHEMAS_0_ID", "renamed")]).config();
    assert_eq!(config.identity.schemas.len(), 1, "a list given by number ends with its highest number");
}

#[test]
fn mistakes_in_the_environment_name_the_variable() {
    for (name, value, wanted) in [
        (
            "HASHERS_BCRYPT_COST",
            "twelve",
            "environment variable HASHERS_BCRYPT_COST: hashers.bcrypt.cost: found \"twelve\", expected a whole number from 4 to 31",
        ),
        (
            "session_lifespan",
            "one day",
            "environment variable session_lifespan: session.lifespan: found \"one day\", expected a duration such as 1h30m",
        ),
        (
            "COOKIES_SAME_SITE",
            "Loose",
            "environment variable COOKIES_SAME_SITE: cookies.same_site: found \"Loose\", expected one of Strict, Lax, None",
        ),
        (
            "SELFSERVICE_FLOWS_LOGIN_UI_URL",
            "not a url",
            "environment variable SELFSERVICE_FLOWS_LOGIN_UI_URL: selfservice.flows.login.ui_url: found \"not a url\", expected a URL such as https://example.org/path, or a path such as /welcome",
        ),
    ] {
        assert_eq!(Files::least("").env(&[(name, value)]).mistakes(), wanted);
    }
    let mistakes = Files::least("").env(&[("SELFSERVICE_FLOWS_REGISTRATION_AFTER_PASSWORD_HOOKS", r#"[{"hook":"session"}]"#)]).mistakes();
    assert!(mistakes.contains("selfservice.flows.registration.after.password.hooks: found"), "{mistakes}");
}

#[test]
fn a_flag_masks_the_files_value_and_says_so() {
    let given = Flags { dev: Some(false), watch_courier: Some(false), ..Flags::default() };
    let loaded = Files::least("dev: true\n").flags(given.clone()).load();
    assert!(!loaded.config.dev);
    assert!(loaded.warnings.iter().any(|warning| warning.contains("dev: has no effect here, use the flag --dev")), "{:?}", loaded.warnings);
    let config = Files::least("").flags(given).env(&[("DEV", "true")]).config();
    assert!(config.dev && !config.cookies.secure && !config.session.cookie.secure);
    assert!(Files::least("dev: true\n").config().dev, "a command without the flag takes the file's");
}
