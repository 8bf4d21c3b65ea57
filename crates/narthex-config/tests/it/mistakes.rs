//! What is refused, and in which words.
use narthex_config::{Flags, Sources, load};

const LEAST: &str = "dsn: memory\nidentity: {schemas: [{id: default, url: 'file:///a.json'}]}\nselfservice: {default_browser_return_url: /}\nsecrets: {default: [a-secret-of-the-test]}\n";

pub(crate) fn with(text: &str, dev: bool) -> Result<(), String> {
    let dir = tempfile::tempdir().unwrap();
    let files = [("least.yml", LEAST), ("k.yml", text)].map(|(name, text)| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    });
    let sources = Sources { files: files.to_vec(), flags: Flags { dev: Some(dev), ..Flags::default() }, ..Sources::default() };
    load(&sources).map(drop).map_err(|errors| errors.to_string().replace(&format!("{}/", dir.path().display()), ""))
}

pub(crate) fn refused(text: &str, wanted: &str) {
    let mistakes = with(text, false).expect_err(text);
    assert!(mistakes.lines().any(|line| line.contains(wanted)), "{text}\n{mistakes}\nwanted: {wanted}");
}

pub(crate) fn accepted(text: &str) {
    assert_eq!(with(text, false), Ok(()), "{text}");
}

/// A key at a dotted path, as YAML on one line.
pub(crate) fn nested(path: &str, value: &str) -> String {
    path.split('.').rev().fold(value.to_owned(), |inner, name| format!("{{{name}: {inner}}}"))
}

/// A key, a value, and what is said about it.
const WRONG: &[(&str, &str, &str)] = &[
    ("selfservice.default_browser_return_url", "5", "found 5, expected a URL"),
    ("selfservice.allowed_return_urls", "https://one.example.org", "expected a list"),
    ("selfservice.flows.login.ui_url", "not a url", "found \"not a url\", expected a URL"),
    ("selfservice.flows.login.lifespan", "60", "found 60, expected a duration such as 1h30m"),
    ("selfservice.flows.login.lifespan", "1 day", "expected a duration"),
    ("selfservice.methods.password.enabled", "\"yes\"", "expected true or false"),
    ("selfservice.methods.password.config.min_password_length", "5", "found 5, expected a whole number from 6"),
    ("selfservice.methods.password.config.min_password_length", "\"8\"", "found \"8\", expected a whole number"),
    ("selfservice.flows.recovery.use", "pigeon", "expected one of link, code"),
    ("cookies.same_site", "none", "expected one of Strict, Lax, None"),
    ("cookies.secure", "true", "found true, expected a text"),
    ("session.whoami.required_aal", "aal3", "expected one of aal1, highest_available"),
    ("secrets.cookie", "not-a-list-but-long-enough", "(not shown), expected a list"),
    ("secrets.pagination", "[]", "found a list of 0, expected at least 1"),
    ("hashers.bcrypt.cost", "32", "found 32, expected a whole number from 4 to 31"),
    ("hashers.argon2.memory", "lots", "expected a size such as 128MB"),
    ("serve.public.port", "70000", "found 70000, expected a whole number from 1 to 65535"),
    ("serve.admin.base_url", "no url", "expected a URL"),
    ("log.level", "loud", "expected one of trace, debug"),
    ("courier.smtp.from_address", "nobody", "expected a mail address"),
    ("identity.schemas", "{}", "found an object, expected a list"),
    ("identity.schemas", "[]", "found a list of 0, expected at least 1"),
    ("oauth2_provider.headers", "{X: 5}", "oauth2_provider.headers.X: found a value (not shown), expected a text"),
    ("version", "26", "found 26, expected a text"),
    ("log", "", "found nothing, expected an object"),
    ("narthex.trusted_proxies", "[everyone]", "expected an address or a block such as 10.0.0.0/8"),
    ("selfservice.methods.passkey.config.timeouts.login", "0s", "longer than zero"),
];

