//! Hooks that can do nothing as the rest of the configuration stands, and lists that are never looked at.

use narthex_config::{After, Config, Hook};

use crate::hook::places;

/// What is to be told of a configuration's built-in hooks.
pub(super) fn warnings(config: &Config) -> Vec<String> {
    let verifies = config.selfservice.flows.verification.enabled;
    let mut told: Vec<String> = places::lists(config).flat_map(|(at, hooks)| of_list(&at, hooks, verifies)).collect();
    let flows = &config.selfservice.flows;
    let methods = &config.selfservice.methods;
    let (oidc, passkey, webauthn) =
        (("oidc", methods.oidc.enabled), ("passkey", methods.passkey.enabled), ("webauthn", methods.webauthn.enabled));
    let (password, code) = (("password", methods.password.enabled), ("code", methods.code.passwordless_enabled));
    let (totp, lookup) = (("totp", methods.totp.enabled), ("lookup_secret", methods.lookup_secret.enabled));
    let login_code = ("code", methods.code.passwordless_enabled || methods.code.mfa_enabled);
    let registration = never_run("registration", &flows.registration.after, &[password, code, oidc, passkey, webauthn]);
    let login = never_run("login", &flows.login.after, &[password, login_code, oidc, passkey, webauthn, totp, lookup]);
    let profile = ("profile", methods.profile.enabled);
    let settings = never_run("settings", &flows.settings.after, &[password, profile, oidc, passkey, webauthn, totp, lookup]);
    told.extend([registration, login, settings].into_iter().flatten());
    told
}

fn of_list(at: &str, hooks: &[Hook], verifies: bool) -> Vec<String> {
    let begins = hooks.iter().any(|hook| matches!(hook, Hook::Verification));
    let of_hook = |(index, hook): (usize, &Hook)| {
        let told = match hook {
            Hook::RequireVerifiedAddress if !verifies => {
                "require_verified_address keeps everybody out whose address is not verified, and nobody can verify one while selfservice.flows.verification.enabled is off."
            }
            Hook::ShowVerificationUi if !verifies => {
                "show_verification_ui has no effect while selfservice.flows.verification.enabled is off."
            }
            Hook::Verification if !verifies => "verification has no effect while selfservice.flows.verification.enabled is off.",
            Hook::ShowVerificationUi if !begins && at.starts_with("selfservice.flows.login.") => {
                "show_verification_ui has no effect at a login unless the hook verification stands in the same list."
            }
            Hook::B2bSso(_) => "b2b_sso and organization are accepted, but have no effect.",
            _ => return None,
        };
        Some(format!("{at}.{index}: {told}"))
    };
    hooks.iter().enumerate().filter_map(of_hook).collect()
}

/// A list for all methods gives way to the list of a method; where each method has one, nothing is left of it.
fn never_run(flow: &str, after: &After, methods: &[(&str, bool)]) -> Option<String> {
    let mut enabled = methods.iter().filter(|(_, enabled)| *enabled).peekable();
    let has_own = |method: &str| after.methods.get(method).is_some_and(|own| !own.hooks.is_empty());
    let hidden = !after.any.hooks.is_empty() && enabled.peek().is_some() && enabled.all(|(method, _)| has_own(method));
    hidden.then(|| {
        format!("selfservice.flows.{flow}.after.hooks: none of these hooks ever runs, for each method that is on has a list of its own.")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn hooks(names: &[&str]) -> Vec<Hook> {
        let hook = |name: &&str| serde_json::from_value(json!({ "hook": name })).unwrap();
        names.iter().map(hook).collect()
    }

    #[test]
    fn hooks_that_need_verification_are_told_of_where_it_is_off() {
        let at = "selfservice.flows.login.after.password.hooks";
        let told = |names: &[&str], verifies| of_list(at, &hooks(names), verifies);
        for name in ["require_verified_address", "verification"] {
            let off = told(&[name], false);
            assert!(off.len() == 1 && off[0].starts_with(&format!("{at}.0: {name} ")), "{off:?}");
            assert!(told(&[name], true).is_empty());
        }
        assert!(told(&["show_verification_ui"], true)[0].contains("same list"));
        assert!(told(&["verification", "show_verification_ui"], true).is_empty());
        assert!(told(&["revoke_active_sessions", "show_verification_ui"], false)[0].starts_with(&format!("{at}.1: show_verification_ui ")));
        assert!(
            of_list("selfservice.flows.registration.after.password.hooks", &hooks(&["show_verification_ui", "session"]), true).is_empty()
        );
        for name in ["b2b_sso", "organization"] {
            assert!(told(&[name], true)[0].contains("no effect"));
        }
    }

    #[test]
    fn a_list_that_every_method_overrides_is_told_of() {
        let told = |after: Value, methods: &[(&str, bool)]| never_run("login", &serde_json::from_value(after).unwrap(), methods);
        let list = json!([{ "hook": "revoke_active_sessions" }]);
        let (both, one) = ([("password", true), ("code", true)], [("password", true), ("code", false)]);
        let after = json!({ "hooks": list, "password": { "hooks": list } });
        assert!(told(after.clone(), &one).unwrap().starts_with("selfservice.flows.login.after.hooks:"));
        assert!(told(after, &both).is_none() && told(json!({ "hooks": list, "password": { "hooks": [] } }), &one).is_none());
        assert!(told(json!({ "password": { "hooks": list } }), &one).is_none());
        assert!(told(json!({ "hooks": list }), &[("password", false)]).is_none());
    }
}
