//! Signing up: the flow's own state, its form as it begins, and its order.
//! Never knows a method by name: `method::ALL` is asked. Next: `http.rs` for the routes, `submit.rs` for what is sent,
//! `finish.rs` for what comes of it.

mod answer;
mod duplicate;
mod finish;
pub mod http;
pub mod strategy;
mod submit;

use narthex_api::flow::{FlowType, RegistrationFlow};
use narthex_api::node::Node;
use narthex_config::{RegistrationStyle, UrlRef};
use serde::{Deserialize, Serialize};

use super::form::Form;
use super::sort::Order;
use super::{Flow, Kind};
use crate::config::Settings;
use crate::config::schemas::Schema;
use crate::edge::Problem;
use crate::method;
use strategy::{FormContext, Step};

/// What a registration flow adds to what all flows have: nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Registration {}

impl Kind for Registration {
    const NAME: &'static str = "registration";
    const EXPIRED: u64 = 4_040_001;

    fn ui_url(settings: &Settings) -> &UrlRef {
        &settings.config.selfservice.flows.registration.ui_url
    }
}

const GROUPS: [&str; 9] = ["oidc", "saml", "default", "webauthn", "passkey", "code", "password", "captcha", "profile"];

/// The schema that the flow's traits follow.
///
/// # Errors
/// Where the configuration no longer has the schema that the flow was begun with.
pub fn schema<'a>(settings: &'a Settings, flow: &Flow<Registration>) -> Result<&'a Schema, Problem> {
    settings.schemas.for_flow(flow.identity_schema.as_deref()).ok_or_else(|| {
        Problem::misconfigured(format!(
            "There is no identity schema \"{}\". Name one of identity.schemas in identity.default_schema_id.",
            flow.identity_schema.as_deref().unwrap_or(settings.schemas.default_id())
        ))
    })
}

/// The form that a flow begins with: all methods at once, or the profile first.
pub fn first_form(settings: &Settings, schema: &Schema, flow: &Flow<Registration>) -> Form {
    let step = match settings.config.selfservice.flows.registration.style {
        RegistrationStyle::Unified => Step::Whole,
        RegistrationStyle::ProfileFirst => Step::Profile,
    };
    // None of the methods that there are belongs to an organization.
    if flow.organization_id.is_some() { Form::default() } else { form_of(settings, schema, flow, step) }
}

/// The form of one step, with an empty profile.
pub fn form_of(settings: &Settings, schema: &Schema, flow: &Flow<Registration>, step: Step) -> Form {
    let mut form = Form::default();
    add_methods(settings, schema, flow, step, &mut form);
    form.set_csrf(flow.csrf_value());
    sort(schema, &mut form.nodes);
    form
}

/// Adds what each method asks for in this step.
pub fn add_methods(settings: &Settings, schema: &Schema, flow: &Flow<Registration>, step: Step, form: &mut Form) {
    let context = FormContext { settings, schema: &schema.compiled, browser: flow.client == FlowType::Browser, step };
    for method in method::ALL.iter().filter_map(|method| method.registration()) {
        if method.enabled(settings) {
            method.nodes(&context, form);
        }
    }
}

/// Puts the form's elements in order.
pub fn sort(schema: &Schema, nodes: &mut Vec<Node>) {
    let mut keys = vec!["csrf_token"];
    let mut fields = schema.compiled.key_order().iter().map(String::as_str);
    keys.extend(fields.next());
    keys.push("password");
    keys.extend(fields);
    keys.extend(["webauthn_remove", "webauthn_register_displayname", "webauthn_register"]);
    Order { groups: &GROUPS, keys: &keys, stable: &[] }.sort(nodes);
}

/// The flow as clients get it.
pub fn public(settings: &Settings, schema: &Schema, flow: &Flow<Registration>) -> RegistrationFlow {
    let form = flow.form.clone().unwrap_or_else(|| first_form(settings, schema, flow));
    RegistrationFlow {
        id: flow.id,
        oauth2_login_challenge: flow.login_challenge.clone(),
        oauth2_login_request: None,
        kind: flow.client,
        expires_at: flow.expires_at,
        issued_at: flow.issued_at,
        request_url: flow.request_url.clone(),
        return_to: flow.return_to.clone(),
        active: flow.active.clone(),
        ui: flow.container(&settings.public_url, form),
        organization_id: flow.organization_id,
        session_token_exchange_code: None,
        state: flow.state.name().into(),
        transient_payload: None,
        identity_schema: flow.identity_schema.clone(),
    }
}