#[test]
fn a_value_of_the_wrong_kind_or_out_of_range_is_named_with_its_place() {
    for (path, value, wanted) in WRONG {
        let text = nested(path, value);
        if value.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            refused(&text, &format!("k.yml:1:{}: {path}", text.find(&format!("{value}}}")).unwrap() + 1));
        }
        refused(&text, path);
        refused(&text, wanted);
    }
}

#[test]
fn what_the_reference_server_accepts_is_accepted() {
    for (path, value) in [
        ("serve.public.base_url", "no url"),
        ("courier.worker.pull_count", "0"),
        ("courier.message_retries", "0"),
        ("ciphers.colour", "red"),
        ("security.colour", "red"),
        ("selfservice.methods.passkey.enabled", "true"),
        ("serve.public.cors.allowed_origins", "['*', 'https://*.example.org']"),
        ("selfservice.methods.code.colour", "red"),
    ] {
        accepted(&nested(path, value));
    }
}

#[test]
fn an_unknown_key_is_named_where_it_stands_with_what_was_probably_meant() {
    refused(
        "selfservice:\n  flows:\n    login:\n      lifespn: 1h\n",
        "k.yml:4:7: selfservice.flows.login.lifespn: unknown key, did you mean lifespan?",
    );
    refused("cookies: {colour: red}\n", "k.yml:1:11: cookies.colour: unknown key, expected one of domain, path, same_site, secure");
    refused("SelfService: {x: 1}\n", "SelfService: unknown key, did you mean selfservice?");
    refused("serve: {admin: {cors: {enabled: true}}}\n", "serve.admin.cors: unknown key");
}

#[test]
fn all_mistakes_are_reported_in_the_order_of_the_text() {
    let mistakes = with("session: {lifespan: soon}\nlog: {level: loud}\ncolour: red\n", false).unwrap_err();
    let lines: Vec<_> = mistakes.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(lines, ["k.yml:1:21:", "k.yml:2:14:", "k.yml:3:1:"]);
}

#[test]
fn a_secret_of_the_wrong_length_is_refused_and_not_shown() {
    refused(
        "secrets: {cipher: [only-thirty-one-characters-long]}",
        "secrets.cipher.0: found a text of 31 characters (not shown), expected a text of exactly 32 characters",
    );
    refused(
        "secrets: {cookie: [the-same-twice-over, the-same-twice-over]}",
        "secrets.cookie: found a text of 19 characters (not shown) twice",
    );
}

#[test]
fn origins_of_cors_have_at_most_one_wildcard_and_stand_once() {
    let origins = |list: &str| nested("serve.public.cors.allowed_origins", list);
    for list in ["['https://*.*.example.org']", "[app.example.org]", "['https://a.example.org', 'https://a.example.org']", "['']", "5"] {
        refused(&origins(list), "serve.public.cors.allowed_origins");
    }
    refused(&nested("serve.public.cors.allowed_methods", "[FETCH]"), "serve.public.cors.allowed_methods.0: found \"FETCH\"");
    refused(&nested("serve.public.cors.max_age", "-1"), "serve.public.cors.max_age: found -1");
}

#[test]
fn what_is_required_inside_lists_and_maps_is_named_by_its_place() {
    refused("identity: {schemas: [{id: default}]}", "identity.schemas.0.url: missing");
    refused("identity: {schemas: [{id: 5, url: 'file:///a'}]}", "identity.schemas.0.id: found 5");
    refused("courier: {channels: [{id: sms}]}", "courier.channels.0.request_config: missing");
    refused(&nested("session.whoami.tokenizer.templates.t1.ttl", "1h"), "session.whoami.tokenizer.templates.t1.jwks_url: missing");
    refused(&nested("courier.templates.login_code.valid", "{sms: {}}"), "courier.templates.login_code.valid.email: missing");
}
