//! Which fields a schema makes of a form.

use narthex_schema::{Field, IdentitySchema, References};
use serde_json::{Value, json};

use crate::{compile, schema, with_traits};

/// The traits' fields but `user`, as JSON that leaves out what is not there.
fn fields(schema: &IdentitySchema) -> Vec<Value> {
    schema.fields().iter().filter(|f| f.name != "traits.user").map(shown).collect()
}

fn shown(field: &Field) -> Value {
    let mut out = json!({ "name": field.name, "type": field.input_type.as_str() });
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            out[key] = value;
        }
    };
    put("autocomplete", field.autocomplete.map(Into::into));
    put("required", field.required.then_some(json!(true)));
    put("disabled", field.disabled.then_some(json!(true)));
    put("pattern", field.pattern.clone().map(Into::into));
    put("options", (!field.options.is_empty()).then(|| json!(field.options)));
    put("title", field.title.clone().map(Into::into));
    out
}

/// `name type` of each field.
fn types(schema: &IdentitySchema) -> Vec<String> {
    let fields = schema.fields().iter().filter(|f| f.name != "traits.user");
    fields.map(|f| format!("{} {}", f.name.trim_start_matches("traits."), f.input_type.as_str())).collect()
}

#[test]
fn the_type_of_a_leaf_makes_its_input() {
    let schema = schema(json!({
        "text": { "type": "string" }, "number": { "type": "number" }, "integer": { "type": "integer" }, "yes": { "type": "boolean" },
        "texts": { "type": "array", "items": { "type": "string" } }, "anything": { "type": "array" },
        "pair": { "type": "array", "items": [{ "type": "string" }, { "type": "number" }] },
        "things": { "type": "array", "items": { "type": "object" } }, "nested": { "type": "array", "items": { "type": "array" } },
        "nothing": { "type": "null" }, "untyped": {}, "maybe": { "type": ["string", "null"] }, "either": { "type": ["string", "number", "boolean"] },
        "preset": { "type": ["string", "null"], "default": "x" }, "free": { "type": "object" }, "always": { "const": 7 }, "never": { "const": true },
        "fixed": { "const": [1] }, "not": { "not": { "type": "string" } },
    }));
    assert_eq!(
        types(&schema),
        [
            "always number",
            "anything text",
            "integer number",
            "never checkbox",
            "not text",
            "number number",
            "pair text",
            "preset text",
            "text text",
            "texts text",
            "yes checkbox",
        ]
    );
}

#[test]
fn a_format_makes_a_finer_input_and_tells_what_may_be_filled_in() {
    let formats = ["email", "tel", "uri", "date", "date-time", "time", "regex", "hostname", "uuid", "color", "no-validate"];
    let traits = formats.iter().map(|f| ((*f).to_owned(), json!({ "type": "string", "format": f }))).collect::<serde_json::Map<_, _>>();
    let with = |name: &str, kind: &str, autocomplete: Option<&str>| {
        let mut out = json!({ "name": format!("traits.{name}"), "type": kind });
        if let Some(autocomplete) = autocomplete {
            out["autocomplete"] = autocomplete.into();
        }
        out
    };
    assert_eq!(
        fields(&schema(traits.into())),
        [
            with("color", "text", None),
            with("date", "date", None),
            with("date-time", "datetime-local", None),
            with("email", "email", Some("email")),
            with("hostname", "text", None),
            with("no-validate", "text", None),
            with("regex", "text", None),
            with("tel", "tel", Some("tel")),
            with("time", "text", None),
            with("uri", "url", Some("url")),
            with("uuid", "text", None),
        ]
    );
}

#[test]
fn titles_patterns_choices_and_switched_off_fields_show() {
    let schema = schema(json!({
        "code": { "type": "string", "title": "Code", "pattern": "^[A-Z]{2}$" }, "empty": { "type": "string", "title": "" },
        "size": { "type": "string", "enum": ["s", "m"] }, "ratio": { "type": "number", "enum": [0.5, 1] }, "mixed": { "enum": ["a", 1] },
        "many": { "type": "array", "items": { "type": "string", "enum": ["a"] } }, "off": { "type": "string", "disableFormField": true },
    }));
    assert_eq!(
        fields(&schema),
        [
            json!({ "name": "traits.code", "type": "text", "pattern": "^[A-Z]{2}$", "title": "Code" }),
            json!({ "name": "traits.empty", "type": "text" }),
            json!({ "name": "traits.many", "type": "text" }),
            json!({ "name": "traits.off", "type": "text", "disabled": true }),
            json!({ "name": "traits.ratio", "type": "number", "options": [0.5, 1] }),
            json!({ "name": "traits.size", "type": "text", "options": ["s", "m"] }),
        ]
    );
}

#[test]
fn five_hundred_choices_are_offered_at_most() {
    let schema = schema(json!({ "n": { "type": "integer", "enum": (0..600).collect::<Vec<_>>() } }));
    let field = schema.fields().iter().find(|f| f.name == "traits.n").unwrap();
    assert_eq!((field.options.len(), field.options.last()), (500, Some(&json!(499))));
    assert!(schema.validate(&json!({ "n": 599 })).is_ok());
}

