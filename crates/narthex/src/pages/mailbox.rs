//! The development mailbox on the admin listener: mail that was kept instead of being sent.

use http::{Method, StatusCode};
use narthex_courier::Message;
use narthex_ui::Mail;
use uuid::Uuid;

use super::{admin_ui, reply};
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::handler;

/// As many messages as the list shows.
const SHOWN: u32 = 100;

/// The pages of the mailbox.
pub(super) fn routes() -> Vec<Resource> {
    let get = |path, handler| Resource::new(path, Guard::Open).on(Method::GET, handler);
    vec![get("/ui/mailbox", handler!(list)), get("/ui/mailbox/{id}", handler!(one)), get("/ui/mailbox/{id}/html", handler!(body))]
}

async fn list(caller: &Caller) -> Result<Reply, Problem> {
    open(caller)?;
    let ui = admin_ui(caller)?;
    let messages = narthex_courier::mailbox(&caller.app.db, SHOWN).await?;
    let mails: Vec<Mail> = messages.into_iter().map(mail).collect();
    Ok(reply(&ui, StatusCode::OK, ui.mailbox(&mails)))
}

async fn one(caller: &Caller) -> Result<Reply, Problem> {
    let ui = admin_ui(caller)?;
    let mail = find(caller).await?;
    Ok(reply(&ui, StatusCode::OK, ui.mail(&mail)))
}

async fn body(caller: &Caller) -> Result<Reply, Problem> {
    let ui = admin_ui(caller)?;
    let mail = find(caller).await?;
    let page = ui.mail_body(&mail).ok_or_else(unknown)?;
    Ok(reply(&ui, StatusCode::OK, page))
}

/// Messages are shown only by a server that keeps them for that purpose.
fn open(caller: &Caller) -> Result<(), Problem> {
    if caller.settings.config.narthex.mailbox.enabled {
        return Ok(());
    }
    Err(Problem::not_found("This server sends its mail: narthex.mailbox.enabled is not set."))
}

fn unknown() -> Problem {
    Problem::not_found("There is no such message.")
}

async fn find(caller: &Caller) -> Result<Mail, Problem> {
    open(caller)?;
    let id = caller.param("id").and_then(|id| Uuid::parse_str(&id).ok()).ok_or_else(unknown)?;
    let message = narthex_courier::get(&caller.app.db, id).await?.ok_or_else(unknown)?;
    Ok(mail(message))
}

fn mail(message: Message) -> Mail {
    let links = message.body.split_whitespace().filter(|word| word.starts_with("http://") || word.starts_with("https://"));
    Mail {
        links: links.map(|link| link.trim_end_matches(['.', ',']).to_owned()).collect(),
        id: message.id.to_string(),
        recipient: message.recipient,
        subject: message.subject,
        body_html: message.html_body,
        body_text: message.body,
        created_at: message.created_at,
        status: message.status.as_str().to_owned(),
    }
}
