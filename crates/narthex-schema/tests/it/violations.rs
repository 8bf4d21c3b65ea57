//! Which rules are told of, where, and with which values.

use serde_json::{Value, json};

use crate::{compile, schema, with_traits, wrong};

#[test]
fn each_rule_has_a_message_that_names_the_limit_and_what_was_found() {
    let table: Value = serde_json::from_str(include_str!("../data/rules.json")).unwrap();
    let schema = schema(table["traits"].clone());
    for case in table["wrong"].as_array().unwrap() {
        let told = wrong(&schema, case["traits"].clone());
        let expected = (case["field"].as_str().unwrap().to_owned(), case["id"].as_u64().unwrap(), case["context"].clone());
        assert_eq!(told, [expected], "{case}");
    }
    for traits in table["right"].as_array().unwrap() {
        assert_eq!(wrong(&schema, traits.clone()), [], "{traits}");
    }
}

#[test]
fn a_missing_property_is_told_at_its_own_place_and_all_are_told() {
    let schema = with_traits(json!({ "type": "object", "required": ["a", "home", "user"], "properties": {
        "a": { "type": "string" },
        "home": { "type": "object", "required": ["town"], "properties": { "town": { "type": "string" } } },
    } }));
    let missing = |name: &str, property: &str| (name.to_owned(), 4_000_002, json!({ "property": property }));
    assert_eq!(wrong(&schema, json!({})), [missing("traits.a", "a"), missing("traits.home", "home"), missing("traits.user", "user")]);
    assert_eq!(wrong(&schema, json!({ "a": "", "user": "u", "home": {} })), [missing("traits.home.town", "town")]);
}

#[test]
fn each_format_knows_right_from_wrong() {
    let table: Value = serde_json::from_str(include_str!("../data/formats.json")).unwrap();
    for case in table.as_array().unwrap() {
        let schema = schema(json!({ "x": { "type": "string", "format": case["format"] } }));
        for (verdict, is_right) in [("right", true), ("wrong", false)] {
            for text in case[verdict].as_array().unwrap() {
                let told = wrong(&schema, json!({ "x": text }));
                assert_eq!(told.is_empty(), is_right, "{text} as {}", case["format"]);
            }
        }
    }
}

#[test]
fn formats_have_messages_of_their_own_only_for_addresses() {
    let schema = schema(json!({
        "email": { "type": "string", "format": "email", "minLength": 3 }, "loose": { "type": "string", "format": "email_loose" },
        "tel": { "type": "string", "format": "tel" }, "date": { "type": "string", "format": "date" },
        "uuid": { "type": "string", "format": "uuid" }, "free": { "type": "string", "format": "no-validate" }, "untyped": { "format": "email" },
    }));
    for (traits, expected) in [
        (
            json!({ "email": "x" }),
            vec![
                ("traits.email", 4_000_040, json!({ "value": "x" })),
                ("traits.email", 4_000_003, json!({ "min_length": 3, "actual_length": 1 })),
            ],
        ),
        (
            json!({ "email": "" }),
            vec![("traits.email", 4_000_001, json!({})), ("traits.email", 4_000_003, json!({ "min_length": 3, "actual_length": 0 }))],
        ),
        (json!({ "loose": "x" }), vec![("traits.loose", 4_000_040, json!({ "value": "x" }))]),
        (json!({ "tel": "abc" }), vec![("traits.tel", 4_000_041, json!({ "value": "abc" }))]),
        (json!({ "date": "abc" }), vec![("traits.date", 4_000_001, json!({}))]),
        (json!({ "untyped": 5 }), vec![("traits.untyped", 4_000_040, json!({ "value": "5" }))]),
        (json!({ "uuid": "x", "free": "x", "loose": "a.@b.example" }), vec![]),
    ] {
        let told = wrong(&schema, traits.clone());
        let told: Vec<_> = told.iter().map(|(name, id, context)| (name.as_str(), *id, context.clone())).collect();
        assert_eq!(told, expected, "{traits}");
    }
}

#[test]
fn a_wrong_type_hides_what_else_is_wrong() {
    let schema = schema(json!({ "a": { "type": "string", "enum": ["x"], "const": "x", "format": "email" } }));
    assert_eq!(
        wrong(&schema, json!({ "a": 1 })),
        [("traits.a".to_owned(), 4_000_026, json!({ "allowed_types": ["string"], "actual_type": "number" }))]
    );
}

