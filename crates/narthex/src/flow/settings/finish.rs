//! The end of a change: hooks that have a say, the account in one write, hooks that are told.
//! Next: `answer.rs` for what the client does then, `address.rs` for addresses that change.

use narthex_api::continue_with::ContinueWith;
use narthex_api::message::Message;
use narthex_config::Hook;
use narthex_db::{Batch, DbError};

use super::answer::{Begun, changed};
use super::http::Person;
use super::strategy::Change;
use super::{Settings, address, ask_before, first_form, new, shown};
use crate::audit::{self, Before, Event, Kind, Scope};
use crate::edge::{Caller, Problem, Reply};
use crate::flow::input::Input;
use crate::flow::outdated::outdate_into;
use crate::flow::verification::{self, Beginning};
use crate::flow::{Failure, Flow, State, store};
use crate::hook::{self, Scene, outbox, web_hook};
use crate::identity::{Identity, derive, store as identities};
use crate::session::store as sessions;

/// Changes the account and answers.
pub(super) async fn finish(
    caller: &Caller,
    flow: &Flow<Settings>,
    person: &Person,
    input: &Input,
    mut change: Change,
) -> Result<Reply, Failure> {
    let settings = caller.settings.clone();
    let after = &settings.config.selfservice.flows.settings.after;
    let now = caller.app.clock.now();
    change.identity.updated_at = now;
    for hook in after.methods.get(change.method).map_or(&[][..], |own| &own.hooks) {
        match hook {
            Hook::VerifyNewAddress => {
                if let Some(reply) = address::verify_first(caller, flow, person, input, &change).await? {
                    return Ok(reply);
                }
            }
            Hook::WebHook(target) if hook::asks(target) => {
                let scene = scene(caller, flow, person, input)?.with_identity(caller, &change.identity);
                if let Some(wish) = web_hook::ask(caller, target, &scene).await? {
                    change.extracted = wish.apply(&settings, &mut change.identity, now)?;
                }
            }
            _ => {}
        }
    }
    let Change { method, mut identity, extracted, credentials } = change;
    let hooks = after.hooks(method);
    let credentials = derive(&extracted, credentials, &identity);
    identity.available_aal = crate::method::available_aal(&settings, &credentials).into();

    let next = new(caller, flow.client, identity.id);
    let kept = ask_before(caller, &next, &person.owner()).await?;
    let (begun, mut batch) = verify_addresses(caller, flow, input, &mut identity).await?;
    let mut done = flow.clone();
    done.state = State::PassedChallenge;
    done.own.next = Some(next.id);
    done.own.held = None;
    let mut form = first_form(&settings, flow, &identity, &credentials)?;
    form.messages.push(Message::success(1_050_001, "Your changes have been saved."));
    done.form = Some(form);
    batch = identities::update_into(batch.append(kept), &identity, Some(&credentials));
    batch = store::insert_into(store::update_into(batch, &done)?, &next)?;
    let before = Before::of(&person.identity, &person.credentials);
    let about = |event: Event| event.session(person.session.id).flow(flow.id);
    batch = outdate_into(batch, &before, (&identity, &credentials));
    batch = audit::changes_into(batch, caller, &before, (&identity, &credentials), about);
    if hooks.iter().any(|hook| matches!(hook, Hook::RevokeActiveSessions)) {
        let revoked = about(Event::new(Kind::SessionRevoked { scope: Scope::Others, deleted: false }).of(identity.id));
        batch = audit::event_where_into(batch, caller, revoked, sessions::others_are_active(&person.session));
        batch = sessions::revoke_others_into(batch, &person.session);
    }
    if let Some(recipients) = address::told(hooks) {
        batch = address::tell_into(batch, caller, &flow.request_url, &person.identity, &identity, recipients).await;
    }
    let told = || Ok(scene(caller, &done, person, input)?.with_identity(caller, &identity));
    batch = outbox::keep_into(batch, caller, hooks, told).await?;
    caller.app.db.write(batch).await.map_err(refused)?;
    if let Some(bell) = &caller.app.courier {
        bell.notify();
    }
    for hook in hook::telling(hooks) {
        if let Err(problem) = web_hook::tell(caller, hook, &told()?).await {
            return Ok(caller.answer(&problem).await);
        }
    }
    let shows = hooks.iter().any(|hook| matches!(hook, Hook::ShowVerificationUi));
    let targets: Vec<ContinueWith> = begun.iter().filter(|_| shows).map(|begun| begun.target(caller)).collect();
    match changed(caller, &done, method, &identity, &person.session, targets) {
        Ok(reply) => Ok(reply),
        // The change is made all the same.
        Err(problem) => Ok(caller.answer(&problem).await),
    }
}

/// Why the change could not be written.
pub(super) fn refused(error: DbError) -> Failure {
    match error {
        DbError::Conflict { .. } => address::taken().into(),
        DbError::Unmet { .. } => Problem::conflict("The account was changed by another request at the same time. Please try again.").into(),
        other => other.into(),
    }
}

/// What hooks get to see of the flow: the person as they were when it was sent.
fn scene(caller: &Caller, flow: &Flow<Settings>, person: &Person, input: &Input) -> Result<Scene, Problem> {
    let settings = &caller.settings;
    let mut shown = shown(settings, flow, &person.identity, flow.form.clone().unwrap_or_default());
    shown.transient_payload = input.transient_payload();
    let session = person.session.public(settings, &person.identity, caller.app.clock.now());
    Ok(Scene::of(&shown)?.with_session(&session))
}

/// Begins the verification of each address for which that has not been done, if verification is switched on.
async fn verify_addresses(
    caller: &Caller,
    flow: &Flow<Settings>,
    input: &Input,
    identity: &mut Identity,
) -> Result<(Vec<Begun>, Batch), Problem> {
    let mut batch = Batch::durable();
    let mut begun = Vec::new();
    if !caller.settings.config.selfservice.flows.verification.enabled {
        return Ok((begun, batch));
    }
    let mut waiting = Vec::new();
    for address in identity.verifiable_addresses.iter_mut().filter(|address| !address.verified && address.status == "pending") {
        address.status = "sent".into();
        waiting.push((address.value.clone(), address.via.clone()));
    }
    for (address, via) in waiting {
        let (request_url, asked) = verification::request_url(&flow.request_url);
        let beginning = Beginning {
            client: flow.client,
            request_url: &request_url,
            return_to: asked.or_else(|| flow.return_to.clone()),
            identity,
            address: &address,
            via: &via,
            transient_payload: input.transient_payload(),
            session_id: None,
            login_challenge: None,
        };
        let (started, with) = verification::start_into(batch, caller, beginning).await?;
        batch = with;
        begun.push(Begun { flow: started, address });
    }
    Ok((begun, batch))
}
