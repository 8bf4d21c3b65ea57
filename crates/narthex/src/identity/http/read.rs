//! One identity.

use super::{find, included};
use crate::edge::{Caller, Problem, Reply};
use crate::identity::store;

/// `GET /admin/identities/{id}`.
pub(super) async fn get(caller: &Caller) -> Result<Reply, Problem> {
    let (identity, credentials) = find(caller).await?;
    let included = included(caller, Some(identity.id)).await?;
    Ok(Reply::json(&identity.for_admin(&caller.settings, &credentials, &included)))
}

/// `GET /admin/identities/by/external/{external_id}`.
pub(super) async fn by_external_id(caller: &Caller) -> Result<Reply, Problem> {
    let external_id = caller.param("external_id").unwrap_or_default();
    let identity = store::by_external_id(&caller.app.db, &external_id).await?;
    let identity = identity.ok_or_else(|| Problem::not_found("There is no identity with this external id."))?;
    let credentials = store::credentials(&caller.app.db, identity.id).await?;
    let included = included(caller, Some(identity.id)).await?;
    Ok(Reply::json(&identity.for_admin(&caller.settings, &credentials, &included)))
}