#[test]
fn nested_leaves_have_dotted_names_and_are_required_by_their_own_object() {
    let schema = with_traits(
        json!({ "type": "object", "required": ["address"], "properties": { "address": { "type": "object", "required": ["street"], "properties": {
        "street": { "type": "string" }, "place": { "type": "object", "required": ["zip"], "properties": { "zip": { "type": "string" }, "town": { "type": "string" } } },
    } } } }),
    );
    assert_eq!(
        fields(&schema),
        [
            json!({ "name": "traits.address.place.town", "type": "text" }),
            json!({ "name": "traits.address.place.zip", "type": "text", "required": true }),
            json!({ "name": "traits.address.street", "type": "text", "required": true }),
        ]
    );
}

#[test]
fn names_may_be_anything_and_only_outside_the_traits_do_two_of_them_mean_more() {
    let schema = schema(
        json!({ "password": { "type": "string" }, "with space": { "type": "string" }, "ünï": { "type": "string" }, "a.b": { "type": "string" } }),
    );
    assert_eq!(types(&schema), ["a.b text", "password text", "with space text", "ünï text"]);
    assert_eq!(schema.fields()[0].path, ["traits", "a.b"]);
    let schema = compile(json!({ "type": "object", "properties": {
        "password": { "type": "string" }, "csrf_token": { "type": "string" }, "another": { "type": "object", "properties": { "inner": { "type": "number" } } },
        "traits": { "type": "object", "properties": { "a": { "type": "string" } } },
    } }));
    assert_eq!(types(&schema), ["another.inner number", "csrf_token hidden", "password password", "a text"]);
}

#[test]
fn references_are_followed_but_do_not_carry_a_requirement_over() {
    let schema = compile(json!({
        "type": "object",
        "definitions": {
            "place": { "type": "object", "required": ["town"], "properties": { "town": { "type": "string", "title": "Town" } } },
            "colour": { "type": "string", "enum": ["red"] },
        },
        "properties": { "traits": { "type": "object", "required": ["colour"], "properties": {
            "home": { "$ref": "#/definitions/place" }, "work": { "$ref": "#/definitions/place" }, "colour": { "$ref": "#/definitions/colour" },
        } } },
    }));
    assert_eq!(
        fields(&schema),
        [
            json!({ "name": "traits.colour", "type": "text", "options": ["red"] }),
            json!({ "name": "traits.home.town", "type": "text", "required": true, "title": "Town" }),
            json!({ "name": "traits.work.town", "type": "text", "required": true, "title": "Town" }),
        ]
    );
    assert_eq!(schema.key_order(), ["traits.home", "traits.work", "traits.colour"]);
}

#[test]
fn combinators_add_fields_and_the_property_itself_has_the_last_word() {
    let schema = with_traits(json!({
        "type": "object", "properties": { "kind": { "type": "string", "enum": ["firm"] } },
        "allOf": [{ "properties": { "nick": { "type": "string" } } }],
        "anyOf": [{ "properties": { "phone": { "type": "string" } }, "required": ["phone"] }],
        "oneOf": [{ "properties": { "fax": { "type": "string" } } }],
        "if": { "properties": { "kind": { "const": "firm" } } },
        "then": { "properties": { "vat": { "type": "string" } }, "required": ["vat"] }, "else": { "properties": { "born": { "type": "integer" } } },
    }));
    assert_eq!(
        fields(&schema),
        [
            json!({ "name": "traits.born", "type": "number" }),
            json!({ "name": "traits.fax", "type": "text" }),
            json!({ "name": "traits.kind", "type": "text", "options": ["firm"] }),
            json!({ "name": "traits.nick", "type": "text" }),
            json!({ "name": "traits.phone", "type": "text", "required": true }),
            json!({ "name": "traits.vat", "type": "text", "required": true }),
        ]
    );
}

#[test]
fn a_schema_that_contains_itself_is_listed_once_around() {
    let schema = compile(json!({
        "type": "object", "definitions": { "person": { "type": "object", "properties": { "name": { "type": "string" }, "friend": { "$ref": "#/definitions/person" } } } },
        "properties": { "traits": { "type": "object", "properties": { "me": { "$ref": "#/definitions/person" } } } },
    }));
    assert_eq!(types(&schema), ["me.name text"]);
    assert!(schema.validate(&json!({ "me": { "friend": { "friend": { "name": "a" } } } })).is_ok());
    assert!(schema.validate(&json!({ "me": { "friend": { "friend": { "name": 1 } } } })).is_err());
}

#[test]
fn the_document_is_kept_as_it_was_written() {
    let text = "{ \"title\": \"T\",\n \"unknown\": 2.50, \"properties\": {\"traits\": {\"properties\": {\"a\": {}}}}}";
    let schema = IdentitySchema::compile(text, &References::none()).unwrap();
    assert_eq!((schema.document(), schema.title()), (text, Some("T")));
}
