//! Sending a code or a link to whom an address belongs, and the notice to whom it does not.

use narthex_config::AddressMethod;
use narthex_courier::Template;
use narthex_db::Batch;
use narthex_schema::normalize_identifier;
use serde_json::Value;
use uuid::Uuid;

use super::Recovery;
use crate::audit::{self, Event, Kind};
use crate::edge::{Caller, Problem};
use crate::flow::address::{self, To};
use crate::flow::code::{self, Purpose};
use crate::flow::{Flow, store};
use crate::identity::{Identity, store as identities};

/// Whose account an address recovers.
pub(super) struct Known {
    /// Whose it is.
    pub identity: Identity,
    /// The address as it is kept.
    pub address: String,
    /// The channel: `email` or `sms`.
    pub via: String,
}

/// Whose account this address recovers, if there is one.
pub(super) async fn find(caller: &Caller, address: &str) -> Result<Option<Known>, Problem> {
    let address = normalize_identifier(address);
    let found = identities::by_address(&caller.app.db, "recovery", &address).await?;
    Ok(found.map(|(identity, via)| Known { identity, address, via }))
}

/// Whose account a code or link of this flow recovers: the owner of the address that it went to, or whom an administrator made it for.
pub(super) async fn owner(caller: &Caller, flow: &Flow<Recovery>, purpose: Purpose) -> Result<Option<Uuid>, Problem> {
    match &flow.sent_to {
        Some(address) => Ok(find(caller, address).await?.map(|known| known.identity.id)),
        None => Ok(code::made_for(&caller.app.db, purpose, flow.id).await?),
    }
}

/// Keeps what has become of the flow, and sends a code or link, or the notice where nobody's account has the address. Whether one
/// has is not told.
pub(super) async fn send(
    caller: &Caller,
    flow: &mut Flow<Recovery>,
    method: AddressMethod,
    known: Option<&Known>,
    given: &str,
    transient_payload: Option<Value>,
) -> Result<(), Problem> {
    flow.sent_to = Some(known.map_or_else(|| normalize_identifier(given), |known| known.address.clone()));
    let mut batch = store::update_into(Batch::durable(), flow)?;
    if method == AddressMethod::Code {
        // Whether anybody has the address or not: tries are counted there from now on, so no code to another one counts.
        batch = code::revoke_into(batch, flow.id);
    }
    if let Some(known) = known {
        batch = send_into(batch, caller, flow, method, known, transient_payload).await?;
        let begun = Kind::RecoveryBegun { method: if method == AddressMethod::Code { "code" } else { "link" } };
        batch = audit::event_into(batch, caller, Event::new(begun).of(known.identity.id).flow(flow.id));
    } else if caller.settings.config.selfservice.flows.recovery.notify_unknown_recipients && given.contains('@') {
        let template = match method {
            AddressMethod::Code => Template::RecoveryCodeInvalid,
            AddressMethod::Link => Template::RecoveryInvalid,
        };
        batch = batch.append(address::notice(caller, flow, template, given, transient_payload).await);
    }
    caller.app.db.write(batch).await?;
    if let Some(bell) = &caller.app.courier {
        bell.notify();
    }
    Ok(())
}

/// Keeps what has become of the flow, which says that a code is on its way to this address, though none is.
pub(super) async fn pretend(caller: &Caller, flow: &mut Flow<Recovery>, given: &str) -> Result<(), Problem> {
    flow.sent_to = Some(normalize_identifier(given));
    let batch = code::revoke_into(store::update_into(Batch::durable(), flow)?, flow.id);
    caller.app.db.write(batch).await?;
    Ok(())
}

/// A new code has taken the place of those before; links stay good besides each other.
async fn send_into(
    batch: Batch,
    caller: &Caller,
    flow: &Flow<Recovery>,
    method: AddressMethod,
    known: &Known,
    transient_payload: Option<Value>,
) -> Result<Batch, Problem> {
    let purpose = match method {
        AddressMethod::Code => Purpose::Recovery,
        AddressMethod::Link => Purpose::RecoveryLink,
    };
    let to = To { identity: &known.identity, address: &known.address, via: &known.via };
    address::send_into(batch, caller, flow, purpose, to, transient_payload, |secret, expires_in_minutes| match method {
        AddressMethod::Code => Template::RecoveryCodeValid { recovery_code: secret, expires_in_minutes },
        AddressMethod::Link => Template::RecoveryValid { recovery_url: address::link(caller, flow, &secret), expires_in_minutes },
    })
    .await
}
