//! `cookies`, `session`.

use super::*;

const SAME_SITE: Kind = one_of(&["Strict", "Lax", "None"]);

pub(crate) static COOKIES: Object = Object::closed(&[
    key("domain", TEXT, "The Domain attribute of cookies."),
    key("path", TEXT, "The Path attribute of cookies.").text("/"),
    key("same_site", SAME_SITE, "The SameSite attribute of cookies.").text("Lax"),
    key("secure", TEXT, "The Secure attribute of cookies, as a text: \"true\" or \"false\".").computed("`true` outside development mode"),
]);

pub(crate) static SESSION: Object = Object::closed(&[
    key("lifespan", DURATION, "How long a session lasts.").text("24h"),
    key("earliest_possible_extend", DURATION, "A session may be extended when less than this remains of it.")
        .computed("`session.lifespan`"),
    key("cookie", Kind::Object(&COOKIE), "The session cookie."),
    key("whoami", Kind::Object(&WHOAMI), "What `/sessions/whoami` asks for and offers."),
]);

static COOKIE: Object = Object::closed(&[
    key("name", TEXT, "The cookie's name.").text("ory_kratos_session"),
    key("domain", TEXT, "The Domain attribute.").computed("`cookies.domain`"),
    key("path", TEXT, "The Path attribute.").computed("`cookies.path`"),
    key("same_site", SAME_SITE, "The SameSite attribute.").computed("`cookies.same_site`"),
    key("secure", TEXT, "The Secure attribute, as a text: \"true\" or \"false\".").computed("`true` outside development mode"),
    key("persistent", BOOL, "Keeps the cookie when the browser is closed.").yes(),
]);

static WHOAMI: Object = Object::closed(&[
    key("required_aal", REQUIRED_AAL, "The assurance asked for: one factor, or every factor the person has.").text("highest_available"),
    key("tokenizer", Kind::Object(&TOKENIZER), "Sessions as signed tokens."),
]);

pub(crate) const REQUIRED_AAL: Kind = one_of(&["aal1", "highest_available"]);

static TOKENIZER: Object =
    Object::open(&[key("templates", Kind::Map { of: &Kind::Object(&TEMPLATE_KEYS), secret: false }, "Templates of tokens by name.")]);

static TEMPLATE_KEYS: Object = Object::open(&[
    key("ttl", DURATION, "How long the token lasts; without it, it expires at once.").text("0s"),
    key("jwks_url", URI, "The signing keys, a JSON Web Key Set whose first key signs, by its `alg`: ES256, ES384, EdDSA, or RS, PS, HS with 256, 384, 512 (not ES512). `file://`, `https://` or `base64://`.").required(),
    key("claims_mapper_url", URI, "The Jsonnet that makes the claims."),
    key("subject_source", one_of(&["id", "external_id"]), "Where the subject comes from.").text("id"),
]);
