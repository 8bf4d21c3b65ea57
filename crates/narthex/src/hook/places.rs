//! Where a configuration has web hooks.

use narthex_config::{Config, Hook, MigrateHookSettings, WebHook, WebHookResponse};

/// All lists of hooks, with their keys.
pub(super) fn lists(config: &Config) -> impl Iterator<Item = (String, &[Hook])> {
    let flows = &config.selfservice.flows;
    let all = [
        ("registration", &flows.registration.before, &flows.registration.after),
        ("login", &flows.login.before, &flows.login.after),
        ("settings", &flows.settings.before, &flows.settings.after),
        ("recovery", &flows.recovery.before, &flows.recovery.after),
        ("verification", &flows.verification.before, &flows.verification.after),
    ];
    all.into_iter().flat_map(|(flow, before, after)| {
        let at = format!("selfservice.flows.{flow}");
        let general = [(format!("{at}.before.hooks"), &*before.hooks), (format!("{at}.after.hooks"), &*after.any.hooks)];
        let own = after.methods.iter().map(move |(method, own)| (format!("{at}.after.{method}.hooks"), &*own.hooks));
        general.into_iter().chain(own)
    })
}

/// All web hooks of flows, with the keys that they stand at.
pub fn web_hooks(config: &Config) -> impl Iterator<Item = (String, &WebHook)> {
    lists(config).flat_map(|(at, hooks)| in_list(at, hooks))
}

/// The web hooks of a list, with the keys that they stand at.
pub(super) fn in_list(at: String, hooks: &[Hook]) -> impl Iterator<Item = (String, &WebHook)> {
    hooks.iter().enumerate().filter_map(move |(index, hook)| match hook {
        Hook::WebHook(hook) => Some((format!("{at}.{index}"), &**hook)),
        _ => None,
    })
}

/// The call that asks another system whether it knows a password, if the configuration says whom.
pub fn migration(settings: &MigrateHookSettings) -> Option<WebHook> {
    Some(WebHook {
        id: None,
        url: settings.url.clone()?,
        method: settings.method.clone(),
        headers: settings.headers.clone(),
        body: settings.body.clone(),
        can_interrupt: false,
        response: WebHookResponse { ignore: false, parse: false },
        emit_analytics_event: settings.emit_analytics_event,
        auth: settings.auth.clone(),
    })
}
