//! Settings of hooks that contradict each other or lead nowhere, told by name when the server starts.
//! Next: `built_in.rs` for hooks that call nobody.

mod built_in;

use narthex_config::{After, Before, Config, Hook, WebHook};

use super::places::in_list;
use super::request::{Media, Target};

/// What is to be told of a configuration's hooks.
pub fn warnings(config: &Config) -> Vec<String> {
    let flows = &config.selfservice.flows;
    let all: [(&str, &Before, &After); 5] = [
        ("registration", &flows.registration.before, &flows.registration.after),
        ("login", &flows.login.before, &flows.login.after),
        ("settings", &flows.settings.before, &flows.settings.after),
        ("recovery", &flows.recovery.before, &flows.recovery.after),
        ("verification", &flows.verification.before, &flows.verification.after),
    ];
    let mut told: Vec<String> = all.into_iter().flat_map(|(flow, before, after)| of_flow(flow, before, after)).collect();
    let verifies_first = flows.settings.after.hooks("profile").iter().any(|hook| matches!(hook, Hook::VerifyNewAddress));
    if verifies_first && !flows.verification.enabled {
        told.push(
            "selfservice.flows.settings.after.profile.hooks: with verify_new_address nobody can change an address while selfservice.flows.verification.enabled is off."
                .to_owned(),
        );
    }
    told.extend(built_in::warnings(config));
    told
}

fn of_flow(flow: &str, before: &Before, after: &After) -> Vec<String> {
    let at = format!("selfservice.flows.{flow}");
    // What such a hook decides is asked for before something is kept, and only by these flows.
    let keeps = matches!(flow, "registration" | "settings");
    let mut told: Vec<String> =
        in_list(format!("{at}.before.hooks"), &before.hooks).flat_map(|(at, hook)| of_hook(&at, hook, false)).collect();
    for (at, hook) in in_list(format!("{at}.after.hooks"), &after.any.hooks) {
        told.extend(of_hook(&at, hook, keeps));
        if keeps && super::asks(hook) {
            told.push(format!(
                "{at}: the web hook to {} may interrupt or change, and such a hook runs only where it stands below a method. Move it to {flow}.after.<method>.hooks.",
                hook.url.as_str()
            ));
        }
    }
    for (method, own) in &after.methods {
        told.extend(in_list(format!("{at}.after.{method}.hooks"), &own.hooks).flat_map(|(at, hook)| of_hook(&at, hook, keeps)));
    }
    told
}

fn of_hook(at: &str, hook: &WebHook, keeps: bool) -> Vec<String> {
    let url = hook.url.as_str();
    let mut told = Vec::new();
    for (set, key) in [(hook.can_interrupt, "can_interrupt"), (hook.response.parse, "response.parse")] {
        if set && hook.response.ignore {
            told.push(format!(
                "{at}.config: response.ignore and {key} contradict each other, so the web hook to {url} fails whenever it is to be called. Take one of them away."
            ));
        }
    }
    if hook.response.parse && !keeps {
        told.push(format!(
            "{at}.config.response.parse: nothing is kept there that the answer of {url} could change; it can only interrupt."
        ));
    }
    if hook.body.is_none() {
        told.push(format!("{at}.config.body is not set, so the web hook to {url} fails whenever it is to be called."));
    }
    if let Err(content_type) = Target::of(hook).as_ref().map_or(Ok(Media::Json), Target::media) {
        told.push(format!(
            "{at}.config.headers: the body is application/json or application/x-www-form-urlencoded, not {content_type}, so the web hook to {url} fails whenever it is to be called."
        ));
    }
    told
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn told(flow: &str, at: &str, more: Value) -> Vec<String> {
        let mut config = json!({
            "url": "https://hooks.example.org/x", "method": "POST", "body": "base64://", "can_interrupt": false,
            "response": { "ignore": false, "parse": false }, "emit_analytics_event": true,
        });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let hooks = json!({ "hooks": [{ "hook": "web_hook", "config": config }] });
        let (mut before, mut after) = (json!({}), json!({}));
        match at {
            "before" => before = hooks,
            "after" => after = hooks,
            method => after[method] = hooks,
        }
        of_flow(flow, &serde_json::from_value(before).unwrap(), &serde_json::from_value(after).unwrap())
    }

    #[test]
    fn what_makes_sense_is_not_warned_about() {
        let parse = json!({ "response": { "ignore": false, "parse": true } });
        for (flow, at, more) in [
            ("registration", "password", parse.clone()),
            ("settings", "profile", parse),
            ("login", "after", json!({ "can_interrupt": true })),
            ("recovery", "before", json!({ "can_interrupt": true })),
            ("verification", "after", json!({ "response": { "ignore": true, "parse": false } })),
        ] {
            assert!(told(flow, at, more).is_empty(), "{flow} {at}");
        }
    }

    #[test]
    fn contradictions_are_told_by_the_keys_that_they_are_in() {
        let both = json!({ "can_interrupt": true, "response": { "ignore": true, "parse": true } });
        let parse = json!({ "response": { "ignore": false, "parse": true } });
        for (flow, at, more, wanted) in [
            ("registration", "password", both.clone(), "registration.after.password.hooks.0.config: response.ignore and can_interrupt"),
            ("settings", "profile", both, "settings.after.profile.hooks.0.config: response.ignore and response.parse"),
            ("registration", "after", json!({ "can_interrupt": true }), "selfservice.flows.registration.after.hooks.0:"),
            ("login", "password", parse.clone(), "login.after.password.hooks.0.config.response.parse:"),
            ("settings", "before", parse, "settings.before.hooks.0.config.response.parse:"),
            ("login", "before", json!({ "headers": { "content-type": "text/plain" } }), "login.before.hooks.0.config.headers: "),
            ("login", "after", json!({ "body": null }), "login.after.hooks.0.config.body is not set"),
        ] {
            let told = told(flow, at, more);
            assert!(told.iter().any(|told| told.contains(wanted)), "{wanted}: {told:?}");
        }
    }
}
