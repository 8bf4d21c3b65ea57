//! Verification: a person shows that an address is theirs, by a code or a link that was sent there.
//! Never begins by itself; registration and login begin it, or the person. Next: `start_into`, which the other flows call;
//! `submit.rs` for what is sent, `redeem.rs` for what a code or link does.

mod awaited;
mod form;
pub mod http;
mod redeem;
mod send;
mod store;
mod submit;

pub use awaited::Awaited;
use narthex_api::flow::{FlowType, VerificationFlow};
use narthex_config::{AddressMethod, UrlRef};
use narthex_db::Batch;
use serde::{Deserialize, Serialize};
use serde_json::Value;
pub use store::{call_off_into, wait_into};
use uuid::Uuid;

use super::address::To;
use super::{Flow, Kind, State, store as flows};
use crate::config::Settings;
use crate::edge::query::Query;
use crate::edge::{Caller, Problem};
use crate::identity::Identity;

/// The parameter that says where to go once the address is verified.
const AFTERWARDS: &str = "after_verification_return_to";

/// What a verification flow adds to what all flows have.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Verification {
    /// Whose address it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_id: Option<Uuid>,
    /// The session that an OAuth2 login request waits to be accepted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<Uuid>,
    /// The change of the account that is made once the address has been verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaited: Option<Awaited>,
    /// Where a browser goes on, once the address has been verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continue_to: Option<String>,
}

impl Kind for Verification {
    const NAME: &'static str = "verification";
    const EXPIRED: u64 = 4_070_005;

    fn expiry_has_id(_: FlowType) -> bool {
        false
    }

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

/// Adds to what is written together a verification flow, its code or link, and the message that brings it.
///
/// # Errors
/// Where the flow or its code cannot be made.
pub async fn start_into(batch: Batch, caller: &Caller, beginning: Beginning<'_>) -> Result<(Flow<Verification>, Batch), Problem> {
    let settings = &caller.settings;
    let own = Verification { identity_id: Some(beginning.identity.id), session_id: beginning.session_id, ..Verification::default() };
    let mut flow = Flow::begin(caller, beginning.client, settings.config.selfservice.flows.verification.lifespan, own);
    beginning.request_url.clone_into(&mut flow.request_url);
    flow.return_to = beginning.return_to;
    flow.login_challenge = beginning.login_challenge;
    flow.organization_id = None;
    flow.identity_schema = None;
    flow.active = Some(method_name(settings).into());
    flow.state = State::SentEmail;
    flow.sent_to = Some(beginning.address.to_owned());
    let channel = if beginning.via == "sms" { "sms" } else { "email" };
    flow.form = Some(form::begun(settings, &flow, beginning.address, channel));
    let to = To { identity: beginning.identity, address: beginning.address, via: beginning.via };
    let batch = send::send_into(flows::insert_into(batch, &flow)?, caller, &flow, to, beginning.transient_payload).await?;
    Ok((flow, batch))
}

/// The name of the method in use: `code` or `link`.
pub fn method_name(settings: &Settings) -> &'static str {
    match settings.config.selfservice.flows.verification.r#use {
        AddressMethod::Code => "code",
        AddressMethod::Link => "link",
    }
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
    let (mut started, batch) = start_some(caller, flow, transient_payload, identity, session_id, 1).await?;
    Ok(started.pop().map(|started| (started, batch)))
}

/// As [`start_first`], for as many addresses as `most` says. The flows come in the order of the addresses.
///
/// # Errors
/// As [`start_into`].
pub async fn start_some<K: Kind>(
    caller: &Caller,
    flow: &Flow<K>,
    transient_payload: Option<Value>,
    identity: &mut Identity,
    session_id: Option<Uuid>,
    most: usize,
) -> Result<(Vec<Flow<Verification>>, Batch), Problem> {
    let (mut started, mut batch) = (Vec::new(), Batch::durable());
    if !caller.settings.config.selfservice.flows.verification.enabled {
        return Ok((started, batch));
    }
    let mut addresses = Vec::new();
    for address in identity.verifiable_addresses.iter_mut().filter(|address| !address.verified).take(most) {
        address.status = "sent".into();
        addresses.push((address.value.clone(), address.via.clone()));
    }
    let (request_url, asked) = request_url(&flow.request_url);
    for (address, via) in &addresses {
        let beginning = Beginning {
            client: flow.client,
            request_url: &request_url,
            return_to: asked.clone().or_else(|| flow.return_to.clone()),
            identity,
            address,
            via,
            transient_payload: transient_payload.clone(),
            session_id,
            login_challenge: session_id.and(flow.login_challenge.clone()),
        };
        let (begun, with) = start_into(batch, caller, beginning).await?;
        started.push(begun);
        batch = with;
    }
    Ok((started, batch))
}

/// The URL that a verification counts as begun by when another flow began it, and where to go afterwards, if that was said apart
/// from where the other flow goes: `after_verification_return_to` takes the place of `return_to`.
pub fn request_url(other: &str) -> (String, Option<String>) {
    let Some((path, query)) = other.split_once('?') else { return (other.to_owned(), None) };
    let query = Query::parse(query);
    let asked = query.filled(AFTERWARDS).map(str::to_owned);
    let replaced = |name: &str| asked.is_some() && (name == AFTERWARDS || name == "return_to");
    let mut pairs: Vec<(&str, &str)> =
        query.pairs().iter().filter(|(name, _)| !replaced(name)).map(|(name, value)| (name.as_str(), value.as_str())).collect();
    if let Some(url) = &asked {
        pairs.push(("return_to", url));
    }
    pairs.sort_by_key(|(name, _)| *name);
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    (format!("{path}?{query}"), asked)
}

/// The flow as clients get it.
pub fn public(settings: &Settings, flow: &Flow<Verification>) -> VerificationFlow {
    let form = flow.form.clone().unwrap_or_else(|| form::first(settings, flow));
    let mut ui = flow.container(&settings.public_url, form);
    if let Some(url) = &flow.own.continue_to {
        ui.action.clone_from(url);
        ui.method = "GET".into();
    }
    VerificationFlow {
        id: flow.id,
        kind: flow.client,
        expires_at: flow.expires_at,
        issued_at: flow.issued_at,
        request_url: flow.request_url.clone(),
        return_to: flow.return_to.clone(),
        active: flow.active.clone(),
        ui,
        state: flow.state.name().into(),
        transient_payload: None,
    }
}

#[cfg(test)]
mod tests {
    use super::request_url;

    #[test]
    fn where_to_go_after_the_verification_takes_the_place_of_where_the_other_flow_goes() {
        let (url, asked) = request_url("http://id.example/registration?return_to=/a&after_verification_return_to=/b&x=1");
        assert_eq!((url.as_str(), asked.as_deref()), ("http://id.example/registration?return_to=%2Fb&x=1", Some("/b")));
        let (url, asked) = request_url("http://id.example/registration?return_to=/a");
        assert_eq!((url.as_str(), asked), ("http://id.example/registration?return_to=%2Fa", None));
        assert_eq!(request_url("http://id.example/x"), ("http://id.example/x".to_owned(), None));
    }
}
