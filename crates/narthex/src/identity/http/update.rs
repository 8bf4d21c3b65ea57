//! An identity put in place of what it was.

use narthex_db::Batch;

use super::{derive, extract, find, refused, schema};
use crate::audit::{self, Before};
use crate::edge::{Caller, Problem, Reply};
use crate::flow::outdated::outdate_into;
use crate::identity::document::{Document, Unknown};
use crate::identity::store;

/// `PUT /admin/identities/{id}`.
pub(super) async fn put(caller: &Caller) -> Result<Reply, Problem> {
    let document = match caller.header("content-type").map(|media| media.split(';').next().unwrap_or_default().trim()) {
        Some(media) if media.eq_ignore_ascii_case("application/json") => Document::read(&caller.body, Unknown::Ignore),
        _ => Err(Problem::bad_request("The content type is not understood: send application/json.")),
    };
    let (mut identity, mut credentials) = find(caller).await?;
    let before = Before::of(&identity, &credentials);
    let mut document = document?;
    let now = caller.app.clock.now();
    let was = identity.schema_id.clone();
    let schema = schema(caller, document.schema_id.as_deref().unwrap_or(&was))?;
    let extracted = extract(schema, &mut document.traits)?;
    if let Some(state) = document.state()?.filter(|state| *state != identity.state) {
        identity.state = state;
        identity.state_changed_at = now;
    }
    let shows_metadata = document.metadata_admin.is_some();
    identity.schema_id.clone_from(&schema.id);
    identity.traits = document.traits;
    identity.external_id = document.external_id;
    identity.metadata_public = document.metadata_public.filter(|value| !value.is_null());
    identity.metadata_admin = document.metadata_admin.filter(|value| !value.is_null());
    identity.updated_at = now;
    identity.readdress(&extracted, now);
    document.credentials.add_to(&mut credentials, caller, identity.id, now).await?;
    let credentials = derive(&extracted, credentials, &identity);
    identity.available_aal = crate::method::available_aal(&caller.settings, &credentials).into();
    let batch = store::update_into(Batch::durable(), &identity, Some(&credentials));
    let batch = outdate_into(batch, &before, (&identity, &credentials));
    let batch = audit::changes_into(batch, caller, &before, (&identity, &credentials), |event| event);
    caller.app.db.write(batch).await.map_err(refused)?;
    let mut shown = identity.for_admin(&caller.settings, &credentials, &[]);
    // The reference server answers with the address of the schema that the identity had.
    shown.schema_url = caller.settings.schemas.url(&caller.settings.public_url, &was);
    shown.metadata_admin = shown.metadata_admin.filter(|_| shows_metadata);
    Ok(Reply::json(&shown))
}
