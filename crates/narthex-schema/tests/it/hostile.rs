//! Documents and values made to hurt: they are refused or answered, soon.

use std::time::{Duration, Instant};

use narthex_schema::{IdentitySchema, References};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{compile, schema};

/// Runs something that has to be done soon, even on a slow machine without optimisation.
fn soon<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let out = run();
    assert!(start.elapsed() < Duration::from_secs(20), "{what} took {:?}", start.elapsed());
    out
}

fn refused(document: &str) -> String {
    soon("compiling", || IdentitySchema::compile(document, &References::none())).unwrap_err().to_string()
}

fn with_definitions(definitions: Map<String, Value>) -> Value {
    json!({ "type": "object", "definitions": definitions, "properties": { "traits": { "type": "object", "properties": { "a": { "$ref": "#/definitions/d0" } } } } })
}

#[test]
fn size_nesting_and_references_are_limited() {
    assert!(refused(&format!("{{\"title\":\"{}\"}}", "a".repeat(1 << 20))).contains("1 MiB"));
    let deep = format!("{}{}", "{\"properties\":{\"traits\":".repeat(5000), "}}".repeat(5000));
    assert!(refused(&deep).contains("recursion limit"));
    let many: Vec<_> = (0..1001).map(|_| json!({ "$ref": "#/definitions/d0" })).collect();
    let mut document = with_definitions(Map::from_iter([("d0".to_owned(), json!({}))]));
    document["properties"]["traits"]["properties"]["b"] = json!({ "items": many });
    assert!(refused(&document.to_string()).contains("1000 references"));
}

#[test]
fn long_chains_and_loops_of_references_are_refused() {
    let next = |i: usize| (format!("d{i}"), json!({ "$ref": format!("#/definitions/d{}", i + 1) }));
    let mut chain: Map<String, Value> = (0..900).map(next).collect();
    chain.insert("d900".into(), json!({ "type": "string" }));
    assert!(refused(&with_definitions(chain.clone()).to_string()).contains("inside each other"));
    chain.insert("d900".into(), json!({ "anyOf": [{ "type": "string" }, { "$ref": "#/definitions/d0" }] }));
    assert!(refused(&with_definitions(chain).to_string()).contains("back to itself"));
}

#[test]
fn combinators_that_multiply_are_refused_or_given_up() {
    let twice = |i: usize, keyword: &str, wrap: bool| {
        let next = json!({ "$ref": format!("#/definitions/d{}", i + 1) });
        let next = if wrap { json!({ "items": next }) } else { next };
        (format!("d{i}"), json!({ keyword: [next, next] }))
    };
    let mut fields: Map<String, Value> = (0..30).map(|i| twice(i, "allOf", false)).collect();
    fields.insert("d30".into(), json!({ "type": "string" }));
    assert!(refused(&with_definitions(fields).to_string()).contains("multiply"));

    let mut work: Map<String, Value> = (0..30).map(|i| twice(i, "allOf", true)).collect();
    work.insert("d30".into(), json!({ "type": "string" }));
    let schema = compile(with_definitions(work));
    let nested = (0..30).fold(json!("x"), |inner, _| json!([inner]));
    let violations = soon("validating", || schema.validate(&json!({ "a": nested }))).unwrap_err();
    assert_eq!(violations[0].message.id, 4_000_001);
}

#[test]
fn many_equal_items_and_many_unknown_members_take_linear_time_and_little_room() {
    let schema = schema(
        json!({ "list": { "type": "array", "uniqueItems": true }, "bag": { "type": "object", "additionalProperties": { "type": "string" } } }),
    );
    let list = Value::from(vec![1; 100_000]);
    let violations = soon("equal items", || schema.validate(&json!({ "list": list }))).unwrap_err();
    assert_eq!(violations.len(), 1000);
    let bag: Map<String, Value> = (0..100_000).map(|i| (i.to_string(), i.into())).collect();
    let violations = soon("unknown members", || schema.validate(&json!({ "bag": bag }))).unwrap_err();
    assert_eq!(violations.len(), 1000);
}

