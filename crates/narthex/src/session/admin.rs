//! The admin API of sessions: whoever's they are, they can be looked at, extended, revoked and deleted.

use http::{Method, StatusCode};
use narthex_db::{Batch, DbError};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Session;
use super::store::{self, Act, Filter, Whose};
use crate::audit::{self, Event, Kind, Scope};
use crate::edge::paging::{ByTime, First, List, Numbered, NumberedList, Page};
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::handler;
use crate::identity::{Identity, document, store as identities};

const PATH: &str = "/admin/sessions";
/// Sessions of a page where the size is not given, and the most of one.
const PAGE_SIZE: usize = 250;
/// The most ids that something is done to at once.
const MOST_IDS: usize = 500;

/// The routes of sessions on the admin listener.
pub fn routes() -> Vec<Resource> {
    vec![
        Resource::new("/admin/identities/{id}/sessions", Guard::Admin)
            .on(Method::GET, handler!(of_identity))
            .on(Method::DELETE, handler!(delete_of_identity)),
        Resource::new(PATH, Guard::Admin).on(Method::GET, handler!(list)).on(Method::POST, handler!(manage)),
        Resource::new("/admin/sessions/{id}", Guard::Admin).on(Method::GET, handler!(get)).on(Method::DELETE, handler!(revoke)),
        Resource::new("/admin/sessions/{id}/extend", Guard::Admin).on(Method::PATCH, handler!(extend)),
    ]
}

fn id(caller: &Caller) -> Result<Uuid, Problem> {
    let id = caller.param("id").and_then(|id| Uuid::parse_str(&id).ok());
    id.ok_or_else(|| Problem::bad_request("The id in the path is no UUID."))
}

fn none() -> Problem {
    Problem::not_found("There is no such session.")
}

/// What a list of sessions shows beside them.
#[derive(Clone, Copy, Default)]
struct Expanded {
    identity: bool,
    devices: bool,
}

impl Expanded {
    fn asked(caller: &Caller) -> Result<Self, Problem> {
        let mut expanded = Self::default();
        for (_, what) in caller.query.pairs().iter().filter(|(name, _)| name == "expand") {
            match what.to_ascii_lowercase().as_str() {
                "identity" => expanded.identity = true,
                "devices" => expanded.devices = true,
                _ => {
                    return Err(Problem::bad_request(format!(
                        "\"{what}\" cannot be expanded: identity and devices can, each by a parameter of its own."
                    )));
                }
            }
        }
        Ok(expanded)
    }

    /// A session as administrators see it; `hidden` stands for devices that are not shown.
    fn show(self, caller: &Caller, session: &Session, identity: Option<&Identity>, hidden: Value) -> Value {
        let mut shown = json!(session.bare(&caller.settings, caller.app.clock.now()));
        if let Some(members) = shown.as_object_mut() {
            let identity = identity.filter(|_| self.identity).map(|identity| identity.for_admin(&caller.settings, &[], &[]));
            members.insert("identity".to_owned(), json!(identity));
            if !self.devices {
                members.insert("devices".to_owned(), hidden);
            }
        }
        shown
    }
}

/// Whether active sessions are asked for, or others; all where that is not said.
fn active(caller: &Caller) -> Result<Option<bool>, Problem> {
    match caller.query.get("active") {
        None | Some("") => Ok(None),
        Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(Some(true)),
        Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(Some(false)),
        Some(_) => Err(Problem::bad_request("The parameter active is true or false.")),
    }
}

