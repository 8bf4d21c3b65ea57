//! What the parser refuses, by name and line.

use proptest::prelude::*;

use super::parse;

fn message(text: &str) -> String {
    parse("t", text).expect_err(text).to_string()
}

#[test]
fn unknown_functions_are_refused_by_name() {
    assert_eq!(message("a\n{{ .X | frobnicate }}"), "template t, line 2: function \"frobnicate\" not defined");
    assert!(message("{{env \"HOME\"}}").contains("\"env\""));
}

#[test]
fn variables_must_be_declared_in_scope() {
    for text in ["{{$x}}", "{{$x = 1}}", "{{if $x := 1}}{{end}}{{$x}}", "{{$x := 1}}{{define \"d\"}}{{$x}}{{end}}"] {
        assert!(message(text).contains("undefined variable \"$x\""), "{text}");
    }
    assert!(parse("t", "{{$x := 1}}{{if $x}}{{$y := $x}}{{$y}}{{else}}{{$x}}{{end}}").is_ok());
    assert!(parse("t", "{{range $i, $x := .L}}{{$i}}{{$x}}{{end}}{{range $x := .L}}{{$x}}{{end}}").is_ok());
}

#[test]
fn malformed_actions_are_refused() {
    for text in [
        "{{}}",
        "{{if}}{{end}}",
        "{{if .X}}",
        "{{end}}",
        "{{else}}",
        "{{if .X}}{{else}}{{else}}{{end}}",
        "{{range .X}}{{else if .Y}}{{end}}",
        "{{break}}",
        "{{continue}}",
        "{{range .X}}{{else}}{{break}}{{end}}",
        "{{range .X}}{{define \"a\"}}{{end}}{{end}}",
        "{{define .X}}{{end}}",
        "{{define \"a\"}}",
        "{{template}}",
        "{{template name}}",
        "{{1 | 2}}",
        "{{.X | \"a\"}}",
        "{{.X | }}",
        "{{| .X}}",
        "{{print \"a\"\"b\"}}",
        "{{1.X}}",
        "{{..X}}",
        "{{\"a\".X}}",
        "{{$x, $y := .X}}",
        "{{range $x, $y, $z := .X}}{{end}}",
        "{{range $x, .Y}}{{end}}",
        "{{$x := }}",
        "{{end .X}}",
        "{{()}}",
        "{{(.X}}",
        "{{.X,.Y}}",
        "{{if .X}}{{end}}{{end}}",
    ] {
        assert!(parse("t", text).is_err(), "{text}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    assert!(message(&"{{if .X}}".repeat(101)).contains("too deeply"));
    assert!(message(&format!("{{{{{}1{}}}}}", "(".repeat(200), ")".repeat(200))).contains("too deeply"));
    assert!(message(&format!("{{{{if 1}}}}{}{{{{end}}}}", "{{else if 1}}".repeat(200))).contains("too deeply"));
}

#[test]
fn an_empty_definition_replaces_nothing() {
    let trees = parse("t", "{{define \"a\"}}text{{end}}{{define \"a\"}} {{end}}{{define \"b\"}}1{{end}}{{define \"b\"}}2{{end}}").unwrap();
    assert!(format!("{:?}", trees["a"]).contains("text"));
    assert!(format!("{:?}", trees["b"]).contains('2'));
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in "\\PC{0,80}") {
        let _ = parse("t", &text);
    }

    #[test]
    fn any_run_of_pieces_is_parsed_or_refused(pieces in prop::collection::vec(prop::sample::select(vec![
        "{{", "}}", "{{- ", " -}}", " ", ".", ".X", "$", "$x", ":=", "=", ",", "|", "(", ")", "\"s\"", "`r`", "'c'", "1", "1.5", "-", "if ", "else", "end",
        "range ", "with ", "define ", "block ", "template ", "break", "continue", "print", "nil", "true", "/*", "*/", "\n", "text",
    ]), 0..30)) {
        let _ = parse("t", &pieces.concat());
    }
}
