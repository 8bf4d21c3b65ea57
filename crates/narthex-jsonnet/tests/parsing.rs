//! What is refused when a snippet is loaded.

#![expect(clippy::expect_used, reason = "a step that fails is a test that fails")]

use narthex_jsonnet::{ParseError, Snippet};
use proptest::prelude::*;

fn fault(text: &str) -> ParseError {
    Snippet::parse("file.jsonnet", text).expect_err("the text is refused")
}

#[test]
fn faults_have_a_place_and_a_reason() {
    let unknown = fault("{\n  a: y }");
    assert_eq!((unknown.line, unknown.column, unknown.message.as_str()), (2, 6, "unknown variable: y"));
    let unfinished = fault("{ a: [1, }");
    assert_eq!((unfinished.line, unfinished.column), (1, 10));
    assert!(unfinished.to_string().starts_with("file.jsonnet:1:10: expected "), "{unfinished}");
    assert_eq!(fault("'abc").message, "the string has no end");
    assert_eq!(fault("local x = 1, x = 2; x").message, "local x is defined twice");
    assert_eq!(fault("self").message, "self is used outside of an object");
}

#[test]
fn imports_are_refused_in_each_form_wherever_they_stand() {
    for form in ["import", "importstr", "importbin"] {
        let import = fault(&format!("function(ctx)\n  if false then {form} '/etc/hostname' else {{}}"));
        assert_eq!((import.line, import.column, import.message.as_str()), (2, 17, "imports are not allowed"), "{form}");
    }
    Snippet::parse("words", "{ imports: 'import', 'import': 1, /* import */ importer: self['import'] }").expect("none of these imports");
}

#[test]
fn a_text_beyond_the_limit_is_refused() {
    assert!(fault(&" ".repeat(300_000)).message.contains("longer"));
}

#[test]
fn the_deepest_texts_do_not_exhaust_the_stack() {
    for (open, middle, close) in [
        ("[", "1", "]"),
        ("(", "1", ")"),
        ("{a:", "1", "}"),
        ("function(x)", "1", ""),
        ("if true then ", "1", ""),
        ("local a=1;", "1", ""),
        ("assert true;", "1", ""),
        ("error ", "1", ""),
        ("- ", "1", ""),
        ("std.abs(", "1", ")"),
        ("[1 for x in ", "[]", "]"),
        ("1+", "1", ""),
        ("{}{b:", "1", "}"),
        ("std[", "'a'", "]"),
        ("{assert ", "true", "}"),
        ("std.", "abs", ""),
        ("1*", "1", ""),
        ("[0]", "[0]", ""),
        ("", "std", "()"),
        ("", "std", "{}"),
        ("! ", "true", ""),
    ] {
        for times in [900, 14_900, 250_000 / (open.len() + close.len())] {
            let _ = Snippet::parse("deep", format!("{}{middle}{}", open.repeat(times), close.repeat(times)));
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_taken_or_refused(text in "\\PC{0,60}") {
        let _ = Snippet::parse("any", text);
    }

    #[test]
    fn any_run_of_tokens_is_taken_or_refused(tokens in prop::collection::vec(
        prop::sample::select(vec!["{", "}", "[", "]", "(", ")", "a", "'s'", "1", ":", "::", "+:", ",", ";", "local ", "if ", "then ", "else ", "for ", "in ",
            "function", "self", "super", "$", ".", "=", "+", "error ", "assert ", "import ", "|||\n a\n|||", "@'v'", "//c\n", "/*", "tailstrict"]), 0..25)) {
        let _ = Snippet::parse("any", tokens.concat());
    }
}
