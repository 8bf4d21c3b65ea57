//! The admin API of messages: what the courier has to send, has sent, or could not send.
//! Never shows subjects and bodies, except while developing. Next: `narthex_courier`, which keeps and sends them.

use http::Method;
use narthex_courier::{Filter, Position, Status};
use uuid::Uuid;

use crate::edge::paging::{ByTime, List, Page};
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::handler;

const PATH: &str = "/admin/courier/messages";
/// Messages of a page where the size is not given.
const PAGE_SIZE: usize = 10;

/// The routes of messages on the admin listener.
pub fn routes() -> Vec<Resource> {
    vec![
        Resource::new(PATH, Guard::Admin).on(Method::GET, handler!(list)),
        Resource::new("/admin/courier/messages/{id}", Guard::Admin).on(Method::GET, handler!(get)),
    ]
}

async fn list(caller: &Caller) -> Result<Reply, Problem> {
    let status = match caller.query.get("status") {
        None => None,
        Some(name) => Some(Status::parse(name).ok_or_else(|| {
            Problem::bad_request(format!("There is no status \"{name}\": it is one of {}.", Status::ALL.map(Status::as_str).join(", ")))
        })?),
    };
    let recipient = caller.query.filled("recipient").map(str::to_owned);
    let filter = format!("{}\0{}", status.map_or("", Status::as_str), recipient.as_deref().unwrap_or_default());
    let list = List { path: PATH, filter: &filter, size: PAGE_SIZE, most: 500, start: None };
    // A size that is no number has always been called an error of the server's own here.
    let no_number = caller.query.filled("page_size").is_some_and(|size| size.parse::<i64>().is_err());
    let page: Page<ByTime> =
        Page::asked(caller, list).map_err(|problem| if no_number { problem.told_as("Internal Server Error") } else { problem })?;
    let filter = Filter { status, recipient, after: page.after.map(|(created_at, id)| Position { created_at, id }), readable: false };
    let limit = u32::try_from(page.size + 1).unwrap_or(u32::MAX);
    let mut messages = narthex_courier::list(&caller.app.db, &filter, limit).await?;
    let more = messages.len() > page.size;
    messages.truncate(page.size);
    let next = messages.last().filter(|_| more).map(|last| (last.created_at, last.id));
    let shown: Vec<_> = messages.into_iter().map(|message| shown(caller, message)).collect();
    Ok(page.link(caller, list, Reply::json(&shown), next))
}

async fn get(caller: &Caller) -> Result<Reply, Problem> {
    let id = caller.param("id").and_then(|id| Uuid::parse_str(&id).ok());
    let id = id.ok_or_else(|| Problem::bad_request("The message's id in the path is none."))?;
    let message = narthex_courier::get(&caller.app.db, id).await?.ok_or_else(|| Problem::not_found("There is no such message."))?;
    Ok(Reply::json(&shown(caller, message)))
}

fn shown(caller: &Caller, message: narthex_courier::Message) -> narthex_courier::Message {
    if caller.settings.config.dev { message } else { message.redacted() }
}
