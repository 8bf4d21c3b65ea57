//! `selfservice.methods.oidc`, `selfservice.methods.b2b`.

use super::*;

pub(crate) static OIDC: Object =
    Object::closed(&[key("enabled", BOOL, "Offers the method.").no(), key("config", Kind::Object(&CONFIG), "Its settings.")]);

static CONFIG: Object = Object::closed(&[
    key("base_redirect_uri", URI, "What the addresses that providers return to are built on.").computed("`serve.public.base_url`"),
    key("providers", Kind::List { of: &Kind::Object(&PROVIDER), min: 0, unique: false }, "The providers, in the order of their buttons."),
]);

const IMPLEMENTATIONS: Kind = one_of(&[
    "github",
    "github-app",
    "gitlab",
    "generic",
    "google",
    "microsoft",
    "discord",
    "salesforce",
    "slack",
    "facebook",
    "auth0",
    "vk",
    "yandex",
    "apple",
    "spotify",
    "netid",
    "dingtalk",
    "patreon",
    "line",
    "linkedin",
    "linkedin_v2",
    "lark",
    "x",
    "fedcm-test",
    "amazon",
    "uaepass",
]);

static PROVIDER: Object = Object::closed(&[
    key("id", TEXT, "The provider's name in addresses and stored credentials.").required(),
    key("provider", IMPLEMENTATIONS, "Which implementation talks to it.").required(),
    key("label", TEXT, "What the button says."),
    key("client_id", TEXT, "Our id at the provider.").required(),
    key("client_secret", TEXT, "Our secret at the provider; required for all but Apple, which takes none.").secret(),
    key("issuer_url", URI, "The issuer, or the base of the provider's addresses."),
    key("auth_url", URI, "Where people are sent, when it cannot be discovered."),
    key("token_url", URI, "Where codes are exchanged, when it cannot be discovered."),
    key("mapper_url", URI, "The Jsonnet that turns claims into traits.").required(),
    key("scope", TEXTS, "The scopes that are asked for."),
    key("requested_claims", Kind::Object(&CLAIMS), "The claims that are asked for (OpenID Connect Core, section 5.5).").optional(),
    key("microsoft_tenant", TEXT, "Microsoft's tenant; required there and nowhere else."),
    key("subject_source", one_of(&["userinfo", "me", "oid"]), "Where Microsoft's subject comes from.").text("userinfo"),
    key("apple_team_id", TEXT, "Apple's team; required there and nowhere else."),
    key("apple_private_key_id", TEXT, "The id of Apple's key; required there and nowhere else."),
    key("apple_private_key", TEXT, "Apple's key; required there and nowhere else.").secret(),
    key("organization_id", TEXT, "Hides the provider from everyone outside this organisation."),
    key("additional_id_token_audiences", TEXTS, "Further audiences that a submitted ID token may be for."),
    key("claims_source", one_of(&["id_token", "userinfo"]), "Where claims are taken from.").text("id_token"),
    key(
        "pkce",
        one_of(&["auto", "never", "force"]),
        "Proof Key for Code Exchange (RFC 7636); `force` also uses one return address for all providers.",
    )
    .text("auto"),
    key(
        "account_linking_mode",
        one_of(&["confirm_with_existing_credential", "automatic"]),
        "What happens when the identifier belongs to an account already.",
    )
    .text("confirm_with_existing_credential"),
    key("update_identity_on_login", one_of(&["never", "automatic"]), "Whether traits follow the provider at each login.").text("never"),
    key("aal2_acr_values", TEXTS, "Values of `acr` that count as two factors."),
    key("aal2_amr_values", TEXTS, "Values of `amr` that count as two factors."),
    key("fedcm_config_url", URI, "The provider's Federated Credential Management document."),
    key("net_id_token_origin_header", TEXT, "The Origin header that netID asks for."),
]);

static CLAIMS: Object = Object::open(&[
    key("userinfo", Kind::Map { of: &Kind::Any, secret: false }, "Claims from the user-info endpoint."),
    key("id_token", Kind::Map { of: &Kind::Any, secret: false }, "Claims from the ID token."),
]);

pub(crate) static B2B: Object = Object::closed(&[key("config", Kind::Object(&B2B_CONFIG), "Its settings.")]);

static B2B_CONFIG: Object =
    Object::closed(&[key("organizations", Kind::List { of: &Kind::Object(&ORGANIZATION), min: 0, unique: false }, "The organisations.")]);

static ORGANIZATION: Object = Object::open(&[
    key("id", Kind::Text(Text::Uuid), "The organisation's id."),
    key("label", TEXT, "Its name."),
    key("domains", Kind::List { of: &Kind::Text(Text::Hostname), min: 0, unique: false }, "The domains of its members' addresses."),
    key("session_lifespan", DURATION, "How long its members' sessions last, if not as long as others'."),
]);
