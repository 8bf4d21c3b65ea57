//! Buttons: what they weigh, and whether they let a form go that is not filled in.

use narthex_api::node::{Input, Node};

use super::view::{Attributes, Button, Weight};
use super::{Draft, value_text};

/// Labels of buttons that lead back, or send a code again.
const QUIET: [u64; 3] = [1_040_008, 1_060_007, 1_070_008];
/// Names of buttons that take something away.
const DANGER: [&str; 6] = ["unlink", "totp_unlink", "lookup_secret_disable", "webauthn_remove", "passkey_remove", "deviceauthn_remove"];

/// What a button weighs beside others.
pub(super) fn weight(node: &Node, input: &Input) -> Weight {
    let label = node.meta.label.as_ref().map(|label| label.id);
    if matches!(&*input.name, "screen" | "resend") || label.is_some_and(|id| QUIET.contains(&id)) {
        Weight::Quiet
    } else if DANGER.contains(&&*input.name) {
        Weight::Danger
    } else {
        Weight::Secondary
    }
}

impl Draft<'_> {
    /// The button of a node. `skips_checks`: required fields do not hold it back.
    pub(super) fn button(&self, node: &Node, input: &Input, weight: Weight, skips_checks: bool) -> Button {
        let value = input.value.as_ref().map(value_text);
        let label = match &node.meta.label {
            Some(label) => self.locale.message(label).into_owned(),
            None => value.clone().filter(|value| !value.is_empty()).unwrap_or_else(|| input.name.to_string()),
        };
        let trigger = input.onclick_trigger.as_deref().filter(|name| is_trigger(name));
        let is_script = &*input.kind == "button";
        let mut attributes: Attributes = vec![("type", if is_script { "button" } else { "submit" }.to_owned())];
        attributes.push(("name", input.name.to_string()));
        attributes.push(("value", value.unwrap_or_default()));
        if skips_checks && !is_script {
            attributes.push(("formnovalidate", String::new()));
        }
        if input.disabled {
            attributes.push(("disabled", String::new()));
        }
        if let Some(trigger) = trigger {
            attributes.push(("data-trigger", trigger.to_owned()));
        }
        let (errors, _) = self.said_at(node);
        Button { label, weight, attributes, needs_script: is_script, errors }
    }
}

/// Whether it is the name of a function that our scripts provide for nodes.
pub(super) fn is_trigger(name: &str) -> bool {
    name.strip_prefix("ory")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()) && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}
