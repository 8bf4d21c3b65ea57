//! The documents in the repository follow from the table of keys. `UPDATE_DOCS=1` rewrites them.
use std::path::Path;

use narthex_config::{Sources, default_document, load, reference, variables};

fn current(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let file = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(file == text, "{name} is out of date, run with UPDATE_DOCS=1");
}

#[test]
fn the_reference_of_all_keys_is_up_to_date() {
    current("docs/configuration.md", &reference());
}

#[test]
fn the_default_document_is_up_to_date() {
    current("config.default.yaml", &default_document());
}

#[test]
fn the_default_document_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let least = dir.path().join("least.yml");
    let defaults = dir.path().join("defaults.yml");
    std::fs::write(
        &least,
        "dsn: memory\nidentity: {schemas: [{id: default, url: 'file:///a.json'}]}\nselfservice: {default_browser_return_url: /}\nsecrets: {default: [a-secret-of-the-test]}\n",
    )
    .unwrap();
    std::fs::write(&defaults, default_document()).unwrap();
    let alone = load(&Sources { files: vec![least.clone()], ..Sources::default() }).unwrap();
    let beneath = load(&Sources { files: vec![defaults, least], ..Sources::default() }).unwrap();
    assert_eq!(alone.hash, beneath.hash);
}

#[test]
fn no_two_keys_share_a_variable() {
    let mut names: Vec<_> = variables().into_iter().map(|(variable, _)| variable).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}
