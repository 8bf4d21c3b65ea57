//! What becomes of what a form or a body sends.

use narthex_schema::{FormError, IdentitySchema};
use serde_json::{Value, json};

use crate::{compile, schema, with_traits};

fn form(schema: &IdentitySchema, fields: &[(&str, &str)]) -> Value {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (format!("traits.{name}"), (*value).to_owned())).collect();
    schema.coerce_form(&fields).unwrap()["traits"].clone()
}

fn json_body(schema: &IdentitySchema, body: Value) -> Value {
    schema.coerce_json(body.as_object().unwrap()).unwrap()
}

fn typed() -> IdentitySchema {
    with_traits(json!({ "type": "object", "required": ["must_n", "must_y"], "properties": {
        "text": { "type": "string" }, "n": { "type": "number" }, "must_n": { "type": "integer" }, "y": { "type": "boolean" }, "must_y": { "type": "boolean" },
        "texts": { "type": "array", "items": { "type": "string" } }, "numbers": { "type": "array", "items": { "type": "number" } },
        "yeses": { "type": "array", "items": { "type": "boolean" } }, "anything": { "type": "array" }, "either": { "type": ["string", "number", "boolean"] },
    } }))
}

#[test]
fn text_becomes_what_the_schema_says() {
    let sent = [
        ("text", "a"),
        ("n", "1.50"),
        ("must_n", "-2"),
        ("y", "true"),
        ("texts", "a"),
        ("texts", "b"),
        ("numbers", "1"),
        ("numbers", "two"),
        ("yeses", "true"),
        ("yeses", "0"),
        ("anything", "1"),
        ("either", "3"),
        ("unheard.of", "x"),
    ];
    assert_eq!(
        form(&typed(), &sent),
        json!({
            "text": "a", "n": 1.5, "must_n": -2, "y": true, "texts": ["a", "b"], "numbers": [1, "two"], "yeses": [true, false], "anything": ["1"],
        })
    );
}

#[test]
fn numbers_are_those_of_a_double_and_what_is_none_stays_text() {
    for (sent, value) in [
        ("7", json!(7)),
        ("-7", json!(-7)),
        ("+7", json!(7)),
        ("007", json!(7)),
        ("7.0", json!(7)),
        ("7e2", json!(700)),
        ("0x10", json!("0x10")),
        (" 7", json!(" 7")),
        ("7,5", json!("7,5")),
        ("9007199254740993", json!(9_007_199_254_740_992_i64)),
        ("1e400", json!("1e400")),
        ("1e30", json!(1e30)),
        ("one", json!("one")),
    ] {
        assert_eq!(form(&typed(), &[("n", sent)]), json!({ "n": value }), "{sent}");
    }
    for sent in ["Infinity", "-inf", "NaN"] {
        let error = typed().coerce_form(&[("traits.n".to_owned(), sent.to_owned())]).unwrap_err();
        assert_eq!(error, FormError::NotFinite { name: "traits.n".into() });
    }
}

#[test]
fn of_several_ticks_the_last_counts_and_of_several_texts_the_first() {
    for (sent, value) in
        [("true", json!(true)), ("false", json!(false)), ("1", json!(true)), ("T", json!(true)), ("on", json!("on")), ("yes", json!("yes"))]
    {
        assert_eq!(form(&typed(), &[("y", sent)]), json!({ "y": value }), "{sent}");
    }
    assert_eq!(form(&typed(), &[("y", "false"), ("y", "true"), ("text", "a"), ("text", "b")]), json!({ "y": true, "text": "a" }));
}

#[test]
fn empty_fields_are_not_there_but_for_required_numbers_and_ticks_and_for_lists() {
    let sent = [("text", ""), ("n", ""), ("must_n", ""), ("y", ""), ("must_y", ""), ("texts", "")];
    assert_eq!(form(&typed(), &sent), json!({ "must_n": 0, "must_y": false, "texts": [""] }));
}

fn nested() -> IdentitySchema {
    schema(
        json!({ "home": { "type": "object", "properties": { "town": { "type": "string" }, "place": { "type": "object", "properties": { "zip": { "type": "integer" } } } } } }),
    )
}

#[test]
fn objects_of_the_schema_are_there_even_if_nothing_in_them_was_sent() {
    assert_eq!(form(&nested(), &[]), json!({ "home": { "place": {} } }));
    assert_eq!(form(&nested(), &[("home.place.zip", "7")]), json!({ "home": { "place": { "zip": 7 } } }));
    assert_eq!(
        json_body(&nested(), json!({ "traits": { "home": { "town": "K" } } })),
        json!({ "traits": { "home": { "town": "K", "place": {} } } })
    );
    assert_eq!(json_body(&nested(), json!({ "traits": { "home": "wrong" } })), json!({ "traits": { "home": "wrong" } }));
    for body in [json!({}), json!({ "traits": null }), json!({ "traits": {} })] {
        assert_eq!(json_body(&nested(), body), json!({ "traits": { "home": { "place": {} } } }));
    }
}

#[test]
fn a_json_body_may_use_the_names_of_a_form_and_an_object_replaces_them() {
    let schema = nested();
    let body = json!({ "traits.home.town": "K", "traits.home.place.zip": "7", "method": "password", "traits.unheard": 1 });
    assert_eq!(json_body(&schema, body), json!({ "traits": { "home": { "town": "K", "place": { "zip": 7 } } } }));
    let body = json!({ "traits.home.town": "K", "traits": { "user": "u" } });
    assert_eq!(json_body(&schema, body), json!({ "traits": { "user": "u", "home": { "place": {} } } }));
}

#[test]
fn an_object_can_be_sent_as_json_in_a_field_of_a_form() {
    let schema = nested();
    assert_eq!(form(&schema, &[("home", "{\"town\":\"K\"}")]), json!({ "home": { "town": "K", "place": {} } }));
    assert_eq!(form(&schema, &[("home", "{not json")]), json!({ "home": "{not json" }));
}

#[test]
fn fields_beside_the_traits_are_not_read() {
    let schema = compile(
        json!({ "type": "object", "properties": { "other": { "type": "string" }, "traits": { "type": "object", "properties": { "a": { "type": "string" } } } } }),
    );
    let sent = [("other".to_owned(), "x".to_owned()), ("traits.a".to_owned(), "y".to_owned())];
    assert_eq!(schema.coerce_form(&sent).unwrap(), json!({ "traits": { "a": "y" } }));
}

#[test]
fn a_name_with_a_dot_is_one_step() {
    let schema = schema(json!({ "a.b": { "type": "string" } }));
    assert_eq!(form(&schema, &[("a.b", "x")]), json!({ "a.b": "x" }));
}
