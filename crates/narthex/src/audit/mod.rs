//! The audit log: what has happened that matters for security, one typed row each.
//! An event about a change is written with the change, so that there is one exactly if there is the other. Never holds what
//! could sign anybody in: the payloads have no place for it. Next: `kind.rs` for what can happen, `http.rs` for who may read it.

mod change;
pub mod http;
mod kind;
mod reason;
mod store;

use std::time::Duration;

use narthex_api::Time;
use narthex_config::Brake;
use narthex_db::{Batch, DbError, Value};
use serde_json::json;
use uuid::Uuid;

pub use change::{Before, changes_into};
pub use kind::{Change, Field, HookFault, Kind, Masked, Refusal, Scope};
pub use reason::Reason;
pub use store::expired_into;

use crate::app::App;
use crate::config::Settings;
use crate::edge::{Caller, Origin};
use crate::throttle;
use store::Row;

/// Something that has happened, and what it is about.
#[derive(Clone, Debug)]
pub struct Event {
    kind: Kind,
    identity: Option<Uuid>,
    session: Option<Uuid>,
    flow: Option<Uuid>,
    by_owner: bool,
}

impl Event {
    /// That this has happened.
    pub fn new(kind: Kind) -> Self {
        let by_owner = kind.is_by_owner();
        Self { kind, identity: None, session: None, flow: None, by_owner }
    }

    /// The same, about this identity.
    #[must_use]
    pub fn of(mut self, identity: impl Into<Option<Uuid>>) -> Self {
        self.identity = identity.into();
        self
    }

    /// The same, about this session. Where the identity is not given, it is the session's.
    #[must_use]
    pub fn session(mut self, session: impl Into<Option<Uuid>>) -> Self {
        self.session = session.into();
        self
    }

    /// The same, while the identity that it is about was signed in.
    #[must_use]
    pub fn by_owner(mut self) -> Self {
        self.by_owner = true;
        self
    }

    /// The same, in the course of this flow.
    #[must_use]
    pub fn flow(mut self, flow: Uuid) -> Self {
        self.flow = Some(flow);
        self
    }
}

/// Who has done something.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Actor {
    /// The identity that the event is about.
    Owner,
    /// Whoever uses the admin API: by this key, where keys are in use.
    Admin(Option<String>),
    /// Nobody knows.
    Anonymous,
    /// The server itself.
    System,
}

impl Actor {
    fn name(&self) -> &'static str {
        match self {
            Self::Owner => "identity",
            Self::Admin(_) => "admin",
            Self::Anonymous => "anonymous",
            Self::System => "system",
        }
    }

    /// Whoever has made this happen by a request.
    fn of(caller: &Caller, event: &Event) -> Self {
        if caller.is_admin() {
            return Self::Admin(caller.operator().map(str::to_owned));
        }
        if event.by_owner && (event.identity.is_some() || event.session.is_some()) { Self::Owner } else { Self::Anonymous }
    }
}

/// Adds an event to what is written together, so that it is kept if and only if the rest is.
pub fn event_into(batch: Batch, caller: &Caller, event: Event) -> Batch {
    match row(caller, event) {
        Some(row) => store::insert_into(batch, row),
        None => batch,
    }
}

/// As [`event_into`], if a condition of the database holds before the statements that follow: SQL, with what stands for its
/// parameters added to those that it is given.
pub fn event_where_into(batch: Batch, caller: &Caller, event: Event, condition: impl FnOnce(&mut Vec<Value>) -> String) -> Batch {
    match row(caller, event) {
        Some(row) => store::insert_where_into(batch, row, condition),
        None => batch,
    }
}

/// Adds an event that no request has led to.
pub fn system_event_into(batch: Batch, app: &App, event: Event) -> Batch {
    if app.settings().config.narthex.audit.enabled {
        store::insert_into(batch, Row::new(app.clock.now(), event, Actor::System, None))
    } else {
        batch
    }
}

