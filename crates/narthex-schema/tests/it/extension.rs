//! What the extension keyword makes of traits.

use narthex_schema::{IdentitySchema, Via};
use serde_json::{Value, json};

use crate::{compile, with_traits, wrong};

const KEYWORD: &str = "ory.sh/kratos";

fn all(via: &str) -> Value {
    json!({
        "credentials": { "password": { "identifier": true }, "webauthn": { "identifier": true }, "passkey": { "display_name": true },
                         "totp": { "account_name": true }, "code": { "identifier": true, "via": via } },
        "verification": { "via": via }, "recovery": { "via": via }, "organizations": { "matcher": "email_domain" },
    })
}

fn only(traits: Value) -> IdentitySchema {
    compile(json!({ "type": "object", "properties": { "traits": { "type": "object", "properties": traits } } }))
}

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|s| (*s).to_owned()).collect()
}

#[test]
fn an_address_can_be_everything_and_is_normalised() {
    let schema = only(json!({ "mail": { "type": "string", "format": "email", KEYWORD: all("email") } }));
    let address = vec![("kit@example.org".to_owned(), Via::Email)];
    let extracted = schema.validate(&json!({ "mail": "Kit@Example.org" })).unwrap();
    assert_eq!(extracted.password_identifiers, strings(&["kit@example.org"]));
    assert_eq!(extracted.webauthn_identifiers, strings(&["kit@example.org"]));
    assert_eq!(extracted.passkey_display_name.as_deref(), Some("Kit@Example.org"));
    assert_eq!(extracted.totp_account_name.as_deref(), Some("Kit@Example.org"));
    assert_eq!(extracted.code_addresses, address);
    assert_eq!(extracted.verifiable, address);
    assert_eq!(extracted.recovery, address);
}

#[test]
fn a_phone_number_is_reached_by_text_message() {
    let schema = only(json!({ "tel": { "type": "string", "format": "tel", KEYWORD: all("sms") } }));
    let extracted = schema.validate(&json!({ "tel": "+49 30 901820" })).unwrap();
    assert_eq!(extracted.password_identifiers, ["+4930901820"]);
    let number = [("+4930901820".to_owned(), Via::Sms)];
    assert_eq!((extracted.code_addresses, extracted.verifiable, extracted.recovery), (number.to_vec(), number.to_vec(), number.to_vec()));
}

#[test]
fn several_traits_come_in_the_order_of_the_schema_and_each_identifier_once() {
    let name = json!({ "credentials": { "password": { "identifier": true } } });
    let mail = json!({ "credentials": { "password": { "identifier": true }, "code": { "identifier": true, "via": "email" } }, "recovery": { "via": "email" } });
    let schema = only(json!({
        "z": { "type": "string", "format": "email", KEYWORD: mail }, "nick": { "type": "string", KEYWORD: name },
        "a": { "type": "string", "format": "email", KEYWORD: mail }, "same": { "type": "string", KEYWORD: name },
        "number": { "type": "integer", KEYWORD: name }, "empty": { "type": "string", KEYWORD: name }, "yes": { "type": "boolean", KEYWORD: name },
    }));
    let traits =
        json!({ "nick": " Kit ", "a": "a@example.org", "z": "z@example.org", "same": "kit", "number": 42, "empty": " ", "yes": true });
    let extracted = schema.validate(&traits).unwrap();
    assert_eq!(extracted.password_identifiers, ["z@example.org", "kit", "a@example.org", "42"]);
    let address = |a: &str| (a.to_owned(), Via::Email);
    assert_eq!(extracted.code_addresses, [address("a@example.org"), address("z@example.org")]);
    assert_eq!(extracted.recovery, [address("z@example.org"), address("a@example.org")]);
}

#[test]
fn the_keyword_counts_in_objects_lists_references_and_branches_that_apply() {
    let name = json!({ "type": "string", KEYWORD: { "credentials": { "password": { "identifier": true } } } });
    let schema = compile(json!({
        "type": "object", "definitions": { "name": name },
        "properties": { "traits": {
            "type": "object",
            "properties": {
                "inner": { "type": "object", "properties": { "a": name } }, "list": { "type": "array", "items": name }, "by": { "$ref": "#/definitions/name" },
                "kind": { "type": "string" },
            },
            "allOf": [{ "properties": { "all": name } }],
            "anyOf": [{ "required": ["never"], "properties": { "any": name } }, { "properties": { "other": name } }],
            "if": { "properties": { "kind": { "const": "x" } }, "required": ["kind"] }, "then": { "properties": { "then": name } }, "else": { "properties": { "else": name } },
            "not": { "required": ["never"], "properties": { "not": name } },
        } },
    }));
    let traits = |kind: &str| {
        json!({
            "inner": { "a": "inner" }, "list": ["first", "second"], "by": "reference", "kind": kind, "all": "all", "any": "any", "other": "other",
            "then": "then", "else": "else", "not": "not",
        })
    };
    let identifiers = |kind| {
        let mut names = schema.validate(&traits(kind)).unwrap().password_identifiers;
        names.sort();
        names
    };
    assert_eq!(identifiers("x"), ["all", "first", "inner", "other", "reference", "second", "then"]);
    assert_eq!(identifiers("y"), ["all", "else", "first", "inner", "other", "reference", "second"]);
}