#[test]
fn deep_values_end_with_a_message() {
    let schema = compile(json!({ "type": "object", "definitions": { "d0": { "items": { "$ref": "#/definitions/d0" } } },
                                 "properties": { "traits": { "type": "object", "properties": { "a": { "$ref": "#/definitions/d0" } } } } }));
    let deep = (0..2000).fold(json!([]), |inner, _| json!([inner]));
    assert_eq!(schema.validate(&json!({ "a": deep })).unwrap_err()[0].message.id, 4_000_001);
    // Freeing or copying such a value recurses too, which is not what is tested here.
}

#[test]
fn a_pattern_that_would_backtrack_does_not() {
    let schema = schema(json!({ "a": { "type": "string", "pattern": "^(([a-z])+.)+[A-Z]([a-z])+$" } }));
    let text = "a".repeat(100_000);
    assert!(soon("matching", || schema.validate(&json!({ "a": text }))).is_err());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop_oneof![
            Just("string"),
            Just("object"),
            Just("#"),
            Just("#/properties/traits"),
            Just("email"),
            Just("+4930901820"),
            Just("a@b.example")
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..6).prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    const KEYWORDS: [&str; 38] = [
        "$ref",
        "$id",
        "$schema",
        "type",
        "properties",
        "traits",
        "items",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "then",
        "else",
        "enum",
        "const",
        "required",
        "pattern",
        "patternProperties",
        "additionalProperties",
        "dependencies",
        "format",
        "minLength",
        "maximum",
        "multipleOf",
        "uniqueItems",
        "contains",
        "definitions",
        "title",
        "default",
        "ory.sh/kratos",
        "credentials",
        "password",
        "identifier",
        "verification",
        "via",
        "a",
        "b.c",
    ];
    prop_oneof![4 => prop::sample::select(&KEYWORDS[..]).prop_map(str::to_owned), 1 => "\\PC{0,6}"]
}

fn everything() -> IdentitySchema {
    schema(json!({
        "a": { "anyOf": [{ "type": "string", "format": "email", "ory.sh/kratos": { "recovery": { "via": "email" } } }, { "type": "number", "multipleOf": 0.1 }, { "$ref": "#/properties/traits" }] },
        "items": { "type": "array", "uniqueItems": true, "contains": { "type": ["string", "null"] }, "items": { "oneOf": [{ "minLength": 2 }, { "minimum": 3 }] } },
        "properties": { "type": "object", "patternProperties": { "^[a-z]": { "enum": [1, "a", null] } }, "propertyNames": { "maxLength": 3 }, "additionalProperties": { "not": { "const": {} } } },
        "type": { "type": "string", "format": "tel", "ory.sh/kratos": { "credentials": { "code": { "identifier": true, "via": "sms" } } } },
        "b.c": { "type": "boolean" }, "title": { "type": "number" },
    }))
}

proptest! {
    #[test]
    fn any_document_compiles_or_is_refused(document in any_json()) {
        let _ = IdentitySchema::compile(&document.to_string(), &References::none());
    }

    #[test]
    fn any_trait_compiles_or_is_refused_and_then_answers_any_value(property in any_json(), value in any_json()) {
        let document = json!({ "type": "object", "properties": { "traits": { "type": "object", "properties": { "a": property } } } });
        if let Ok(schema) = IdentitySchema::compile(&document.to_string(), &References::none()) {
            let _ = schema.validate(&json!({ "a": value }));
        }
    }

    #[test]
    fn any_text_is_a_document_or_refused(text in "\\PC{0,60}") {
        let _ = IdentitySchema::compile(&text, &References::none());
    }

    #[test]
    fn any_value_is_validated(value in any_json()) {
        let _ = everything().validate(&value);
    }

    #[test]
    fn any_form_becomes_an_object_and_stays_the_same_as_json(fields in prop::collection::vec((prop_oneof![Just("traits.a".to_owned()), Just("traits.b.c".to_owned()), Just("traits.title".to_owned()), Just("traits".to_owned()), "\\PC{0,10}"], "\\PC{0,10}"), 0..8)) {
        let schema = everything();
        if let Ok(document) = schema.coerce_form(&fields) {
            let body = document.as_object().unwrap().clone();
            prop_assert_eq!(schema.coerce_json(&body).unwrap(), document);
        }
    }
}
