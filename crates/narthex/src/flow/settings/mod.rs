//! Settings: somebody who is signed in changes what is known of them, or how they sign in.
//! Never knows a method by name: `method::ALL` is asked. Next: `http.rs` for the routes, `submit.rs` for what is sent,
//! `finish.rs` for what comes of it; `start_into` for recovery, which leads here.

pub(crate) mod address;
mod answer;
mod finish;
mod held;
pub mod http;
pub mod strategy;
mod submit;

pub(crate) use submit::disabled;

use narthex_api::flow::{FlowType, SettingsFlow};
use narthex_api::message::Message;
use narthex_api::node::Node;
use narthex_config::UrlRef;
use narthex_db::Batch;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::form::Form;
use super::sort::Order;
use super::{Flow, Kind, State, store};
use crate::config;
use crate::config::schemas::Schema;
use crate::edge::{Caller, Problem};
use crate::hook::{self, Scene};
use crate::identity::{Credential, Identity};
use crate::method;
use crate::session::Session;
use strategy::FormContext;

/// What a settings flow adds to what all flows have.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// Whose settings they are.
    pub identity_id: Uuid,
    /// The flow that goes on with further changes, once something has been changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Uuid>,
    /// A submission that waits until the person has shown once more who they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<held::Held>,
}

impl Kind for Settings {
    const NAME: &'static str = "settings";
    const EXPIRED: u64 = 4_050_001;

    fn expiry_has_id(_: FlowType) -> bool {
        false
    }

    fn ui_url(settings: &config::Settings) -> &UrlRef {
        &settings.config.selfservice.flows.settings.ui_url
    }
}

const GROUPS: [&str; 8] = ["default", "profile", "password", "oidc", "lookup_secret", "webauthn", "passkey", "totp"];

/// What has an order of its own after the traits.
const KEYS: [&str; 13] = [
    "lookup_secret_reveal",
    "lookup_secret_regenerate",
    "lookup_secret_codes",
    "lookup_secret_confirm",
    "webauthn_remove",
    "webauthn_register_displayname",
    "webauthn_register",
    "passkey_remove",
    "passkey_register",
    "totp_qr",
    "totp_secret_key",
    "totp_unlink",
    "totp_code",
];

/// Whose settings are changed.
pub struct Owner<'a> {
    /// Who is signed in.
    pub identity: &'a Identity,
    /// All their credentials.
    pub credentials: &'a [Credential],
    /// The session by which they are.
    pub session: &'a Session,
}

/// What another flow tells about the settings that it leads to.
pub struct Beginning<'a> {
    /// Browser or application.
    pub client: FlowType,
    /// The URL by which the other flow was begun.
    pub request_url: &'a str,
    /// Where to go once something has been changed.
    pub return_to: Option<String>,
    /// What is said above the form.
    pub message: Message,
}

/// Adds to what is written together a settings flow of somebody whom another flow has signed in. The hooks before settings are run.
///
/// # Errors
/// Where a hook refuses, or the flow cannot be made.
pub async fn start_into(
    batch: Batch,
    caller: &Caller,
    owner: Owner<'_>,
    beginning: Beginning<'_>,
) -> Result<(Flow<Settings>, Batch), Problem> {
    let settings = &caller.settings;
    let mut flow = new(caller, beginning.client, owner.identity.id);
    beginning.request_url.clone_into(&mut flow.request_url);
    flow.return_to = beginning.return_to;
    let kept = ask_before(caller, &flow, &owner).await?;
    let mut form = first_form(settings, &flow, owner.identity, owner.credentials)?;
    form.messages.push(beginning.message);
    flow.form = Some(form);
    let batch = store::insert_into(batch.append(kept), &flow)?;
    Ok((flow, batch))
}

