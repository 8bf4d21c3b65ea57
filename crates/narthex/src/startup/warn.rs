//! Settings that contradict each other or lead nowhere, told by name when the server starts.

use narthex_config::{AddressFlow, AddressMethod, Config};

use crate::hook;
use crate::outside::Outside;
use crate::session::tokenizer;

/// What is to be told of a configuration.
pub(super) async fn warnings(config: &Config, outside: &Outside) -> Vec<String> {
    let mut told = hook::warn::warnings(config);
    told.extend(tokenizer::warnings(config, outside).await);
    if config.narthex.security.hide_unknown_recipients && !config.security.account_enumeration.mitigate {
        told.push(
            "narthex.security.hide_unknown_recipients has no effect while security.account_enumeration.mitigate is off: accounts are told apart anyway. Switch both on, or neither."
                .to_owned(),
        );
    }
    let (flows, methods) = (&config.selfservice.flows, &config.selfservice.methods);
    for (name, flow) in [("recovery", &flows.recovery), ("verification", &flows.verification)] {
        told.extend(unproven(name, flow, methods.link.enabled, methods.code.enabled));
    }
    told
}

/// A flow that proves an address by a method that is off.
fn unproven(name: &str, flow: &AddressFlow, link: bool, code: bool) -> Option<String> {
    let (method, enabled) = match flow.r#use {
        AddressMethod::Link => ("link", link),
        AddressMethod::Code => ("code", code),
    };
    (flow.enabled && !enabled).then(|| {
        format!(
            "selfservice.flows.{name}.use is {method}, but selfservice.methods.{method}.enabled is off: nobody can complete such a flow."
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_whose_method_is_off_is_told_of() {
        let told = |method: &str, enabled: bool, link, code| {
            let flow = serde_json::json!({
                "enabled": enabled, "ui_url": "http://127.0.0.1/x", "lifespan": "1h", "use": method,
                "notify_unknown_recipients": false, "before": {}, "after": {},
            });
            unproven("recovery", &serde_json::from_value(flow).unwrap(), link, code)
        };
        let link = told("link", true, false, true).unwrap();
        assert!(link.starts_with("selfservice.flows.recovery.use is link, but selfservice.methods.link.enabled"), "{link}");
        assert!(told("code", true, true, false).is_some());
        assert!(told("link", true, true, false).is_none() && told("code", true, false, true).is_none());
        assert!(told("link", false, false, false).is_none());
    }
}
