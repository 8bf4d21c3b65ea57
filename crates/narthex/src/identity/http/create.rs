//! New identities.

use http::StatusCode;
use http::header::{HeaderValue, LOCATION};
use narthex_api::Time;
use narthex_api::identity as wire;
use narthex_db::Batch;
use narthex_schema::normalize_identifier;
use serde_json::{Value, json};

use super::{derive, extract, refused, schema};
use crate::audit::{self, Event, Kind};
use crate::edge::{Caller, Problem, Reply};
use crate::identity::document::{Document, SentAddress, Unknown};
use crate::identity::{Credential, Identity, store};

/// Kinds of credentials that the reference server tells as version 0 when they are made, and as 1 ever after.
const UPGRADED: [&str; 2] = ["password", "webauthn"];

/// An identity that can be stored.
pub(super) struct New {
    pub(super) identity: Identity,
    pub(super) credentials: Vec<Credential>,
}

/// `POST /admin/identities`.
pub(super) async fn create(caller: &Caller) -> Result<Reply, Problem> {
    let document = Document::read(&caller.body, Unknown::Refuse)?;
    let shows_metadata = document.metadata_admin.is_some();
    let region = document.region.clone();
    let new = make(caller, document).await.map_err(Refusal::into_problem)?;
    let batch = new.insert_into(Batch::durable(), caller);
    caller.app.db.write(batch).await.map_err(refused)?;
    let mut shown = json!(new.shown(caller, shows_metadata));
    if let (Some(shown), Some(region)) = (shown.as_object_mut(), region) {
        shown.insert("region".to_owned(), Value::String(region));
    }
    let base = caller.settings.config.serve.admin.base_url.as_str().trim_end_matches('/');
    let reply = Reply::json_with(StatusCode::CREATED, &shown);
    Ok(match HeaderValue::from_str(&format!("{base}/identities/{}", new.identity.id)) {
        Ok(location) => reply.header(LOCATION, location),
        Err(_) => reply,
    })
}

/// Why an identity cannot be made.
pub(super) enum Refusal {
    /// It is none by its schema.
    Identity(Problem),
    /// Its credentials cannot be imported: nothing that came with it is done, either.
    Whole(Problem),
}

impl Refusal {
    fn into_problem(self) -> Problem {
        match self {
            Self::Identity(problem) | Self::Whole(problem) => problem,
        }
    }
}

/// The identity that a document describes.
///
/// # Errors
/// With what is wrong with the document.
pub(super) async fn make(caller: &Caller, mut document: Document) -> Result<New, Refusal> {
    let now = caller.app.clock.now();
    let schema =
        schema(caller, document.schema_id.as_deref().unwrap_or(caller.settings.schemas.default_id())).map_err(Refusal::Identity)?;
    let state = document.state().map_err(Refusal::Whole)?.unwrap_or_default();
    let extracted = extract(schema, &mut document.traits).map_err(Refusal::Identity)?;
    let mut identity = Identity::new(document.schema_id.as_deref().unwrap_or(&schema.id), document.traits, &extracted, now);
    if let Some(id) = document.id {
        if !caller.settings.config.narthex.admin.own_ids {
            return Err(Refusal::Whole(Problem::bad_request(
                "Ids are given by the server. Set narthex.admin.own_ids to bring along others.",
            )));
        }
        identity.id = id;
    }
    identity.state = state;
    identity.external_id = document.external_id;
    identity.organization_id = document.organization_id;
    identity.metadata_public = document.metadata_public.filter(|value| !value.is_null());
    identity.metadata_admin = document.metadata_admin.filter(|value| !value.is_null());
    adopt(&mut identity.verifiable_addresses, &document.verifiable_addresses, now);
    let mut own = Vec::new();
    document.credentials.add_to(&mut own, caller, identity.id, now).await.map_err(Refusal::Whole)?;
    let credentials = derive(&extracted, own, &identity);
    identity.available_aal = crate::method::available_aal(&caller.settings, &credentials).into();
    Ok(New { identity, credentials })
}

/// Takes over what is said of addresses, as far as the schema finds them in the traits.
pub(super) fn adopt(known: &mut [wire::VerifiableAddress], sent: &[SentAddress], now: Time) {
    for address in known {
        let same = |sent: &&SentAddress| {
            normalize_identifier(&sent.value) == address.value && sent.via.as_deref().is_none_or(|via| via == address.via)
        };
        let Some(sent) = sent.iter().find(same) else { continue };
        address.verified = sent.verified;
        address.verified_at = sent.verified.then(|| sent.verified_at.unwrap_or(now));
        let status = if sent.verified { "completed" } else { "pending" };
        address.status = sent.status.clone().filter(|status| !status.is_empty()).map_or(status.into(), Into::into);
    }
}

impl New {
    /// Adds the identity, and that it was made, to what is written together.
    pub(super) fn insert_into(&self, batch: Batch, caller: &Caller) -> Batch {
        let event = Event::new(Kind::created(&self.credentials)).of(self.identity.id);
        audit::event_into(store::insert_into(batch, &self.identity, &self.credentials), caller, event)
    }

    /// The identity as it is answered with when it has just been made.
    fn shown(&self, caller: &Caller, metadata: bool) -> wire::Identity {
        let mut shown = self.identity.for_admin(&caller.settings, &self.credentials, &[]);
        shown.metadata_admin = shown.metadata_admin.filter(|_| metadata);
        for (kind, credential) in shown.credentials.iter_mut().flatten() {
            if UPGRADED.contains(&kind.as_str())
                && let Some(version) = credential.get_mut("version")
            {
                *version = Value::from(0);
            }
            if let Some(identifiers) =
                credential.get_mut("identifiers").filter(|identifiers| identifiers.as_array().is_some_and(Vec::is_empty))
            {
                *identifiers = Value::Null;
            }
        }
        shown
    }
}
