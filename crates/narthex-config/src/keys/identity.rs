//! `identity`.

use super::*;

pub(crate) static IDENTITY: Object = Object::closed(&[
    key("default_schema_id", TEXT, "The schema that is used when none is asked for.").text("default"),
    key(
        "schemas",
        Kind::List { of: &Kind::Object(&SCHEMA), min: 1, unique: false },
        "The identity schemas. Where an id repeats, the first one counts.",
    )
    .required(),
]);

static SCHEMA: Object = Object::open(&[
    key("id", TEXT, "The schema's name.").required(),
    key("url", URI, "Where the JSON Schema is read from: `file://`, `http://`, `https://` or `base64://`.").required(),
    key("selfservice_selectable", BOOL, "Lets self-service flows ask for it with `identity_schema=<id>`.").no(),
]);
