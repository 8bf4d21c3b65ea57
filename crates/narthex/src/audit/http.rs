//! The admin API of the audit log. It can be read, and nothing else.

use http::Method;
use narthex_api::Time;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::Kind;
use super::store::{self, Filter, Kept};
use crate::edge::paging::{List, Page};
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::handler;

const PATH: &str = "/admin/audit-events";
/// Events of a page where the size is not given, and the most of one.
const PAGE_SIZE: usize = 250;
const MOST: usize = 1000;

/// The routes of the audit log on the admin listener.
pub fn routes() -> Vec<Resource> {
    vec![Resource::new(PATH, Guard::Admin).on(Method::GET, handler!(list))]
}

/// An event as administrators see it.
#[derive(Serialize)]
struct Shown {
    id: Uuid,
    time: Time,
    r#type: String,
    actor: Actor,
    subject: Subject,
    origin: Origin,
    flow_id: Option<Uuid>,
    details: Value,
}

#[derive(Serialize)]
struct Actor {
    r#type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Serialize)]
struct Subject {
    identity_id: Option<Uuid>,
    session_id: Option<Uuid>,
}

#[derive(Serialize)]
struct Origin {
    ip_address: Option<String>,
    user_agent: Option<String>,
}

impl From<Kept> for Shown {
    fn from(kept: Kept) -> Self {
        let id = kept.identity.filter(|_| kept.actor == super::Actor::Owner.name());
        Self {
            id: kept.id,
            time: kept.created_at,
            r#type: kept.kind,
            actor: Actor { r#type: kept.actor, id, name: kept.actor_name },
            subject: Subject { identity_id: kept.identity, session_id: kept.session },
            origin: Origin { ip_address: kept.address, user_agent: kept.agent },
            flow_id: kept.flow,
            details: kept.details,
        }
    }
}

/// `GET /admin/audit-events`: the newest first.
async fn list(caller: &Caller) -> Result<Reply, Problem> {
    let filter = filter(caller)?;
    let described = format!("{filter:?}");
    let list = List { path: PATH, filter: &described, size: PAGE_SIZE, most: MOST, start: None };
    let page: Page<Uuid> = Page::asked(caller, list)?;
    let mut events = store::list(&caller.app.db, &filter, page.after, page.size + 1).await?;
    let more = events.len() > page.size;
    events.truncate(page.size);
    let next = events.last().filter(|_| more).map(|last| last.id);
    let shown: Vec<Shown> = events.into_iter().map(Shown::from).collect();
    Ok(page.link(caller, list, Reply::json(&shown), next))
}

fn filter(caller: &Caller) -> Result<Filter, Problem> {
    let (after, before) = (caller.query.time("created_after")?, caller.query.time("created_before")?);
    let mut filter = Filter { after, before, ..Filter::default() };
    for (name, value) in caller.query.pairs() {
        match name.as_str() {
            "type" => filter.kinds.push(kind(value)?),
            "actor" => actor(&mut filter, value)?,
            "subject" => match value.split_once(':') {
                Some(("session", id)) => filter.session = Some(uuid("subject", id)?),
                Some(("identity", id)) => filter.identities.push(uuid("subject", id)?),
                _ => filter.identities.push(uuid("subject", value)?),
            },
            "flow" => filter.flow = Some(uuid("flow", value)?),
            _ => {}
        }
    }
    filter.kinds.sort_unstable();
    filter.kinds.dedup();
    Ok(filter)
}

fn kind(name: &str) -> Result<&'static str, Problem> {
    let known = Kind::NAMES.iter().find(|known| **known == name).copied();
    known.ok_or_else(|| Problem::bad_request(format!("There is no event \"{name}\". There are: {}.", Kind::NAMES.join(", "))))
}

/// `identity:<id>`, `admin`, `admin:<name of the key>`, `anonymous` or `system`. An identity acts on nothing but its own.
fn actor(filter: &mut Filter, value: &str) -> Result<(), Problem> {
    use super::Actor;
    let (name, which) = value.split_once(':').map_or((value, None), |(name, which)| (name, Some(which)));
    let all = [Actor::Owner, Actor::Admin(None), Actor::Anonymous, Actor::System].map(|actor| actor.name());
    let known = all.into_iter().find(|known| *known == name);
    filter.actor = Some(known.ok_or_else(|| Problem::bad_request(format!("The parameter actor begins with {}.", all.join(", "))))?);
    match (name, which) {
        ("identity", Some(id)) => filter.identities.push(uuid("actor", id)?),
        ("admin", Some(key)) => filter.actor_name = Some(key.to_owned()),
        (_, Some(_)) => return Err(Problem::bad_request(format!("The actor {name} has no name of its own."))),
        (_, None) => {}
    }
    Ok(())
}

fn uuid(name: &str, text: &str) -> Result<Uuid, Problem> {
    Uuid::parse_str(text).map_err(|_| Problem::bad_request(format!("The parameter {name} holds no UUID.")))
}
