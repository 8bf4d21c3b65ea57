//! Any body can be decoded, as JSON and as a form, and turned into traits.
#![no_main]

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use narthex::edge::body::Body;
use narthex_schema::{IdentitySchema, References};

const SCHEMA: &str = r#"{"type":"object","properties":{"traits":{"type":"object","properties":{
    "email":{"type":"string","format":"email","ory.sh/kratos":{"credentials":{"password":{"identifier":true}}}},
    "age":{"type":"integer"},"yes":{"type":"boolean"},"name":{"type":"object","properties":{"first":{"type":"string"}}},
    "list":{"type":"array","items":{"type":"string"}}}}}}"#;

fuzz_target!(|data: &[u8]| {
    let schema = IdentitySchema::compile(SCHEMA, &References::none()).expect("a schema");
    for media in ["application/json", "application/x-www-form-urlencoded"] {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
        let document = match Body::decode(&headers, data) {
            Ok(Body::Json(map)) => schema.coerce_json(&map),
            Ok(Body::Form(fields)) => schema.coerce_form(&fields),
            Err(_) => continue,
        };
        if let Ok(document) = document {
            let _ = schema.validate(&document["traits"]);
        }
    }
});