#[test]
fn without_a_strict_format_an_address_is_taken_as_it_is() {
    let schema = only(json!({ "mail": { "type": "string", "format": "no-validate", KEYWORD: all("email") } }));
    let extracted = schema.validate(&json!({ "mail": " Anything At All " })).unwrap();
    assert_eq!(extracted.code_addresses, [("anything at all".to_owned(), Via::Email)]);
    assert_eq!(extracted.recovery, [("anything at all".to_owned(), Via::Email)]);
    assert_eq!(extracted.verifiable, [("Anything At All".to_owned(), Via::Email)]);
}

#[test]
fn an_address_that_nothing_can_be_sent_to_is_told_once_the_rest_is_right() {
    let via = |via: &str| json!({ "recovery": { "via": via } });
    let schema = with_traits(json!({ "type": "object", "properties": {
        "mail": { "type": "string", KEYWORD: via("email") }, "tel": { "type": "string", KEYWORD: via("sms") }, "short": { "type": "string", "maxLength": 1 },
        "silent": { "type": "string", KEYWORD: { "credentials": { "code": { "identifier": true } } } },
        "unformed": { "type": "string", KEYWORD: { "verification": { "via": "sms" } } },
    } }));
    let ids = |traits| wrong(&schema, traits).into_iter().map(|(name, id, _)| (name, id)).collect::<Vec<_>>();
    assert_eq!(ids(json!({ "mail": "x", "tel": "1" })), [("traits.mail".into(), 4_000_040), ("traits.tel".into(), 4_000_041)]);
    assert_eq!(ids(json!({ "mail": "x", "short": "ab" })), [("traits.short".into(), 4_000_017)]);
    assert_eq!(
        ids(json!({ "mail": "", "silent": "x", "unformed": "+4930901820" })),
        ["mail", "silent", "unformed"].map(|n| (format!("traits.{n}"), 4_000_001))
    );
    assert_eq!(ids(json!({ "mail": "a@b.example", "tel": "+4930901820" })), []);
}

#[test]
fn a_security_keys_name_is_taken_if_no_other_is_given() {
    let name = json!({ "credentials": { "webauthn": { "identifier": true } } });
    let schema = only(json!({ "a": { "type": "string", KEYWORD: name } }));
    assert_eq!(schema.validate(&json!({ "a": "Kit" })).unwrap().passkey_display_name.as_deref(), Some("kit"));
}

#[test]
fn the_label_is_the_title_of_the_only_identifier() {
    let named = |title: &str, ext: Value| json!({ "type": "string", "title": title, KEYWORD: ext });
    let password = || json!({ "credentials": { "password": { "identifier": true } } });
    let label = |traits| only(traits).identifier_label().map(|l| (l.title.clone(), l.name.clone()));
    assert_eq!(
        label(json!({ "a": named("Nick", password()), "b": named("B", json!({ "recovery": { "via": "email" } })) })),
        Some(("Nick".into(), "traits.a".into()))
    );
    assert_eq!(
        label(json!({ "a": named("A", password()), "b": named("B", json!({ "credentials": { "totp": { "account_name": true } } })) })),
        None
    );
    assert_eq!(label(json!({ "a": named("", password()) })), None);
    assert_eq!(label(json!({ "a": { "type": "string" } })), None);
}

#[test]
fn a_passkey_is_named_by_the_marked_fields_or_by_the_first_one_without_a_title() {
    let names = |traits| only(traits).passkey_name_fields().to_vec();
    let marked = |kind: &str, name: &str| json!({ "type": "string", KEYWORD: { "credentials": { kind: { name: true } } } });
    assert_eq!(
        names(json!({ "z": marked("passkey", "display_name"), "a": marked("webauthn", "identifier"), "b": { "type": "string" } })),
        ["traits.a", "traits.z"]
    );
    let titled = json!({ "type": "string", "title": "T" });
    assert_eq!(names(json!({ "z": { "type": "string" }, "m": { "type": "string" }, "a": titled })), ["traits.m"]);
    assert_eq!(names(json!({ "a": titled })), [""; 0]);
}
