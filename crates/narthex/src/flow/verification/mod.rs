//! Verification: a person shows that an address is theirs, by a code that was sent there.
//! Never begins by itself; registration and login begin it, or the person. Next: `start_into`, which the other flows call.

use narthex_api::flow::FlowType;
use narthex_api::message::Message;
use narthex_api::node::{Input, Node};
use narthex_config::UrlRef;
use narthex_courier::Template;
use narthex_db::Batch;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::code::{self, Destination, Purpose};
use super::form::Form;
use super::{Flow, Kind, State, store};
use crate::config::Settings;
use crate::edge::{Caller, Problem};
use crate::identity::Identity;

/// What a verification flow adds to what all flows have.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Verification {
    /// Whose address it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_id: Option<Uuid>,
    /// The session that an OAuth2 login request waits to be accepted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<Uuid>,
}

impl Kind for Verification {
    const NAME: &'static str = "verification";
    const EXPIRED: u64 = 4_070_005;

    fn ui_url(settings: &Settings) -> &UrlRef {
        &settings.config.selfservice.flows.verification.ui_url
    }
}

/// What another flow tells about the verification that it begins.
pub struct Beginning<'a> {
    /// Browser or application.
    pub client: FlowType,
    /// The URL by which the other flow was begun.
    pub request_url: &'a str,
    /// Where to go afterwards.
    pub return_to: Option<String>,
    /// Whose address it is.
    pub identity: &'a Identity,
    /// The address.
    pub address: &'a str,
    /// How it is reached: `email` or `sms`.
    pub via: &'a str,
    /// What the client sent along for messages.
    pub transient_payload: Option<Value>,
    /// The session for which the other flow's OAuth2 login request is to be accepted once the address is verified.
    pub session_id: Option<Uuid>,
    /// That login request.
    pub login_challenge: Option<String>,
}

/// Adds to what is written together a verification flow, its code, and the message that brings the code.
///
/// # Errors
/// Where the flow or its code cannot be made.
pub async fn start_into(batch: Batch, caller: &Caller, beginning: Beginning<'_>) -> Result<(Flow<Verification>, Batch), Problem> {
    let settings = &caller.settings;
    let own = Verification { identity_id: Some(beginning.identity.id), session_id: beginning.session_id };
    let mut flow = Flow::begin(caller, beginning.client, settings.config.selfservice.flows.verification.lifespan, own);
    beginning.request_url.clone_into(&mut flow.request_url);
    flow.return_to = beginning.return_to;
    flow.login_challenge = beginning.login_challenge;
    flow.organization_id = None;
    flow.identity_schema = None;
    flow.state = State::SentEmail;
    flow.active = Some("code".into());
    flow.form = Some(sent_form(&flow, beginning.address, beginning.via));
    let to = Destination {
        flow: flow.id,
        purpose: Purpose::Verification,
        identity_id: Some(beginning.identity.id),
        via: beginning.via,
        address: beginning.address,
    };
    let identity = serde_json::to_value(beginning.identity.public(settings)).unwrap_or_default();
    let occasion = code::occasion(caller, beginning.request_url, identity, beginning.transient_payload);
    let link = format!("{}/self-service/verification", settings.public_url);
    let id = flow.id;
    let batch = code::send_into(store::insert_into(batch, &flow)?, caller, &to, occasion, |code, minutes| Template::VerificationCodeValid {
        verification_url: format!("{link}?code={code}&flow={id}"),
        verification_code: code,
        expires_in_minutes: minutes,
    })
    .await?;
    Ok((flow, batch))
}

/// Begins the verification of the identity's first address that is not verified yet, on behalf of another flow, if verification
/// is switched on. What has to be written is given back.
///
/// # Errors
/// As [`start_into`].
pub async fn start_first<K: Kind>(
    caller: &Caller,
    flow: &Flow<K>,
    transient_payload: Option<Value>,
    identity: &mut Identity,
    session_id: Option<Uuid>,
) -> Result<Option<(Flow<Verification>, Batch)>, Problem> {
    if !caller.settings.config.selfservice.flows.verification.enabled {
        return Ok(None);
    }
    let Some(address) = identity.verifiable_addresses.iter_mut().find(|address| !address.verified) else { return Ok(None) };
    address.status = "sent".into();
    let (value, via) = (address.value.clone(), address.via.clone());
    let asked = crate::edge::query::Query::parse(flow.request_url.split_once('?').map_or("", |(_, query)| query));
    let return_to = asked.filled("after_verification_return_to").map(str::to_owned).or_else(|| flow.return_to.clone());
    let login_challenge = session_id.and(flow.login_challenge.clone());
    let beginning = Beginning { client: flow.client, request_url: &flow.request_url, return_to, identity, address: &value, via: &via, transient_payload, session_id, login_challenge };
    start_into(Batch::durable(), caller, beginning).await.map(Some)
}

/// The form that asks for the code.
fn sent_form(flow: &Flow<Verification>, address: &str, via: &str) -> Form {
    let mut form = Form::default();
    form.append(Node::input("code", Input::new("method", "hidden").with_value("code")));
    let field = Input::new("code", "text").required().autocomplete("one-time-code");
    form.append(Node::input("code", field).labelled(Message::info(1_070_011, "Verification code")));
    form.append(Node::input("code", Input::submit("method", "code")).labelled(Message::info(1_070_009, "Continue")));
    if flow.csrf.is_some() {
        form.set_csrf(flow.csrf_value());
    }
    form.append(Node::input("code", Input::submit(via.to_owned(), address)).labelled(Message::info(1_070_008, "Resend code")));
    form.messages.push(if via == "sms" {
        Message::info(1_080_004, "A text message with a code was sent to the phone number that you gave. Please enter the code.")
    } else {
        Message::info(1_080_003, "A mail with a code was sent to the address that you gave. Please enter the code, or follow the link in the mail.")
    });
    form
}
