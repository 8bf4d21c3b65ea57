//! The admin API of kept calls: which there are, what became of them, and once more.
//! Never shows what was sent.

use http::{Method, StatusCode};
use narthex_db::{Batch, DbError};
use uuid::Uuid;

use super::store::{self, Filter, Status};
use crate::audit::{self, Event, Kind};
use crate::edge::paging::{ByTime, List, Page};
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::handler;

const PATH: &str = "/admin/webhooks/deliveries";

/// The routes of kept calls on the admin listener.
pub fn routes() -> Vec<Resource> {
    vec![
        Resource::new(PATH, Guard::Admin).on(Method::GET, handler!(list)),
        Resource::new("/admin/webhooks/deliveries/{id}", Guard::Admin).on(Method::GET, handler!(get)),
        Resource::new("/admin/webhooks/deliveries/{id}/replay", Guard::Admin).on(Method::POST, handler!(replay)),
    ]
}

async fn list(caller: &Caller) -> Result<Reply, Problem> {
    let status = match caller.query.filled("status") {
        None => None,
        Some(name) => Some(Status::parse(name).ok_or_else(|| {
            Problem::bad_request(format!("There is no status \"{name}\": it is one of {}.", Status::ALL.map(Status::as_str).join(", ")))
        })?),
    };
    let filter = Filter {
        status,
        hook: caller.query.filled("hook").map(str::to_owned),
        after: caller.query.time("created_after")?,
        before: caller.query.time("created_before")?,
    };
    let described = format!("{filter:?}");
    let list = List { path: PATH, filter: &described, size: 250, most: 1000, start: None };
    let page: Page<ByTime> = Page::asked(caller, list)?;
    let mut deliveries = store::list(&caller.app.db, &filter, page.after, page.size + 1).await?;
    let more = deliveries.len() > page.size;
    deliveries.truncate(page.size);
    let next = deliveries.last().filter(|_| more).map(|last| (last.created_at, last.id));
    Ok(page.link(caller, list, Reply::json(&deliveries), next))
}

async fn get(caller: &Caller) -> Result<Reply, Problem> {
    let delivery = store::get(&caller.app.db, id(caller)?).await?;
    Ok(Reply::json(&delivery.ok_or_else(none)?))
}

async fn replay(caller: &Caller) -> Result<Reply, Problem> {
    let id = id(caller)?;
    let batch = store::replay_into(Batch::durable(), id, caller.app.clock.now());
    let event = Event::new(Kind::WebhookReplayed { delivery: id });
    let replayed = caller.app.db.write(audit::event_into(batch, caller, event)).await;
    let delivery = store::get(&caller.app.db, id).await?.ok_or_else(none)?;
    match replayed {
        Ok(_) => {
            caller.app.outbox.notify_one();
            Ok(Reply::json_with(StatusCode::ACCEPTED, &delivery))
        }
        Err(DbError::Unmet { .. }) => {
            Err(Problem::conflict("The call is still to be delivered: only what was delivered or given up can be replayed."))
        }
        Err(error) => Err(error.into()),
    }
}

fn id(caller: &Caller) -> Result<Uuid, Problem> {
    let id = caller.param("id").and_then(|id| Uuid::parse_str(&id).ok());
    id.ok_or_else(|| Problem::bad_request("The delivery's id in the path is none."))
}

fn none() -> Problem {
    Problem::not_found("There is no such delivery.")
}
