//! Addresses that people give so that something is sent there: how long they may be, the code or link that goes there, and the
//! notice that nobody's account has them. Verification and recovery share all of it.

use narthex_api::message::Message;
use narthex_courier::{Letter, Recipient, Template, Via};
use narthex_db::Batch;
use narthex_schema::Violation;
use serde_json::{Value, json};

use super::code::{self, Destination, Purpose};
use super::{Flow, Kind, violation};
use crate::edge::{Caller, Problem};
use crate::identity::Identity;

/// The most characters that an address may have.
const LONGEST: usize = 320;

/// Whose address it is, and how it is reached.
pub struct To<'a> {
    /// Whose it is.
    pub identity: &'a Identity,
    /// The address.
    pub address: &'a str,
    /// The channel: `email` or `sms`.
    pub via: &'a str,
}

/// What is wrong with the address in the field `name`, if it is too long.
pub fn too_long(name: &str, address: &str) -> Option<Violation> {
    let length = address.chars().count();
    (length > LONGEST).then(|| {
        let message = Message::error(4_000_017, "")
            .with_text(format!("Please use at most {LONGEST} characters."))
            .with_context(json!({ "max_length": LONGEST, "actual_length": length }));
        violation(name, message)
    })
}

/// The address of a link that is good by its token.
pub fn link<K: Kind>(caller: &Caller, flow: &Flow<K>, token: &str) -> String {
    let base = caller.settings.config.selfservice.methods.link.config.base_url.as_deref().unwrap_or(&caller.settings.public_url);
    format!("{}/self-service/{}?flow={}&token={token}", base.trim_end_matches('/'), K::NAME, flow.id)
}

/// Adds a new code or link, and the message that brings it, to what is written together. `template` makes the message of the secret
/// and of the minutes that it counts.
///
/// # Errors
/// Where there is no secret to keep it under.
pub async fn send_into<K: Kind>(
    batch: Batch,
    caller: &Caller,
    flow: &Flow<K>,
    purpose: Purpose,
    to: To<'_>,
    transient_payload: Option<Value>,
    template: impl FnOnce(String, u64) -> Template + Send,
) -> Result<Batch, Problem> {
    let identity = serde_json::to_value(to.identity.public(&caller.settings)).unwrap_or_default();
    let occasion = code::occasion(caller, &flow.request_url, identity, transient_payload);
    let place = Destination { flow: flow.id, purpose, identity_id: Some(to.identity.id), via: to.via, address: to.address };
    code::send_into(batch, caller, &place, occasion, template).await
}

/// What tells the owner of an address that somebody asked for a code or link though no account has it. Only mail tells so.
pub async fn notice<K: Kind>(
    caller: &Caller,
    flow: &Flow<K>,
    template: Template,
    address: &str,
    transient_payload: Option<Value>,
) -> Batch {
    let occasion = code::occasion(caller, &flow.request_url, Value::Null, transient_payload);
    let letter = Letter { to: Recipient { via: Via::Email, address: address.to_owned() }, template, occasion };
    code::letter_into(caller, &letter).await
}
