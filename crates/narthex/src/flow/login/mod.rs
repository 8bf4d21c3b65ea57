//! Signing in: the flow's own state, its forms, and their order.
//! Never knows a method by name: `method::ALL` is asked. Next: `http.rs` for the routes, `submit.rs` for what is sent,
//! `finish.rs` for what comes of it.

mod after;
mod finish;
pub mod http;
pub mod strategy;
mod submit;

use narthex_api::flow::{FlowType, LoginFlow};
use narthex_api::message::Message;
use narthex_api::node::Node;
use narthex_config::{LoginStyle, UrlRef};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::form::Form;
use super::sort::Order;
use super::{Flow, Kind};
use crate::config::Settings;
use crate::method;
use strategy::{FormContext, Step};

/// The assurance that a login is to give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aal {
    /// One factor.
    #[default]
    Aal1,
    /// Two factors.
    Aal2,
}

impl Aal {
    /// The level's name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aal1 => "aal1",
            Self::Aal2 => "aal2",
        }
    }
}

/// What a login flow adds to what all flows have.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Login {
    /// Whether a person who is signed in proves it again.
    #[serde(default)]
    pub refresh: bool,
    /// The assurance that is asked for.
    #[serde(default)]
    pub requested_aal: Aal,
}

impl Kind for Login {
    const NAME: &'static str = "login";
    const EXPIRED: u64 = 4_010_001;

    fn ui_url(settings: &Settings) -> &UrlRef {
        &settings.config.selfservice.flows.login.ui_url
    }
}

const GROUPS: [&str; 8] = ["oidc", "default", "webauthn", "passkey", "code", "password", "totp", "lookup_secret"];

/// The form that a flow begins with, for somebody who is not signed in.
pub fn first_form(settings: &Settings, flow: &Flow<Login>) -> Form {
    let step = match settings.config.selfservice.flows.login.style {
        LoginStyle::Unified => Step::Whole,
        LoginStyle::IdentifierFirst => Step::Identifier,
    };
    form_of(settings, flow, step)
}

/// The form of one step. Organizations sign people in their own way, so that nothing is asked for here.
pub fn form_of(settings: &Settings, flow: &Flow<Login>, step: Step<'_>) -> Form {
    let mut form = Form::default();
    if flow.organization_id.is_some() && flow.own.requested_aal == Aal::Aal1 {
        if flow.client == FlowType::Browser {
            form.set_csrf(flow.csrf_value());
        }
        return form;
    }
    add_methods(settings, flow, step, &mut form);
    form.set_csrf(flow.csrf_value());
    sort(&mut form.nodes);
    form
}

/// Adds what each method asks for in this step.
pub fn add_methods(settings: &Settings, flow: &Flow<Login>, step: Step<'_>, form: &mut Form) {
    let context = FormContext { settings, label: identifier_label(settings, flow), browser: flow.client == FlowType::Browser, step };
    for method in method::ALL.iter().filter_map(|method| method.login()) {
        if method.enabled(settings) {
            method.nodes(&context, form);
        }
    }
}

/// What the field that asks who signs in is called: as the schema's one identifier, or something that fits all.
fn identifier_label(settings: &Settings, flow: &Flow<Login>) -> Message {
    let schema = settings.schemas.for_flow(flow.identity_schema.as_deref());
    match schema.and_then(|schema| schema.compiled.identifier_label()) {
        Some(label) => {
            Message::info(1_070_002, "").with_text(label.title.clone()).with_context(json!({ "title": label.title, "name": label.name }))
        }
        None => Message::info(1_070_004, "ID"),
    }
}

/// Puts the form's elements in order.
pub fn sort(nodes: &mut Vec<Node>) {
    Order { groups: &GROUPS, keys: &["csrf_token", "identifier", "password"], stable: &[] }.sort(nodes);
}

/// The flow as clients get it.
pub fn public(settings: &Settings, flow: &Flow<Login>) -> LoginFlow {
    let form = flow.form.clone().unwrap_or_else(|| first_form(settings, flow));
    LoginFlow {
        id: flow.id,
        organization_id: flow.organization_id,
        oauth2_login_challenge: flow.login_challenge.clone(),
        oauth2_login_request: None,
        kind: flow.client,
        expires_at: flow.expires_at,
        issued_at: flow.issued_at,
        request_url: flow.request_url.clone(),
        return_to: flow.return_to.clone(),
        active: flow.active.clone(),
        ui: flow.container(&settings.public_url, form),
        created_at: flow.issued_at,
        updated_at: flow.issued_at,
        refresh: flow.own.refresh,
        requested_aal: flow.own.requested_aal.name().into(),
        session_token_exchange_code: None,
        state: flow.state.name().into(),
        transient_payload: None,
        identity_schema: flow.identity_schema.clone(),
    }
}
