//! A change of an account that waits for its new address to be verified, and is made with that.

use narthex_api::Time;
use narthex_api::identity::State;
use narthex_db::Batch;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Verification, store};
use crate::audit::{self, Before};
use crate::edge::{Caller, Problem};
use crate::flow::outdated::outdate_into;
use crate::flow::settings::address;
use crate::flow::{Failure, Flow, code::Sent, generic_message};
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

/// Whose address this is to be, if the flow still waits for it.
pub(super) async fn owner(caller: &Caller, flow: &Flow<Verification>, address: &str) -> Result<Option<(Identity, String)>, Problem> {
    let Some(awaited) = flow.own.awaited.as_ref().filter(|awaited| awaited.address == address) else { return Ok(None) };
    let Some(id) = flow.own.identity_id else { return Ok(None) };
    let idle_timeout = caller.settings.config.narthex.session.idle_timeout;
    if !store::waits(&caller.app.db, flow.id, caller.app.clock.now(), idle_timeout).await? {
        return Ok(None);
    }
    Ok(identities::find(&caller.app.db, id).await?.map(|identity| (identity, awaited.via.clone())))
}

/// Adds the change to what is written together, and hands back the account as it is then; nothing where the account is switched off.
/// What has been changed meanwhile stays.
///
/// # Errors
/// Where the account has become another one meanwhile, so that the change no longer fits.
pub(super) async fn change_into(
    batch: Batch,
    caller: &Caller,
    flow: &Flow<Verification>,
    awaited: &Awaited,
    sent: &Sent,
    before: &Identity,
    now: Time,
) -> Result<Option<(Batch, Identity)>, Failure> {
    if before.state != State::Active {
        return Ok(None);
    }
    let settings = &caller.settings;
    let schema = settings.schemas.get(&before.schema_id).ok_or_else(changed_meanwhile)?;
    let traits = merged(&awaited.before, &awaited.traits, &before.traits);
    let extracted = schema.compiled.validate(&traits).map_err(|_| changed_meanwhile())?;
    let mut identity = before.clone();
    identity.traits = traits;
    identity.updated_at = now;
    identity.readdress(&extracted, now);
    if !identity.verify(&sent.address, &sent.via, now) {
        return Err(changed_meanwhile());
    }
    let known = identities::credentials(&caller.app.db, identity.id).await?;
    let credentials = derive(&extracted, known.clone(), &identity);
    identity.available_aal = crate::method::available_aal(settings, &credentials).into();
    let batch = store::make_into(batch, flow.id, now, settings.config.narthex.session.idle_timeout);
    let batch = identities::update_into(batch, &identity, Some(&credentials));
    let old = Before::of(before, &known);
    let batch = outdate_into(batch, &old, (&identity, &credentials));
    let mut batch = audit::changes_into(batch, caller, &old, (&identity, &credentials), |event| event.flow(flow.id));
    if let Some(recipients) = address::told(settings.config.selfservice.flows.settings.after.hooks("profile")) {
        batch = address::tell_into(batch, caller, &flow.request_url, before, &identity, recipients).await;
    }
    Ok(Some((batch, identity)))
}

fn changed_meanwhile() -> Failure {
    generic_message("Your account has changed meanwhile, so that the address cannot be changed any more. Please change it anew.").into()
}

/// The change from `before` to `wanted`, made to `now`. Where both have changed something, what is there now stays.
fn merged(before: &Value, wanted: &Value, now: &Value) -> Value {
    let (Value::Object(old), Value::Object(new), Value::Object(there)) = (before, wanted, now) else {
        return if before == now { wanted.clone() } else { now.clone() };
    };
    let member = |name: &String| match (old.get(name), new.get(name), there.get(name)) {
        (Some(old), Some(new), Some(there)) => Some(merged(old, new, there)),
        (old, new, there) => {
            if old == there {
                new.cloned()
            } else {
                there.cloned()
            }
        }
    };
    let members: Map<String, Value> = there.keys().chain(new.keys()).filter_map(|name| Some((name.clone(), member(name)?))).collect();
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::merged;

    #[test]
    fn a_change_is_made_to_what_is_there_now() {
        let before = json!({ "email": "a", "name": { "first": "Ada", "last": "B" }, "left": 1 });
        let wanted = json!({ "email": "b", "name": { "first": "Eve", "last": "B" }, "new": 1 });
        let now = json!({ "email": "a", "name": { "first": "Mia", "last": "C" }, "left": 1, "other": 1 });
        let made = json!({ "email": "b", "name": { "first": "Mia", "last": "C" }, "other": 1, "new": 1 });
        assert_eq!(merged(&before, &wanted, &now), made);
        assert_eq!(merged(&before, &wanted, &before), wanted);
        assert_eq!(merged(&before, &before, &now), now);
    }
}
