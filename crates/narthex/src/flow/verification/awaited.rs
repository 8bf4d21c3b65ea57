//! A change of an account that waits for its new address to be verified, and is made with that.

use narthex_api::Time;
use narthex_db::Batch;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Verification;
use crate::audit::{self, Before};
use crate::edge::{Caller, Problem};
use crate::flow::settings::address;
use crate::flow::{Flow, code::Sent};
use crate::identity::{Identity, derive, store as identities};

/// What is known of a person, before and after the change.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Awaited {
    /// The traits that the change was asked for.
    pub before: Value,
    /// The traits that it makes.
    pub traits: Value,
    /// The address that is new among them.
    pub address: String,
    /// How it is reached: `email` or `sms`.
    pub via: String,
}

/// Whose address this is to be, if the flow waits for it.
pub(super) async fn owner(caller: &Caller, flow: &Flow<Verification>, address: &str) -> Result<Option<(Identity, String)>, Problem> {
    let Some(awaited) = flow.own.awaited.as_ref().filter(|awaited| awaited.address == address) else { return Ok(None) };
    let Some(id) = flow.own.identity_id else { return Ok(None) };
    Ok(identities::find(&caller.app.db, id).await?.map(|identity| (identity, awaited.via.clone())))
}

/// Adds the change to what is written together, and hands back the account as it is then; nothing where the account has become another one meanwhile, so that the change no
/// longer fits.
pub(super) async fn change_into(
    batch: Batch,
    caller: &Caller,
    flow: &Flow<Verification>,
    awaited: &Awaited,
    sent: &Sent,
    before: &Identity,
    now: Time,
) -> Result<Option<(Batch, Identity)>, Problem> {
    if before.traits != awaited.before {
        return Ok(None);
    }
    let settings = &caller.settings;
    let Some(schema) = settings.schemas.get(&before.schema_id) else { return Ok(None) };
    let Ok(extracted) = schema.compiled.validate(&awaited.traits) else { return Ok(None) };
    let mut identity = before.clone();
    identity.traits = awaited.traits.clone();
    identity.updated_at = now;
    identity.readdress(&extracted, now);
    if !identity.verify(&sent.address, &sent.via, now) {
        return Ok(None);
    }
    let known = identities::credentials(&caller.app.db, identity.id).await?;
    let credentials = derive(&extracted, known.clone(), &identity);
    identity.available_aal = crate::method::available_aal(settings, &credentials).into();
    let batch = identities::update_into(batch, &identity, Some(&credentials));
    let old = Before::of(before, &known);
    let mut batch = audit::changes_into(batch, caller, &old, (&identity, &credentials), |event| event.flow(flow.id));
    if let Some(recipients) = address::told(settings.config.selfservice.flows.settings.after.hooks("profile")) {
        batch = address::tell_into(batch, caller, &flow.request_url, before, &identity, recipients).await;
    }
    Ok(Some((batch, identity)))
}