#[test]
fn what_failed_in_each_branch_of_a_combinator_is_told_unless_one_matches() {
    let schema = with_traits(json!({
        "type": "object", "properties": { "kind": { "type": "string" } },
        "allOf": [{ "properties": { "nick": { "type": "string", "maxLength": 5 } } }],
        "anyOf": [{ "required": ["phone"] }, { "required": ["fax"] }],
        "if": { "properties": { "kind": { "const": "firm" } }, "required": ["kind"] },
        "then": { "required": ["vat"] },
        "else": { "properties": { "born": { "type": "integer" } } },
    }));
    let names = |traits| wrong(&schema, traits).into_iter().map(|(name, id, _)| (name, id)).collect::<Vec<_>>();
    assert_eq!(names(json!({})), [("traits.phone".into(), 4_000_002), ("traits.fax".into(), 4_000_002)]);
    assert_eq!(names(json!({ "fax": "1" })), []);
    assert_eq!(names(json!({ "fax": "1", "nick": "toolong" })), [("traits.nick".into(), 4_000_017)]);
    assert_eq!(names(json!({ "fax": "1", "kind": "firm" })), [("traits.vat".into(), 4_000_002)]);
    assert_eq!(names(json!({ "fax": "1", "kind": "firm", "born": "x", "vat": "v" })), []);
    assert_eq!(names(json!({ "fax": "1", "kind": "human", "born": "x" })), [("traits.born".into(), 4_000_026)]);
}

#[test]
fn exactly_one_alternative_has_to_fit() {
    let schema = with_traits(
        json!({ "type": "object", "properties": { "n": { "oneOf": [{ "type": "integer" }, { "minimum": 2 }, { "type": "string" }] } } }),
    );
    let names = |traits| wrong(&schema, traits).into_iter().map(|(name, id, _)| (name, id)).collect::<Vec<_>>();
    assert_eq!(names(json!({ "n": 1 })), []);
    assert_eq!(names(json!({ "n": 2.5 })), []);
    assert_eq!(names(json!({ "n": 3 })), [("traits.n".into(), 4_000_001)]);
    assert_eq!(
        names(json!({ "n": 0.5 })),
        [("traits.n".into(), 4_000_026), ("traits.n".into(), 4_000_018), ("traits.n".into(), 4_000_026)]
    );
}

#[test]
fn a_reference_hides_the_keywords_beside_it() {
    let schema = compile(json!({
        "type": "object",
        "definitions": { "place": { "type": "object", "required": ["town"] } },
        "properties": { "traits": { "type": "object", "properties": { "home": { "$ref": "#/definitions/place", "maxProperties": 0 } } } },
    }));
    assert_eq!(wrong(&schema, json!({ "home": {} })), [("traits.home.town".to_owned(), 4_000_002, json!({ "property": "town" }))]);
    assert_eq!(wrong(&schema, json!({ "home": { "town": 1 } })), []);
}

#[test]
fn what_stands_beside_the_traits_is_validated_too() {
    let schema = compile(
        json!({ "type": "object", "required": ["other"], "properties": { "traits": { "type": "object", "properties": { "a": {} } } } }),
    );
    assert_eq!(wrong(&schema, json!({ "a": 1 })), [("other".to_owned(), 4_000_002, json!({ "property": "other" }))]);
}

#[test]
fn places_are_told_as_pointers_and_as_field_names() {
    let schema = schema(json!({ "a/b~c.d e": { "type": "string" } }));
    let violations = schema.validate(&json!({ "a/b~c.d e": 1 })).unwrap_err();
    assert_eq!(violations[0].pointer, "#/traits/a~1b~0c.d e");
    assert_eq!(violations[0].path, ["traits", "a/b~c.d e"]);
    assert_eq!(violations[0].field_name(), "traits.a/b~c\\.d e");
}

#[test]
fn every_message_has_words_and_a_generic_one_gives_them_as_its_reason() {
    let schema = schema(json!({ "a": { "type": "string", "enum": ["x"], "minLength": 3 } }));
    for violation in schema.validate(&json!({ "a": "y" })).unwrap_err() {
        assert!(!violation.message.text.is_empty());
        if violation.message.id == 4_000_001 {
            assert_eq!(violation.message.context.unwrap()["reason"], violation.message.text.as_ref());
        }
    }
}
