//! Hooks: what happens before and after a flow, in the order of the configuration.
//! Never knows how a flow goes on: it asks and tells targets, and hands back what they want. Next: `web_hook.rs` for one call,
//! `answer.rs` and `change.rs` for what its answer means, `outbox/` for calls that survive a crash; the built-in hooks are part of the flows
//! that know them.

mod answer;
pub mod change;
pub mod outbox;
pub mod places;
mod request;
pub mod signature;
pub mod snippets;
pub mod warn;
pub mod web_hook;

use narthex_config::{Config, Hook, WebHook};
use narthex_db::Batch;
use serde_json::Value;
use uuid::Uuid;

use crate::audit::{Event, HookFault, Kind};
use crate::edge::{Caller, Problem};
use crate::flow::Failure;
use crate::identity::Identity;

/// What a hook gets to see of the moment.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// The flow as clients get it.
    pub flow: Value,
    /// The identity, once there is one.
    pub identity: Option<Value>,
    /// The session, where the flow has or makes one.
    pub session: Option<Value>,
}

impl Scene {
    /// A scene with nothing but a flow.
    ///
    /// # Errors
    /// Where the flow cannot be written as JSON.
    pub fn of(flow: &impl serde::Serialize) -> Result<Self, Problem> {
        Ok(Self { flow: serde_json::to_value(flow).map_err(Problem::internal)?, ..Self::default() })
    }

    /// The same scene with this identity in it.
    #[must_use]
    pub fn with_identity(mut self, caller: &Caller, identity: &Identity) -> Self {
        self.identity = serde_json::to_value(identity.public(&caller.settings)).ok();
        self
    }

    /// The same scene with an identity that is not kept yet: neither it nor its addresses have an id that is of any use.
    #[must_use]
    pub fn with_candidate(mut self, caller: &Caller, identity: &Identity) -> Self {
        let mut shown = identity.public(&caller.settings);
        shown.id = Uuid::nil();
        shown.schema_url.clear();
        shown.verifiable_addresses.iter_mut().for_each(|address| address.id = Uuid::nil());
        shown.recovery_addresses.iter_mut().for_each(|address| address.id = Uuid::nil());
        self.identity = serde_json::to_value(shown).ok();
        self
    }

    /// The same scene with a session that is not kept yet: neither it nor its devices have an id that is of any use.
    #[must_use]
    pub fn with_new_session(self, mut session: narthex_api::session::Session) -> Self {
        session.id = Uuid::nil();
        session.devices.iter_mut().for_each(|device| device.id = Uuid::nil());
        self.with_session(&session)
    }

    /// The same scene with a session, as its owner sees it.
    #[must_use]
    pub fn with_session(mut self, session: &narthex_api::session::Session) -> Self {
        self.session = serde_json::to_value(session).ok();
        self
    }
}

/// The web hooks that may refuse or change what is about to be kept: asked before it is.
pub fn asking(hooks: &[Hook]) -> Vec<&WebHook> {
    web_hooks(hooks).filter(|hook| asks(hook)).collect()
}

/// The web hooks that are told what has been kept.
pub fn telling(hooks: &[Hook]) -> Vec<&WebHook> {
    web_hooks(hooks).filter(|hook| !asks(hook)).collect()
}

fn web_hooks(hooks: &[Hook]) -> impl Iterator<Item = &WebHook> {
    hooks.iter().filter_map(|hook| match hook {
        Hook::WebHook(hook) => Some(&**hook),
        _ => None,
    })
}

/// Whether a web hook may refuse or change what is about to be kept.
pub fn asks(hook: &WebHook) -> bool {
    hook.can_interrupt || hook.response.parse
}