/// `GET /admin/sessions`: everyone's, the newest first.
async fn list(caller: &Caller) -> Result<Reply, Problem> {
    let expanded = Expanded::asked(caller)?;
    let idle_timeout = caller.settings.config.narthex.session.idle_timeout;
    let filter = Filter { active: active(caller)?, idle_timeout, ..Filter::default() };
    let described = format!("{:?}", filter.active);
    let list = List { path: PATH, filter: &described, size: PAGE_SIZE, most: 1000, start: None };
    let page: Page<ByTime> = Page::asked(caller, list)?;
    let now = caller.app.clock.now();
    let mut sessions = store::list(&caller.app.db, &filter, now, (page.after, 0, page.size + 1)).await?;
    let more = sessions.len() > page.size;
    sessions.truncate(page.size);
    let next = sessions.last().filter(|_| more).map(|last| (last.issued_at, last.id));
    let mut ids: Vec<Uuid> = sessions.iter().map(|session| session.identity_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let owners = if expanded.identity && !ids.is_empty() {
        let filter = identities::Filter { ids: Some(ids), ..identities::Filter::default() };
        identities::list(&caller.app.db, &filter, None, 0, sessions.len()).await?
    } else {
        Vec::new()
    };
    let owner = |session: &Session| owners.iter().find(|identity| identity.id == session.identity_id);
    let shown: Vec<_> = sessions
        .iter()
        .map(|session| {
            let mut shown = expanded.show(caller, session, owner(session), Value::Null);
            if let Some(owner) = shown.get_mut("identity").and_then(Value::as_object_mut) {
                owner.retain(|name, _| !name.ends_with("_addresses"));
            }
            shown
        })
        .collect();
    Ok(page.link(caller, list, Reply::json(&shown), next))
}

/// `GET /admin/sessions/{id}`.
async fn get(caller: &Caller) -> Result<Reply, Problem> {
    let (id, expanded) = (id(caller)?, Expanded::asked(caller)?);
    let (session, identity) = store::find_owned(&caller.app.db, id).await?.ok_or_else(none)?;
    Ok(Reply::json(&expanded.show(caller, &session, Some(&identity), json!([]))))
}

/// `DELETE /admin/sessions/{id}`: revoked, and kept.
async fn revoke(caller: &Caller) -> Result<Reply, Problem> {
    let id = id(caller)?;
    let event = Event::new(Kind::SessionRevoked { scope: Scope::One, deleted: false }).session(id);
    let batch = audit::event_where_into(Batch::durable(), caller, event, store::is_active(id));
    caller.app.db.write(store::revoke_into(batch, id)).await.map_err(gone)?;
    Ok(Reply::no_json())
}

fn gone(error: DbError) -> Problem {
    match error {
        DbError::Unmet { .. } => none(),
        other => other.into(),
    }
}

/// `PATCH /admin/sessions/{id}/extend`: it lasts a whole lifespan from now, if it would end soon enough.
async fn extend(caller: &Caller) -> Result<Reply, Problem> {
    let (mut session, identity) = store::find_owned(&caller.app.db, id(caller)?).await?.ok_or_else(none)?;
    let (now, config) = (caller.app.clock.now(), &caller.settings.config);
    if session.expires_at.since(now) < config.session.earliest_possible_extend {
        session.expires_at = now.plus(config.session.lifespan);
        let event = Event::new(Kind::SessionExtended { expires_at: session.expires_at }).of(identity.id).session(session.id);
        let batch = store::extend_into(Batch::durable(), &session);
        caller.app.db.write(audit::event_into(batch, caller, event)).await.map_err(gone)?;
    }
    if config.feature_flags.faster_session_extend {
        return Ok(Reply::empty(StatusCode::NO_CONTENT));
    }
    session.devices.clear();
    Ok(Reply::json(&session.public(&caller.settings, &identity, now)))
}

/// `GET /admin/identities/{id}/sessions`: with their identity as far as it is a row, the newest first.
async fn of_identity(caller: &Caller) -> Result<Reply, Problem> {
    let id = id(caller)?;
    let path = format!("/admin/identities/{id}/sessions");
    let idle_timeout = caller.settings.config.narthex.session.idle_timeout;
    let filter = Filter { identity: Some(id), active: active(caller)?, but: None, idle_timeout };
    let described = format!("{:?}", filter.active);
    let list = NumberedList { path: &path, filter: &described, first: First::One };
    let page = Numbered::asked(caller, list)?;
    let now = caller.app.clock.now();
    let total = store::count(&caller.app.db, &filter, now).await?;
    let sessions = store::list(&caller.app.db, &filter, now, (None, page.offset(), page.size)).await?;
    let identity = identities::find(&caller.app.db, id).await?;
    let identity = identity.map(|identity| super::as_owner(identity.for_admin(&caller.settings, &[], &[])));
    let shown: Vec<_> = sessions
        .iter()
        .map(|session| narthex_api::session::Session { identity: identity.clone(), ..session.bare(&caller.settings, now) })
        .collect();
    Ok(page.link(caller, list, Reply::json(&shown), total))
}

/// `DELETE /admin/identities/{id}/sessions`: removed, not only revoked.
async fn delete_of_identity(caller: &Caller) -> Result<Reply, Problem> {
    let whose = Whose::Identities(vec![id(caller)?]);
    let mut any = false;
    let mut batch = ended_into(Batch::durable(), caller, Act::Delete, &whose);
    while store::act(&caller.app.db, std::mem::replace(&mut batch, Batch::durable()), Act::Delete, &whose).await? > 0 {
        any = true;
    }
    if any { Ok(Reply::empty(StatusCode::NO_CONTENT)) } else { Err(Problem::not_found("The identity has no sessions.")) }
}

/// Adds to what is written together that these sessions end: an event for each session, or each identity, that is named and has
/// something to end.
fn ended_into(batch: Batch, caller: &Caller, act: Act, whose: &Whose) -> Batch {
    let deleted = act == Act::Delete;
    let event = |scope| Event::new(Kind::SessionRevoked { scope, deleted });
    let add = |batch, event, whose| audit::event_where_into(batch, caller, event, store::are_there(act, whose));
    match whose {
        Whose::These(ids) => ids.iter().fold(batch, |batch, id| add(batch, event(Scope::One).session(*id), Whose::These(vec![*id]))),
        Whose::Identities(ids) => {
            ids.iter().fold(batch, |batch, id| add(batch, event(Scope::Identity).of(*id), Whose::Identities(vec![*id])))
        }
        Whose::Everyone => add(batch, event(Scope::Everyone), Whose::Everyone),
    }
}

#[derive(Deserialize)]
struct Management {
    #[serde(default)]
    action: String,
    #[serde(default)]
    sessions: Option<Vec<String>>,
    #[serde(default)]
    identities: Option<Vec<String>>,
}

impl Management {
    fn act(&self) -> Result<Act, Problem> {
        match self.action.as_str() {
            "disable" => Ok(Act::Revoke),
            "delete" => Ok(Act::Delete),
            _ => Err(Problem::bad_request("The action is disable or delete.")),
        }
    }

    fn whose(self) -> Result<Whose, Problem> {
        let (sessions, identities) = (self.sessions.unwrap_or_default(), self.identities.unwrap_or_default());
        match (sessions.is_empty(), identities.is_empty()) {
            (true, true) => Err(Problem::bad_request("Nothing is named: give sessions or identities.")),
            (false, false) => Err(Problem::bad_request("Give either sessions or identities.")),
            (false, true) => uuids(&sessions).map(Whose::These),
            (true, false) if identities == ["*"] => Ok(Whose::Everyone),
            (true, false) => uuids(&identities).map(Whose::Identities),
        }
    }
}

fn uuids(texts: &[String]) -> Result<Vec<Uuid>, Problem> {
    if texts.len() > MOST_IDS {
        return Err(Problem::bad_request(format!("At most {MOST_IDS} ids can be given at once.")));
    }
    texts.iter().map(|text| Uuid::parse_str(text).map_err(|_| Problem::bad_request(format!("\"{text}\" is no UUID.")))).collect()
}

/// `POST /admin/sessions`: many are revoked or deleted at once; `more` says that there may be others left.
async fn manage(caller: &Caller) -> Result<Reply, Problem> {
    let Value::Object(members) = document::json(&caller.body)? else { return Err(Problem::bad_request("The body is not a JSON object.")) };
    let management: Management = serde_json::from_value(Value::Object(members)).map_err(document::unreadable)?;
    let (act, whose) = (management.act()?, management.whose()?);
    let processed = store::act(&caller.app.db, ended_into(Batch::durable(), caller, act, &whose), act, &whose).await?;
    Ok(Reply::json(&json!({ "processed": processed, "more": processed == store::AT_ONCE })))
}
