//! Templates rendered by Go 1.26 with sprig 3.3, and what came out: Narthex must make the same.
//! `tests/go/cases.json` holds them; an `expected` of null stands for a template that Go refuses or fails to render.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a step that fails is a test that fails")]

use narthex_gotmpl::{Data, Flavour, Template};
use serde_json::Value;

fn document(text: &str) -> Value {
    serde_json::from_str(text).expect("the document is JSON")
}

fn check(flavour: Flavour, cases: &Value) {
    let data = Data::fields(document(include_str!("go/data.json")).as_object().unwrap());
    let mut differences = Vec::new();
    for case in cases.as_array().unwrap() {
        let template = case["template"].as_str().unwrap();
        let rendered = Template::parse("t", template, flavour)
            .map_err(|error| error.to_string())
            .and_then(|template| template.render(&data).map_err(|error| error.to_string()));
        if rendered.as_deref().ok() != case["expected"].as_str() {
            differences.push(format!("{template}\n  expected: {}\n  rendered: {rendered:?}\n", case["expected"]));
        }
    }
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn text_comes_out_as_in_go() {
    check(Flavour::Text, &document(include_str!("go/cases.json"))["text"]);
}

#[test]
fn html_comes_out_as_in_go() {
    check(Flavour::Html, &document(include_str!("go/cases.json"))["html"]);
}
