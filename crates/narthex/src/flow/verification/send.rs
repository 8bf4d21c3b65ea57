//! Sending the code or the link.

use narthex_config::AddressMethod;
use narthex_courier::Template;
use narthex_db::Batch;
use serde_json::Value;

use super::Verification;
use crate::edge::{Caller, Problem};
use crate::flow::Flow;
use crate::flow::address::{self, To};
use crate::flow::code::Purpose;

/// What a code or link of the method in use is for.
pub(super) fn purpose(caller: &Caller) -> Purpose {
    match caller.settings.config.selfservice.flows.verification.r#use {
        AddressMethod::Code => Purpose::Verification,
        AddressMethod::Link => Purpose::VerificationLink,
    }
}

/// Adds a new code or link and the message that brings it to what is written together.
pub(super) async fn send_into(
    batch: Batch,
    caller: &Caller,
    flow: &Flow<Verification>,
    to: To<'_>,
    transient_payload: Option<Value>,
) -> Result<Batch, Problem> {
    let purpose = purpose(caller);
    address::send_into(batch, caller, flow, purpose, to, transient_payload, |secret, expires_in_minutes| match purpose {
        Purpose::VerificationLink => {
            Template::VerificationValid { verification_url: address::link(caller, flow, &secret), expires_in_minutes }
        }
        _ => Template::VerificationCodeValid {
            verification_url: format!("{}/self-service/verification?code={secret}&flow={}", caller.settings.public_url, flow.id),
            verification_code: secret,
            expires_in_minutes,
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
    Some(address::notice(caller, flow, template, address, transient_payload).await)
}
