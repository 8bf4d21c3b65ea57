//! Whatever the sources hold, loading answers with a configuration or with mistakes.
use narthex_config::{ConfigErrors, Loaded, Sources, default_document, load, parse_bytes, parse_duration, variables};
use proptest::prelude::*;

fn load_file(name: &str, content: &[u8], env: Vec<(String, String)>) -> Result<Loaded, ConfigErrors> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, content).unwrap();
    load(&Sources { files: vec![path], env, ..Sources::default() })
}

fn extension() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("a.yml"), Just("a.json"), Just("a.toml")]
}

/// Text made of what the three formats are made of.
fn document() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        "[a-z]{1,6}",
        "[ \t\n]{1,4}",
        Just("selfservice".to_owned()),
        Just("identity".to_owned()),
        Just("hooks".to_owned()),
        "[-:,&*{}\\[\\]#|>'\"=.!%@<\\\\]",
        "-?[0-9]{1,25}",
        Just("<<".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(token, 0..60).prop_map(|tokens| tokens.concat())
}

/// The default document with one stretch replaced.
fn damaged() -> impl Strategy<Value = String> {
    (any::<prop::sample::Index>(), 0usize..40, document()).prop_map(|(at, length, put)| {
        let text = default_document();
        let mut chars: Vec<char> = text.chars().collect();
        let begin = at.index(chars.len());
        let end = (begin + length).min(chars.len());
        chars.splice(begin..end, put.chars());
        chars.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_a_document_or_a_mistake(name in extension(), bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = load_file(name, &bytes, Vec::new());
    }

    #[test]
    fn any_text_is_a_document_or_a_mistake(name in extension(), text in document()) {
        if let Err(errors) = load_file(name, text.as_bytes(), Vec::new()) {
            prop_assert!(errors.iter().count() > 0 && !errors.to_string().is_empty());
        }
    }

    #[test]
    fn any_environment_is_taken_or_refused(pick in any::<prop::sample::Index>(), tail in "(_[0-9]{1,3}(_[A-Z_]{0,12})?)?", value in prop_oneof![".{0,40}", "\\PC{0,20}", Just("[{\"hook\":1}]".to_owned()), Just("{\"a\":{\"b\":[]}}".to_owned())]) {
        let known = variables();
        let (name, _) = pick.get(&known);
        let _ = load(&Sources { env: vec![(format!("{name}{tail}"), value)], ..Sources::default() });
    }

    #[test]
    fn durations_and_sizes_never_panic(text in "[0-9a-zA-Z.µ ]{0,24}") {
        let _ = (parse_duration(&text), parse_bytes(&text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_damaged_document_is_taken_or_refused(text in damaged()) {
        let _ = load_file("a.yml", text.as_bytes(), Vec::new());
    }
}

#[test]
fn a_document_may_be_nested_deeply_without_harm() {
    for (name, text) in [
        ("a.yml", "[".repeat(100_000)),
        ("a.json", "[".repeat(100_000)),
        ("a.toml", format!("a = {}", "[".repeat(100_000))),
        ("a.yml", "a:\n ".repeat(2000)),
    ] {
        load_file(name, text.as_bytes(), Vec::new()).unwrap_err();
    }
}

#[test]
fn aliases_cannot_blow_a_document_up() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let alias = format!("*a{}", level - 1);
        text = format!("{text}a{level}: &a{level} [{}]\n", [alias.as_str(); 10].join(", "));
    }
    load_file("a.yml", text.as_bytes(), Vec::new()).unwrap_err();
}
