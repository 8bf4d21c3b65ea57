//! Valid and invalid are what another implementation of draft-07 says they are.

use narthex_schema::{IdentitySchema, References};
use proptest::prelude::*;
use serde_json::{Value, json};

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i64..4).prop_map(Value::from),
        prop::sample::select(&[0.5, 1.5, -2.5, 0.1, 0.3][..]).prop_map(Value::from),
        "[a-c]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-c]", inner), 0..4).prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

fn rule() -> impl Strategy<Value = Value> {
    let types = prop::sample::select(&["array", "boolean", "integer", "null", "number", "object", "string"][..]);
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        types.clone().prop_map(|t| json!({ "type": t })),
        prop::collection::hash_set(types, 1..4).prop_map(|t| json!({ "type": t.into_iter().collect::<Vec<_>>() })),
        value().prop_map(|v| json!({ "const": v })),
        prop::collection::vec(value(), 1..4).prop_map(|v| json!({ "enum": v })),
        (-2_i64..3).prop_map(|n| json!({ "minimum": n })),
        (-2_i64..3).prop_map(|n| json!({ "exclusiveMaximum": n })),
        prop::sample::select(&[0.5, 2.0, 1.0][..]).prop_map(|n| json!({ "multipleOf": n })),
        (0_u64..3).prop_map(|n| json!({ "minLength": n, "maxItems": n, "minProperties": n })),
        (0_u64..3).prop_map(|n| json!({ "maxLength": n, "minItems": n, "maxProperties": n })),
        Just(json!({ "uniqueItems": true })),
        Just(json!({ "pattern": "^a|c$" })),
        Just(json!({ "required": ["a"] })),
        Just(json!({ "dependencies": { "a": ["b"] } })),
        Just(json!({ "$ref": "#/definitions/shared" })),
    ];
    leaf.prop_recursive(3, 24, 3, |inner| {
        let some = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            some.clone().prop_map(|s| json!({ "allOf": s })),
            some.clone().prop_map(|s| json!({ "anyOf": s })),
            some.clone().prop_map(|s| json!({ "oneOf": s })),
            inner.clone().prop_map(|s| json!({ "not": s })),
            inner.clone().prop_map(|s| json!({ "contains": s })),
            inner.clone().prop_map(|s| json!({ "propertyNames": s })),
            inner.clone().prop_map(|s| json!({ "items": s })),
            (some, inner.clone()).prop_map(|(items, rest)| json!({ "items": items, "additionalItems": rest })),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(i, t, e)| json!({ "if": i, "then": t, "else": e })),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(
                |(p, q, rest)| json!({ "properties": { "a": p }, "patternProperties": { "^b": q }, "additionalProperties": rest })
            ),
            inner.prop_map(|s| json!({ "dependencies": { "b": s } })),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn verdicts_agree(rule in rule(), shared in prop_oneof![Just(json!({ "type": ["string", "object"] })), Just(json!({ "minimum": 1 }))], value in value()) {
        let document = json!({ "$schema": "http://json-schema.org/draft-07/schema#", "definitions": { "shared": shared },
                               "properties": { "traits": { "properties": { "x": { "allOf": [rule] } } } } });
        let ours = IdentitySchema::compile(&document.to_string(), &References::none()).unwrap();
        let theirs = jsonschema::validator_for(&document).unwrap();
        let traits = json!({ "x": value });
        prop_assert_eq!(ours.validate(&traits).is_ok(), theirs.is_valid(&json!({ "traits": traits })), "{} with {}", document, traits);
    }
}
