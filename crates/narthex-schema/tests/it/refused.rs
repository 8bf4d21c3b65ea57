//! Documents that are no identity schemas, and what is said of them.

use narthex_schema::{IdentitySchema, References, SchemaError};
use serde_json::{Value, json};
use url::Url;

fn refusal(document: &Value) -> SchemaError {
    IdentitySchema::compile(&document.to_string(), &References::none()).err().unwrap_or_else(|| panic!("{document} should be refused"))
}

fn one_trait(schema: Value) -> Value {
    let traits = json!({ "type": "object", "properties": { "m": schema } });
    json!({ "type": "object", "properties": { "traits": traits } })
}

fn table(name: &str) -> Vec<Value> {
    let table: Value = serde_json::from_str(include_str!("../data/documents.json")).unwrap();
    table[name].as_array().unwrap().clone()
}

#[test]
fn each_mistake_is_told_with_its_place_and_what_is_accepted() {
    for case in table("refused") {
        let error = refusal(&case["document"]);
        let fault = &error.faults()[0];
        assert_eq!(fault.at, case["at"], "{case}");
        let says = case["says"].as_str().unwrap();
        assert!(fault.to_string().contains(says), "{fault} should say {says}");
    }
}

#[test]
fn what_others_extend_and_what_is_not_asked_for_is_accepted() {
    for document in table("accepted") {
        IdentitySchema::compile(&document.to_string(), &References::none()).unwrap_or_else(|e| panic!("{document}: {e}"));
    }
}

#[test]
fn what_is_not_json_is_told_with_its_line() {
    let error = IdentitySchema::compile("{\n not json", &References::none()).unwrap_err();
    assert!(error.to_string().contains("line 2"), "{error}");
}

#[test]
fn all_mistakes_are_told_at_once() {
    let error = refusal(&one_trait(json!({ "type": "text", "minLength": -1, "ory.sh/kratos": { "nope": 1 } })));
    assert_eq!(error.faults().len(), 3, "{error}");
}

fn referring(to: &str) -> String {
    json!({ "$id": "https://schemas.example/person.json", "definitions": { "n": { "$id": "#named", "type": "number" } },
            "properties": { "traits": { "properties": { "a": { "$ref": to } } } } })
    .to_string()
}

#[test]
fn a_reference_reaches_what_was_given_beforehand_and_nothing_else() {
    let url = |s: &str| Url::parse(s).unwrap();
    let common = json!({ "definitions": { "t": { "type": "string" }, "again": { "$ref": "#/definitions/t" } } }).to_string();
    let inline = "base64://eyJ0eXBlIjoic3RyaW5nIn0=";
    let references = || References::none().with(url("https://schemas.example/common.json"), common.as_str());
    for (to, good) in [
        ("common.json#/definitions/again", json!("x")),
        ("https://schemas.example/common.json#/definitions/t", json!("x")),
        ("#named", json!(1)),
        ("#/definitions/n", json!(1)),
        ("https://schemas.example/person.json#/definitions/n", json!(1)),
        (inline, json!("x")),
    ] {
        let schema = IdentitySchema::compile(&referring(to), &references()).unwrap_or_else(|e| panic!("{to}: {e}"));
        assert!(schema.validate(&json!({ "a": good })).is_ok(), "{to}");
        assert!(schema.validate(&json!({ "a": [] })).is_err(), "{to}");
    }
    for to in ["other.json", "http://169.254.169.254/", "file:///etc/passwd"] {
        let error = IdentitySchema::compile(&referring(to), &references()).unwrap_err();
        assert_eq!(error.missing_references(), [url("https://schemas.example/").join(to).unwrap()]);
    }
    for to in ["common.json#/nowhere", "common.json#nowhere", "base64://?", "http://["] {
        let error = IdentitySchema::compile(&referring(to), &references()).unwrap_err();
        assert_eq!(error.missing_references(), [], "{to}");
    }
}

#[test]
fn relative_references_resolve_against_where_the_schema_came_from() {
    let document = json!({ "properties": { "traits": { "properties": { "a": { "$ref": "text.json" } } } } }).to_string();
    let url = |s: &str| Url::parse(s).unwrap();
    let references = References::none()
        .with_base(url("file:///etc/narthex/person.json"))
        .with(url("file:///etc/narthex/text.json"), "{\"type\":\"string\"}");
    assert!(IdentitySchema::compile(&document, &references).unwrap().validate(&json!({ "a": 1 })).is_err());
}

#[test]
fn mistakes_in_a_document_referred_to_are_told_with_its_address() {
    let url = Url::parse("https://schemas.example/common.json").unwrap();
    let references = |text: &str| References::none().with(url.clone(), text);
    let error = IdentitySchema::compile(&referring("common.json"), &references("{\"type\":\"text\"}")).unwrap_err();
    assert_eq!(error.faults()[0].at, "https://schemas.example/common.json#/type");
    let error = IdentitySchema::compile(&referring("common.json"), &references("no json")).unwrap_err();
    assert!(error.to_string().contains("not JSON"), "{error}");
}
