//! Rules that several keys keep together, and hooks.

use crate::mistakes::{accepted, nested, refused, with};

#[test]
fn encryption_needs_a_secret() {
    refused("ciphers: {algorithm: aes}", "secrets.cipher: missing");
    accepted("ciphers: {algorithm: aes}\nsecrets: {cipher: [exactly-thirty-two-characters--!]}");
}

#[test]
fn secrets_from_public_examples_pass_in_development_only() {
    let text = "secrets: {cookie: [PLEASE-CHANGE-ME-I-AM-VERY-INSECURE], cipher: [32-LONG-SECRET-NOT-SECURE-AT-ALL]}";
    refused(text, "secrets.cookie.0: found a secret from a public example");
    refused(text, "secrets.cipher.0: found a secret from a public example");
    assert_eq!(with(text, true), Ok(()));
}

#[test]
fn a_code_is_a_first_or_a_second_factor() {
    refused(
        "selfservice: {methods: {code: {passwordless_enabled: true, mfa_enabled: true}}}",
        "selfservice.methods.code.mfa_enabled: found true together with passwordless_enabled",
    );
    accepted("selfservice: {methods: {code: {mfa_enabled: true}}}");
}

#[test]
fn webauthn_needs_its_settings() {
    refused("selfservice: {methods: {webauthn: {enabled: true}}}", "selfservice.methods.webauthn.config: missing");
    refused("selfservice: {methods: {webauthn: {config: {rp: {display_name: X}}}}}", "selfservice.methods.webauthn.config.rp.id: missing");
    let both = "{id: example.org, display_name: X, origin: 'https://example.org', origins: ['https://example.org']}";
    refused(&nested("selfservice.methods.webauthn.config.rp", both), "rp.origin: found together with origins");
}

#[test]
fn a_provider_has_what_its_implementation_needs_and_nothing_of_others() {
    let provider = |more: &str| {
        nested("selfservice.methods.oidc.config.providers", &format!("[{{id: p, client_id: c, mapper_url: 'base64://e30=', {more}}}]"))
    };
    accepted(&provider("provider: generic, client_secret: s"));
    accepted(&provider("provider: microsoft, client_secret: s, microsoft_tenant: t"));
    accepted(&provider("provider: apple, apple_team_id: a, apple_private_key_id: b, apple_private_key: c"));
    refused(&provider("provider: generic"), "providers.0.client_secret: missing");
    refused(&provider("provider: microsoft, client_secret: s"), "providers.0.microsoft_tenant: missing");
    refused(
        &provider("provider: generic, client_secret: s, microsoft_tenant: t"),
        "providers.0.microsoft_tenant: found it with provider generic",
    );
    refused(&provider("provider: apple, apple_team_id: a, apple_private_key_id: b"), "providers.0.apple_private_key: missing");
    refused(
        &provider("provider: apple, client_secret: s, apple_team_id: a, apple_private_key_id: b, apple_private_key: c"),
        "providers.0.client_secret: found it with provider apple",
    );
    refused(&provider("provider: google, client_secret: s, apple_team_id: a"), "providers.0.apple_team_id: found it with provider google");
    refused(&provider("provider: nobody, client_secret: s"), "providers.0.provider: found \"nobody\", expected one of github");
    refused(&provider("provider: generic, client_secret: s, colour: red"), "providers.0.colour: unknown key");
}

#[test]
fn each_place_takes_its_own_hooks_once() {
    let hooks = |place: &str, list: &str| nested(&format!("selfservice.flows.{place}.hooks"), list);
    refused(
        &hooks("login.after", "[{hook: dance}]"),
        "selfservice.flows.login.after.hooks.0.hook: found \"dance\", expected one of revoke_active_sessions",
    );
    refused(&hooks("login.after", "[{hook: revoke_active_sessions, colour: red}]"), "hooks.0.colour: unknown key");
    refused(&hooks("login.after", "[{}]"), "hooks.0.hook: missing");
    refused(&hooks("login.after", "[{hook: verification}, {hook: verification}]"), "hooks: found an object twice");
    refused(&hooks("login.before", "[{hook: session}]"), "hooks.0.hook: found \"session\"");
    refused(&hooks("login.after.oidc", "[{hook: show_verification_ui}]"), "hooks.0.hook");
    refused(&hooks("registration.after", "session"), "selfservice.flows.registration.after.hooks: found \"session\", expected a list");
    accepted(&hooks("registration.after.password", "[{hook: session}, {hook: show_verification_ui}, {hook: organization, anything: 1}]"));
    accepted(&hooks(
        "settings.after.profile",
        "[{hook: notify_previous_addresses, config: {recipients: all}}, {hook: verify_new_address}]",
    ));
}

#[test]
fn a_web_hook_is_waited_for_or_not() {
    let hook = |more: &str| {
        nested("selfservice.flows.login.after.hooks", &format!("[{{hook: web_hook, config: {{url: 'https://h.example.org', {more}}}}}]"))
    };
    accepted(&hook("method: POST, response: {ignore: true}"));
    refused(&hook("id: x"), "hooks.0.config.method: missing");
    refused(
        &hook("method: POST, response: {ignore: true, parse: true}"),
        "hooks.0.config.response.parse: found true together with response.ignore",
    );
    refused(&hook("method: POST, can_interrupt: true, response: {ignore: true}"), "hooks.0.config.can_interrupt: found true together");
    refused(&hook("method: POST, auth: {type: api_key, config: {name: n, value: v}}"), "hooks.0.config.auth.config.in: missing");
    refused(&hook("method: POST, auth: {type: none}"), "hooks.0.config.auth.type: found \"none\", expected one of api_key, basic_auth");
}
