//! Sending the code or the link.

use narthex_config::AddressMethod;
use narthex_courier::{Letter, Recipient, Template, Via};
use narthex_db::Batch;
use serde_json::Value;

use super::Verification;
use crate::edge::{Caller, Problem};
use crate::flow::Flow;
use crate::flow::code::{self, Destination, Purpose};
use crate::identity::Identity;

/// Whose address it is, and how it is reached.
pub(super) struct To<'a> {
    /// Whose it is.
    pub identity: &'a Identity,
    /// The address.
    pub address: &'a str,
    /// The channel: `email` or `sms`.
    pub via: &'a str,
}

/// What a code or link of the method in use is for.
pub(super) fn purpose(caller: &Caller) -> Purpose {
    match caller.settings.config.selfservice.flows.verification.r#use {
        AddressMethod::Code => Purpose::Verification,
        AddressMethod::Link => Purpose::VerificationLink,
    }
}

/// Adds a new code or link and the message that brings it to what is written together. Earlier ones of the flow count no more.
pub(super) async fn send_into(
    batch: Batch,
    caller: &Caller,
    flow: &Flow<Verification>,
    to: To<'_>,
    transient_payload: Option<Value>,
) -> Result<Batch, Problem> {
    let settings = &caller.settings;
    let purpose = purpose(caller);
    let identity = serde_json::to_value(to.identity.public(settings)).unwrap_or_default();
    let occasion = code::occasion(caller, &flow.request_url, identity, transient_payload);
    let place = Destination { flow: flow.id, purpose, identity_id: Some(to.identity.id), via: to.via, address: to.address };
    let link_base = settings.config.selfservice.methods.link.config.base_url.as_deref().filter(|_| purpose == Purpose::VerificationLink);
    let page = format!("{}/self-service/verification", link_base.unwrap_or(&settings.public_url).trim_end_matches('/'));
    let id = flow.id;
    code::send_into(code::revoke_into(batch, flow.id), caller, &place, occasion, |secret, minutes| match purpose {
        Purpose::VerificationLink => {
            Template::VerificationValid { verification_url: format!("{page}?flow={id}&token={secret}"), expires_in_minutes: minutes }
        }
        _ => Template::VerificationCodeValid {
            verification_url: format!("{page}?code={secret}&flow={id}"),
            verification_code: secret,
            expires_in_minutes: minutes,
        },
    })
    .await
}

/// What tells the owner of an address that somebody asked for its verification though no account has it; only mail tells so,
/// and only where the configuration says that it does.
pub(super) async fn notice(
    caller: &Caller,
    flow: &Flow<Verification>,
    address: &str,
    via: &str,
    transient_payload: Option<Value>,
) -> Option<Batch> {
    let verification = &caller.settings.config.selfservice.flows.verification;
    if !verification.notify_unknown_recipients || via != "email" {
        return None;
    }
    let template = match verification.r#use {
        AddressMethod::Code => Template::VerificationCodeInvalid,
        AddressMethod::Link => Template::VerificationInvalid,
    };
    let occasion = code::occasion(caller, &flow.request_url, Value::Null, transient_payload);
    let letter = Letter { to: Recipient { via: Via::Email, address: address.to_owned() }, template, occasion };
    Some(code::letter_into(caller, &letter).await)
}