/// Keeps an event that comes with no change, such as a wrong password; of those that strangers can cause only as many as
/// [`Kind::brake`] lets through. Where it cannot be kept, the log says so, and the request goes on.
pub async fn record(caller: &Caller, event: Event) {
    let actor = Actor::of(caller, &event);
    keep(&caller.app, &caller.settings, &caller.origin(), event, actor).await;
}

/// As [`record`], for a request that is turned away before anybody has read it.
pub async fn record_refusal(app: &App, settings: &Settings, origin: &Origin<'_>, reason: Refusal) {
    keep(app, settings, origin, Event::new(Kind::RequestRefused { reason }), Actor::Anonymous).await;
}

/// Keeps an event that no request has led to.
pub async fn record_by_system(app: &App, event: Event) {
    told(app.db.write(system_event_into(Batch::ephemeral(), app, event)).await);
}

async fn keep(app: &App, settings: &Settings, origin: &Origin<'_>, event: Event, actor: Actor) {
    if !settings.config.narthex.audit.enabled {
        return;
    }
    let now = app.clock.now();
    let mut batch = Batch::ephemeral();
    if actor == Actor::Anonymous {
        batch = match throttle::seldom_into(batch, settings, origin, event.kind.name(), &event.kind.brake(), now) {
            Ok(batch) => batch,
            Err(problem) => return tracing::error!(reason = problem.reason, "an event of the audit log could not be kept"),
        };
    }
    told(app.db.write(store::insert_into(batch, Row::new(now, event, actor, Some(origin)))).await);
}

fn told(written: Result<Vec<u64>, DbError>) {
    match written {
        Ok(_) => {}
        Err(DbError::Unmet { .. }) => tracing::debug!("an event of the audit log was left out: there are too many of its kind"),
        Err(error) => tracing::error!(%error, "an event of the audit log could not be kept"),
    }
}

impl Kind {
    /// How many events of this kind strangers in one network can cause: so many at once, and then one each time. Their tries are
    /// dearer to make than to keep, so that only a flood is cut off; what is turned away unseen is told until it is known.
    fn brake(&self) -> Brake {
        let (tries, pause) = match self {
            Self::RequestRefused { .. } | Self::AttemptThrottled { .. } => (100, Duration::from_secs(60)),
            _ => (1000, Duration::from_secs(1)),
        };
        Brake { tries, first_delay: pause, max_delay: pause, recovery: pause }
    }
}

/// The row of an event, unless the log is switched off.
fn row(caller: &Caller, event: Event) -> Option<Row> {
    if !caller.settings.config.narthex.audit.enabled {
        return None;
    }
    let actor = Actor::of(caller, &event);
    Some(Row::new(caller.app.clock.now(), event, actor, Some(&caller.origin())))
}

/// Tells whoever collects the log of an event that has been kept.
fn trace(row: &Row) {
    tracing::info!(
        target: "narthex::audit",
        id = %row.id,
        time = %row.created_at,
        r#type = row.kind,
        actor = row.actor.name(),
        actor_name = row.actor_name(),
        identity_id = row.identity.map(tracing::field::display),
        session_id = row.session.map(tracing::field::display),
        flow_id = row.flow.map(tracing::field::display),
        ip_address = row.address,
        details = row.details,
        "audit"
    );
}

impl Row {
    fn new(now: Time, event: Event, actor: Actor, origin: Option<&Origin<'_>>) -> Self {
        let address = origin.and_then(Origin::known_address).map(|address| address.to_string());
        let agent = origin.and_then(Origin::agent);
        let Event { kind, identity, session, flow, by_owner: _ } = event;
        let details = serde_json::to_value(&kind).unwrap_or_else(|_| json!({})).to_string();
        Self { id: store::id(now), created_at: now, kind: kind.name(), actor, identity, session, flow, address, agent, details }
    }

    fn actor_name(&self) -> Option<&str> {
        match &self.actor {
            Actor::Admin(name) => name.as_deref(),
            _ => None,
        }
    }
}