/// A flow that begins with this request.
fn new(caller: &Caller, client: FlowType, identity_id: Uuid) -> Flow<Settings> {
    let lifespan = caller.settings.config.selfservice.flows.settings.lifespan;
    let mut flow = Flow::begin(caller, client, lifespan, Settings { identity_id, next: None, held: None });
    flow.organization_id = None;
    flow.identity_schema = None;
    flow
}

/// Runs the hooks before a flow begins, and hands back what is to be kept with it. They see no form, because there is none yet.
async fn ask_before(caller: &Caller, flow: &Flow<Settings>, owner: &Owner<'_>) -> Result<Batch, Problem> {
    hook::before(caller, &caller.settings.config.selfservice.flows.settings.before.hooks, || {
        let now = caller.app.clock.now();
        let mut scene = Scene::of(&shown(&caller.settings, flow, owner.identity, Form::default()))?.with_session(&owner.session.public(
            &caller.settings,
            owner.identity,
            now,
        ));
        if let Some(ui) = scene.flow.get_mut("ui").and_then(serde_json::Value::as_object_mut) {
            ui.insert("nodes".to_owned(), serde_json::Value::Null);
        }
        Ok(scene)
    })
    .await
}

/// The schema that the identity's traits follow.
///
/// # Errors
/// Where the configuration no longer has it.
pub fn schema<'a>(settings: &'a config::Settings, identity: &Identity) -> Result<&'a Schema, Problem> {
    settings.schemas.get(&identity.schema_id).ok_or_else(|| {
        Problem::misconfigured(format!("There is no identity schema \"{}\" any more: add it to identity.schemas.", identity.schema_id))
    })
}

/// The form that a flow begins with: what there is, to be changed.
///
/// # Errors
/// Where the configuration no longer has the identity's schema.
pub fn first_form(
    settings: &config::Settings,
    flow: &Flow<Settings>,
    identity: &Identity,
    credentials: &[Credential],
) -> Result<Form, Problem> {
    let schema = schema(settings, identity)?;
    let context = FormContext { settings, schema: &schema.compiled, identity, credentials, browser: flow.client == FlowType::Browser };
    let mut form = Form::default();
    for method in method::ALL.iter().filter_map(|method| method.settings()) {
        if method.enabled(settings) {
            method.nodes(&context, &mut form);
        }
    }
    form.set_csrf(flow.csrf_value());
    sort(schema, &mut form.nodes);
    Ok(form)
}

/// Puts the form's elements in order.
pub fn sort(schema: &Schema, nodes: &mut Vec<Node>) {
    let keys: Vec<&str> = schema.compiled.key_order().iter().map(String::as_str).chain(KEYS).collect();
    Order { groups: &GROUPS, keys: &keys, stable: &[] }.sort(nodes);
}

/// The flow as clients get it.
///
/// # Errors
/// As [`first_form`].
pub fn public(
    settings: &config::Settings,
    flow: &Flow<Settings>,
    identity: &Identity,
    credentials: &[Credential],
) -> Result<SettingsFlow, Problem> {
    let form = match &flow.form {
        Some(form) => form.clone(),
        None => first_form(settings, flow, identity, credentials)?,
    };
    Ok(shown(settings, flow, identity, form))
}

fn shown(settings: &config::Settings, flow: &Flow<Settings>, identity: &Identity, form: Form) -> SettingsFlow {
    let mut ui = flow.container(&settings.public_url, form);
    if let Some(next) = flow.own.next {
        ui.action = format!("{}/self-service/settings?flow={next}", settings.public_url);
    }
    SettingsFlow {
        id: flow.id,
        organization_id: None,
        kind: flow.client,
        expires_at: flow.expires_at,
        issued_at: flow.issued_at,
        request_url: flow.request_url.clone(),
        return_to: flow.return_to.clone(),
        active: flow.active.clone(),
        ui,
        identity: identity.public(settings),
        state: if flow.state == State::PassedChallenge { "success" } else { "show_form" }.into(),
        continue_with: Vec::new(),
        transient_payload: None,
    }
}
