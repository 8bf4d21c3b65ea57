//! What a document becomes, from files of each format.

use std::time::Duration;

use crate::support::{Files, LEAST};

#[test]
fn later_files_win_objects_are_joined_and_lists_replaced() {
    let files = Files::new(&[
        ("a.yml", &LEAST.replace("selfservice:", "selfservice:\n  allowed_return_urls: [https://a.example.org]")),
        (
            "b.json",
            r#"{"selfservice": {"allowed_return_urls": ["https://b.example.org"], "flows": {"login": {"lifespan": "5m", "ui_url": "/l"}}}}"#,
        ),
        ("c.toml", "[selfservice.flows.login]\nlifespan = \"7m\"\n[session.cookie]\nname = \"from_toml\"\n"),
    ]);
    let config = files.config();
    assert_eq!(config.selfservice.flows.login.lifespan, Duration::from_secs(420));
    assert_eq!(config.selfservice.flows.login.ui_url.as_str(), "/l");
    assert_eq!(config.session.cookie.name, "from_toml");
    let allowed: Vec<_> = config.selfservice.allowed_return_urls.iter().map(narthex_config::UrlRef::as_str).collect();
    assert_eq!(allowed, ["https://b.example.org"]);
}

#[test]
fn yaml_has_anchors_merge_keys_and_folded_text_and_yes_is_a_text() {
    let config = Files::least(
        "# a comment\n---\nselfservice:\n  flows:\n    error: &page\n      ui_url: >-\n        http://ui.example.org/folded\n    login:\n      <<: *page\n      lifespan: \"3m\"\n",
    )
    .config();
    assert_eq!(config.selfservice.flows.login.ui_url.as_str(), "http://ui.example.org/folded");
    let mistakes = Files::least("selfservice:\n  flows:\n    registration: {enabled: yes}\n").mistakes();
    assert_eq!(mistakes, "more.yml:3:29: selfservice.flows.registration.enabled: found \"yes\", expected true or false");
}

#[test]
fn json_in_a_yaml_file_may_escape_what_yaml_cannot() {
    let config = Files::least(r#"{"courier": {"smtp": {"from_name": "\ud83d\ude00"}}}"#).config();
    assert_eq!(config.courier.smtp.from_name.as_deref(), Some("😀"));
}

#[test]
fn documents_that_are_none_are_named_with_their_line() {
    for (name, text, wanted) in [
        ("a.yml", "selfservice: [1", "a.yml:1:"),
        ("a.yml", "log: {}\nlog: {}\n", "a.yml:2:"),
        ("a.yml", "selfservice:\n\tflows: {}\n", "a.yml:2:"),
        ("a.yml", "- a\n- b\n", "a.yml:1:1: found a list, expected an object"),
        ("a.json", "{\"selfservice\":", "a.json:1:15"),
        ("a.toml", "[selfservice", "a.toml:1:"),
        ("a.conf", "dsn: x", "a.conf: unknown extension .conf"),
        ("a", "dsn: x", "a: no extension"),
    ] {
        let mistakes = Files::new(&[(name, text)]).mistakes();
        assert!(mistakes.starts_with(wanted), "{name} {text:?}: {mistakes}");
    }
}

#[test]
fn files_that_cannot_be_read_are_all_named() {
    let mut files = Files::new(&[]);
    files.sources.files = vec![files.dir.path().join("two.yml"), files.dir.path().join("three.yml"), files.dir.path().to_owned()];
    let mistakes = files.mistakes();
    assert!(mistakes.contains("two.yml: cannot be read") && mistakes.contains("three.yml: cannot be read"), "{mistakes}");
}

#[test]
fn an_empty_file_lacks_everything_required() {
    let mistakes = Files::new(&[("kratos.yml", "")]).mistakes();
    for key in ["dsn", "identity", "selfservice"] {
        assert!(mistakes.contains(&format!("kratos.yml: {key}: missing")) || mistakes.contains(&format!("{key}: missing")), "{mistakes}");
    }
}
