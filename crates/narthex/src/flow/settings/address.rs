//! Addresses that change: verified before they count, and told to those that were there before.

use narthex_api::message::Message;
use narthex_config::{Hook, Recipients};
use narthex_courier::{Letter, Recipient, Template, Via};
use narthex_db::Batch;
use serde_json::Value;

use super::Settings;
use super::answer::{Begun, unchanged};
use super::finish::refused;
use super::http::Person;
use super::strategy::Change;
use crate::edge::{Caller, Problem, Reply};
use crate::flow::input::Input;
use crate::flow::verification::{self, Awaited, Beginning};
use crate::flow::{Failure, Flow, code, store};
use crate::identity::{Identity, store as identities};

/// Has a new address verified before the change is made; nothing where no address is new. One at a time can be changed so.
pub(super) async fn verify_first(
    caller: &Caller,
    flow: &Flow<Settings>,
    person: &Person,
    input: &Input,
    change: &Change,
) -> Result<Option<Reply>, Failure> {
    let known = &person.identity.verifiable_addresses;
    let new: Vec<_> = change
        .identity
        .verifiable_addresses
        .iter()
        .filter(|address| !known.iter().any(|known| known.value == address.value && known.via == address.via))
        .collect();
    let [address] = new.as_slice() else {
        return if new.is_empty() { Ok(None) } else { too_many(caller, flow, person).await.map(Some) };
    };
    if !caller.settings.config.selfservice.flows.verification.enabled {
        return Err(Problem::misconfigured(
            "New addresses have to be verified before they count (hook verify_new_address), but selfservice.flows.verification.enabled is false.",
        )
        .into());
    }
    let owner = identities::by_address(&caller.app.db, "verifiable", &address.value).await?.map(|(owner, _)| owner.id);
    let owner = owner.or(identities::by_any_identifier(&caller.app.db, &address.value).await?);
    if owner.is_some_and(|owner| owner != person.identity.id) {
        return Err(taken().into());
    }
    let (request_url, asked) = verification::request_url(&flow.request_url);
    let beginning = Beginning {
        client: flow.client,
        request_url: &request_url,
        return_to: asked.or_else(|| flow.return_to.clone()),
        identity: &person.identity,
        address: &address.value,
        via: &address.via,
        transient_payload: input.transient_payload(),
        session_id: None,
        login_challenge: None,
    };
    let (mut started, batch) = verification::start_into(Batch::durable(), caller, beginning).await?;
    started.own.awaited = Some(Awaited {
        before: person.identity.traits.clone(),
        traits: change.identity.traits.clone(),
        address: address.value.clone(),
        via: address.via.to_string(),
    });
    let (now, idle_timeout) = (caller.app.clock.now(), caller.settings.config.narthex.session.idle_timeout);
    let batch = store::update_into(batch, &started)?;
    let batch = verification::wait_into(batch, &started, (&person.session, &person.identity), now, idle_timeout);
    let batch = store::update_into(batch, flow)?;
    caller.app.db.write(batch).await.map_err(refused)?;
    if let Some(bell) = &caller.app.courier {
        bell.notify();
    }
    let begun = Begun { flow: started, address: address.value.clone() };
    Ok(Some(unchanged(caller, flow, &person.identity, flow.form.clone().unwrap_or_default(), Some(&begun))))
}

/// Says that only one address at a time can be changed.
async fn too_many(caller: &Caller, flow: &Flow<Settings>, person: &Person) -> Result<Reply, Failure> {
    let mut kept = flow.clone();
    let mut form = kept.form.take().unwrap_or_default();
    form.messages = vec![Message::error(4_050_002, "Only one address at a time can be changed, because it has to be verified first.")];
    kept.form = Some(form.clone());
    store::update(&caller.app.db, &kept).await?;
    Ok(unchanged(caller, &kept, &person.identity, form, None))
}

/// Another account has this.
pub(crate) fn taken() -> Message {
    Message::error(4_000_007, "An account with the same identifier (email, phone, username, ...) exists already.")
}

/// Whom a change of addresses is told to, if it is told.
pub(crate) fn told(hooks: &[Hook]) -> Option<Recipients> {
    hooks.iter().find_map(|hook| match hook {
        Hook::NotifyPreviousAddresses { recipients } => Some(*recipients),
        _ => None,
    })
}

/// Adds word to the former addresses to what is written together, if addresses have changed.
pub(crate) async fn tell_into(
    mut batch: Batch,
    caller: &Caller,
    request_url: &str,
    before: &Identity,
    after: &Identity,
    recipients: Recipients,
) -> Batch {
    let stays = |value: &str, via: &str, among: &Identity| {
        among.verifiable_addresses.iter().any(|address| address.value == value && address.via == via)
    };
    let known = &before.verifiable_addresses;
    let same = known.len() == after.verifiable_addresses.len() && known.iter().all(|known| stays(&known.value, &known.via, after));
    if same {
        return batch;
    }
    let now = caller.app.clock.now();
    for address in known {
        let stays = stays(&address.value, &address.via, after);
        let hears = match recipients {
            Recipients::Removed => !stays,
            Recipients::AllVerified => address.verified,
            Recipients::All => true,
        };
        if hears {
            let identity = serde_json::to_value(after.public(&caller.settings)).unwrap_or(Value::Null);
            let letter = Letter {
                to: Recipient { via: Via::parse(&address.via).unwrap_or(Via::Email), address: address.value.clone() },
                template: Template::VerifiableAddressChanged { changed_at: now, stays },
                occasion: code::occasion(caller, request_url, identity, None),
            };
            batch = batch.append(code::letter_into(caller, &letter).await);
        }
    }
    batch
}
