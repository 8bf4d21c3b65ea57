//! `selfservice.methods.webauthn`, `selfservice.methods.passkey`.

use super::*;

const ENABLED: Key = key("enabled", BOOL, "Offers the method.").no();
const RP_ID: Key = key("id", TEXT, "The domain that keys are bound to.");
const RP_NAME: Key = key("display_name", TEXT, "The name that people see.");

pub(crate) static WEBAUTHN: Object =
    Object::closed(&[ENABLED, key("config", Kind::Object(&WEBAUTHN_CONFIG), "Its settings; required when the method is enabled.")]);

static WEBAUTHN_CONFIG: Object = Object::closed(&[
    key("passwordless", BOOL, "Makes it a first factor instead of a second one.").no(),
    key("rp", Kind::Object(&WEBAUTHN_RP), "The relying party.").optional(),
]);

static WEBAUTHN_RP: Object = Object::open(&[
    RP_ID.required(),
    RP_NAME.required(),
    key("origin", URI, "The one origin that pages may ask from; not together with `origins`.")
        .deprecated("selfservice.methods.webauthn.config.rp.origins"),
    key("origins", Kind::List { of: &URI, min: 0, unique: false }, "The origins that pages may ask from.")
        .computed("the scheme of `serve.public.base_url` and the id"),
    key("icon", URI, "A picture; nothing shows it.").no_effect(),
]);

pub(crate) static PASSKEY: Object = Object::closed(&[ENABLED, key("config", Kind::Object(&PASSKEY_CONFIG), "Its settings.")]);

static PASSKEY_CONFIG: Object = Object::closed(&[
    key("rp", Kind::Object(&PASSKEY_RP), "The relying party.").optional(),
    key("authenticator_selection", Kind::Object(&SELECTION), "Which authenticators are welcome."),
    key("attestation", Kind::Object(&ATTESTATION), "Whether authenticators prove what they are."),
    key("timeouts", Kind::Object(&TIMEOUTS), "How long a ceremony may take."),
]);

static PASSKEY_RP: Object = Object::open(&[
    RP_ID.required(),
    RP_NAME.required(),
    key("origins", TEXTS, "The origins that pages may ask from.").computed("the scheme of `serve.public.base_url` and the id"),
]);

const REQUIREMENT: Kind = one_of(&["required", "preferred", "discouraged"]);

static SELECTION: Object = Object::closed(&[
    key("attachment", one_of(&["platform", "cross-platform"]), "Built into the device or carried around; without it, either."),
    key("resident_key", REQUIREMENT, "Whether the key lives on the authenticator.").text("required"),
    key("user_verification", REQUIREMENT, "Whether the authenticator checks who is there.").text("preferred"),
]);

static ATTESTATION: Object =
    Object::closed(&[key("preference", one_of(&["none", "indirect", "direct", "enterprise"]), "What is asked for.").text("none")]);

static TIMEOUTS: Object = Object::closed(&[
    key("registration", Kind::Text(Text::PositiveDuration), "At registration."),
    key("login", Kind::Text(Text::PositiveDuration), "At login."),
]);
