//! The end of a registration: hooks that have a say, the identity and its session in one write, hooks that are told.
//! Next: `answer.rs` for what the client does then.

use narthex_api::Time;
use narthex_api::flow::FlowType;
use narthex_api::identity::State as IdentityState;
use narthex_config::Hook;
use narthex_db::DbError;
use narthex_schema::Extracted;

use super::answer::{Finished, answer, renewed};
use super::strategy::SignUp;
use super::{Registration, duplicate, public};
use crate::audit::{self, Event, Kind, Masked};
use crate::config::schemas::Schema;
use crate::edge::{Caller, Problem, Reply};
use crate::flow::input::Input;
use crate::flow::{Failure, Flow, State, object_or_empty, store, verification};
use crate::hook::{self, Scene, change, outbox, web_hook};
use crate::identity::{Credential, Identity, credentials_of, store as identities};
use crate::session::{self, Session};

/// Who is about to be signed up; hooks may still change it.
struct Candidate {
    identity: Identity,
    extracted: Extracted,
    own: Vec<Credential>,
}

impl Candidate {
    fn new(schema: &Schema, sign_up: &mut SignUp, now: Time) -> Self {
        let extracted = std::mem::take(&mut sign_up.extracted);
        let mut identity = Identity::new(&schema.id, std::mem::take(&mut sign_up.traits), &extracted, now);
        extracted.normalize_phones(&mut identity.traits);
        let verified = sign_up.verified_address.as_ref();
        for address in identity.verifiable_addresses.iter_mut().filter(|address| Some(&address.value) == verified) {
            address.verified = true;
            address.verified_at = Some(now);
            address.status = "completed".into();
        }
        Self { identity, extracted, own: std::mem::take(&mut sign_up.credentials) }
    }
}

/// Signs the person up and answers.
pub(super) async fn finish(
    caller: &Caller,
    flow: &Flow<Registration>,
    schema: &Schema,
    input: &Input,
    mut sign_up: SignUp,
) -> Result<Reply, Failure> {
    let settings = caller.settings.clone();
    let now = caller.app.clock.now();
    let method = sign_up.method;
    let after = &settings.config.selfservice.flows.registration.after;
    let hooks = after.hooks(method);
    let mut candidate = Candidate::new(schema, &mut sign_up, now);
    let own = after.methods.get(method).map_or(&[][..], |own| &own.hooks);
    for hook in hook::asking(own) {
        let scene = scene(caller, flow, schema, input)?.with_candidate(caller, &candidate.identity);
        if let Some(change) = web_hook::ask(caller, hook, &scene).await? {
            candidate.extracted = change.apply(&settings, &mut candidate.identity, now)?;
        }
    }

    let Candidate { mut identity, extracted, own } = candidate;
    let credentials = credentials_of(&extracted, own, now);
    identity.available_aal = crate::method::available_aal(&settings, &credentials).into();
    let issued = Session::begin(caller, &identity, session::proof(method, "aal1", now));
    let waits = flow.client == FlowType::Browser
        && flow.login_challenge.is_some()
        && has(hooks, &Hook::Session)
        && has(hooks, &Hook::ShowVerificationUi);
    let session_id = waits.then_some(issued.session.id);
    if flow.client == FlowType::Browser {
        caller.renew_csrf_for(identity.id);
    }
    // Clients of old are shown all addresses, whatever the hooks say.
    let most = if settings.config.feature_flags.legacy_continue_with_verification_ui { usize::MAX } else { 1 };
    let (verifications, also) = verification::start_some(caller, flow, input.transient_payload(), &mut identity, session_id, most).await?;
    let mut batch = sign_up.also;
    if flow.state == State::PassedChallenge {
        batch = store::update_into(batch, flow)?;
    }
    batch = identities::insert_into(batch, &identity, &credentials);
    let active = identity.state == IdentityState::Active;
    if active {
        batch = session::begin_into(batch, caller, &issued, flow.id);
    }
    let event = |kind| Event::new(kind).of(identity.id).session(active.then_some(issued.session.id)).flow(flow.id);
    batch = audit::event_into(batch, caller, event(Kind::RegistrationSucceeded { method }));
    if let Some(address) = &sign_up.verified_address {
        let verified = Kind::VerificationSucceeded { method, address: Masked::new(address) };
        batch = audit::event_into(batch, caller, event(verified));
    }
    let kept = || Ok(scene(caller, flow, schema, input)?.with_identity(caller, &identity));
    batch = outbox::keep_into(batch.append(also), caller, hooks, kept).await?;
    if let Err(error) = caller.app.db.write(batch).await {
        return Err(match error {
            DbError::Unmet { .. } => Problem::conflict("The code was used by another request at the same time.").into(),
            DbError::Conflict { .. } => duplicate::failure(caller, &credentials).await?,
            other => other.into(),
        });
    }
    if let Some(bell) = &caller.app.courier {
        bell.notify();
    }
    for hook in hook::telling(hooks) {
        let scene = scene(caller, flow, schema, input)?.with_identity(caller, &identity);
        if let Err(problem) = web_hook::tell(caller, hook, &scene).await {
            return Ok(renewed(caller, flow, caller.answer(&problem).await));
        }
    }
    if !active {
        return Err(change::inactive().into());
    }
    answer(caller, Finished { flow, method, identity: &identity, issued: &issued, verifications: &verifications }).await
}

/// Whether a built-in hook is among these.
pub(super) fn has(hooks: &[Hook], wanted: &Hook) -> bool {
    hooks.iter().any(|hook| std::mem::discriminant(hook) == std::mem::discriminant(wanted))
}

/// What hooks get to see of the flow.
fn scene(caller: &Caller, flow: &Flow<Registration>, schema: &Schema, input: &Input) -> Result<Scene, Problem> {
    let mut shown = public(&caller.settings, schema, flow);
    shown.transient_payload = Some(object_or_empty(input.transient_payload().as_ref()));
    Scene::of(&shown)
}
