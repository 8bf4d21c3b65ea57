//! The admin API of identities: making, reading, changing and deleting them, one by one and many at once.
//! Never keeps anything by itself. Next: `create.rs`, then `../store.rs` for the rows.

mod batch;
mod create;
mod credentials;
mod json_patch;
mod list;
mod patch;
mod read;
mod update;

use http::{Method, StatusCode};
use narthex_db::{Batch, DbError};
use narthex_schema::{Extracted, Violation};
use serde_json::Value;
use uuid::Uuid;

use super::{Credential, Identity, KINDS, derive, kind_name, store};
use crate::audit::{self, Event, Kind};
use crate::config::schemas::Schema;
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::handler;

const PATH: &str = "/admin/identities";

/// The routes of identities on the admin listener.
pub fn routes() -> Vec<Resource> {
    vec![
        Resource::new(PATH, Guard::Admin)
            .on(Method::GET, handler!(list::list))
            .on(Method::POST, handler!(create::create))
            .on(Method::PATCH, handler!(batch::patch)),
        Resource::new("/admin/identities/{id}", Guard::Admin)
            .on(Method::GET, handler!(read::get))
            .on(Method::PUT, handler!(update::put))
            .on(Method::PATCH, handler!(patch::patch))
            .on(Method::DELETE, handler!(delete)),
        Resource::new("/admin/identities/by/external/{external_id}", Guard::Admin).on(Method::GET, handler!(read::by_external_id)),
        Resource::new("/admin/identities/{id}/credentials/{type}", Guard::Admin).on(Method::DELETE, handler!(credentials::delete)),
    ]
}

async fn delete(caller: &Caller) -> Result<Reply, Problem> {
    let id = id(caller)?;
    let batch = audit::event_into(store::delete_into(Batch::durable(), id), caller, Event::new(Kind::IdentityDeleted {}).of(id));
    caller.app.db.write(batch).await.map_err(|error| match error {
        DbError::Unmet { .. } => none(),
        other => other.into(),
    })?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// The id in the path, in any form that UUIDs are written in. One that is none belongs to nobody.
fn id(caller: &Caller) -> Result<Uuid, Problem> {
    caller.param("id").and_then(|id| Uuid::parse_str(&id).ok()).ok_or_else(none)
}

fn none() -> Problem {
    Problem::not_found("There is no such identity.")
}

/// The identity of the path, with its credentials.
async fn find(caller: &Caller) -> Result<(Identity, Vec<Credential>), Problem> {
    let id = id(caller)?;
    let identity = store::find(&caller.app.db, id).await?.ok_or_else(none)?;
    let credentials = store::credentials(&caller.app.db, id).await?;
    Ok((identity, credentials))
}

/// The kinds of credentials whose configuration is asked for: of this identity, or of a whole list. Whoever asks is told of in the
/// audit log.
async fn included(caller: &Caller, of: Option<Uuid>) -> Result<Vec<String>, Problem> {
    let asked = caller.query.pairs().iter().filter(|(name, _)| name == "include_credential").map(|(_, kind)| kind.clone());
    let asked: Vec<String> = asked.collect();
    if let Some(kind) = asked.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
        return Err(Problem::bad_request(format!("There are no credentials \"{kind}\". There are: {}.", KINDS.join(", "))));
    }
    if !asked.is_empty() {
        let credentials = asked.iter().map(|kind| kind_name(kind)).collect();
        audit::record(caller, Event::new(Kind::CredentialRead { credentials }).of(of)).await;
    }
    Ok(asked)
}

/// The schema of this id.
fn schema<'a>(caller: &'a Caller, id: &str) -> Result<&'a Schema, Problem> {
    let unknown = || Problem::bad_request(format!("There is no identity schema \"{id}\": identity.schemas does not name it."));
    caller.settings.schemas.get(id).ok_or_else(unknown)
}

/// What the traits say of the identity; phone numbers among them are brought into their normal form.
fn extract(schema: &Schema, traits: &mut Value) -> Result<Extracted, Problem> {
    let extracted = schema.compiled.validate(traits).map_err(|violations| invalid(&violations))?;
    extracted.normalize_phones(traits);
    Ok(extracted)
}

fn invalid(violations: &[Violation]) -> Problem {
    let told: Vec<String> = violations.iter().map(|violation| format!("I[{}] {}", place(violation), violation.message.text)).collect();
    Problem::bad_request(format!("The traits do not follow the schema: {}", told.join(" ")))
}

/// Where a rule is broken; what is missing is missed in what should hold it.
fn place(violation: &Violation) -> &str {
    const REQUIRED: u64 = 4_000_002;
    match violation.pointer.rsplit_once('/') {
        Some((parent, _)) if violation.message.id == REQUIRED => parent,
        _ => &violation.pointer,
    }
}

/// What a write that does not go through is answered with.
fn refused(error: DbError) -> Problem {
    match error {
        DbError::Conflict { .. } => Problem::conflict("Another identity has the same identifier, address, external id or id."),
        DbError::Unmet { .. } => Problem::conflict("The identity was changed by another request at the same time. Please try again."),
        other => other.into(),
    }
}