/// Calls a web hook where there is nothing that it could change: it may have a say, or is told. One that the outbox takes is not
/// called, but kept with what it tells, see [`outbox::keep_into`].
///
/// # Errors
/// What it has against it, or that it cannot be called.
pub async fn call(caller: &Caller, hook: &WebHook, scene: &Scene) -> Result<(), Failure> {
    if asks(hook) { web_hook::ask(caller, hook, scene).await.map(drop) } else { Ok(web_hook::tell(caller, hook, scene).await?) }
}

/// Looks at each web hook of a configuration, and at the one that asks for passwords, for what can never be sent.
///
/// # Errors
/// One for each hook that cannot be called, by its key.
pub fn check(config: &Config) -> Result<(), Vec<String>> {
    let of_flows = places::web_hooks(config).map(|(at, hook)| (at, request::Target::of(hook)));
    let migration = &config.selfservice.methods.password.config.migrate_hook;
    let migration = places::migration(&migration.config).filter(|_| migration.enabled);
    let migration = migration.map(|hook| ("selfservice.methods.password.config.migrate_hook".to_owned(), request::Target::of(&hook)));
    let errors: Vec<String> =
        of_flows.chain(migration).filter_map(|(at, target)| Some(format!("{at}.config: {}.", target.err()?))).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Notes that a web hook failed: the one place that all of them come by, whether or not somebody waited for the call.
pub(crate) fn failed(hook: &WebHook, reason: &str, cause: Option<&str>) {
    let url = crate::outside::place(hook.url.as_str());
    tracing::warn!(id = hook.id, url, reason, cause, "a web hook failed");
}

/// A failed call as an event of the audit log. Of the target only the host is told: the rest of its address may hold a key.
fn failure(hook: &WebHook, fault: HookFault) -> Event {
    failure_at(hook.id.clone(), hook.url.as_str(), fault)
}

/// As [`failure`], of a hook that may not be configured any more.
fn failure_at(hook: Option<String>, url: &str, fault: HookFault) -> Event {
    let target = url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    Event::new(Kind::HookFailed { hook, target: target.unwrap_or_default(), fault })
}

/// Runs the hooks before a flow begins, and hands back the calls that are to be kept with the flow.
///
/// # Errors
/// Where one of them refuses: there is no form yet that could say why, so it is an error of status 500.
pub async fn before(caller: &Caller, hooks: &[Hook], scene: impl FnOnce() -> Result<Scene, Problem>) -> Result<Batch, Problem> {
    before_with(caller, hooks, scene, |texts| Problem::new(http::StatusCode::INTERNAL_SERVER_ERROR, texts)).await
}

/// As [`before`], for a login.
///
/// # Errors
/// Where one of them refuses. Clients know that as a flow which cannot be found, told twice.
pub async fn before_login(caller: &Caller, hooks: &[Hook], scene: impl FnOnce() -> Result<Scene, Problem>) -> Result<Batch, Problem> {
    before_with(caller, hooks, scene, |texts| Problem { twice: true, ..Problem::not_found(texts) }).await
}

async fn before_with(
    caller: &Caller,
    hooks: &[Hook],
    scene: impl FnOnce() -> Result<Scene, Problem>,
    refused: fn(String) -> Problem,
) -> Result<Batch, Problem> {
    if web_hooks(hooks).next().is_none() {
        return Ok(Batch::ephemeral());
    }
    let scene = scene()?;
    for hook in web_hooks(hooks) {
        call(caller, hook, &scene).await.map_err(|failure| not_begun(failure, refused))?;
    }
    outbox::keep_into(Batch::ephemeral(), caller, hooks, || Ok(scene.clone())).await
}

fn not_begun(failure: Failure, refused: fn(String) -> Problem) -> Problem {
    let texts = match failure {
        Failure::Problem(problem) => return *problem,
        Failure::Refused(message) => message.text.into_owned(),
        Failure::Invalid(violations) => {
            let texts: Vec<&str> = violations.iter().map(|violation| violation.message.text.as_ref()).collect();
            texts.join(" ")
        }
    };
    refused(format!("A web hook does not let this begin: {texts}"))
}
