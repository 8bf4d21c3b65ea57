//! An identity changed in places, by a JSON Patch (RFC 6902) of which only `add`, `replace` and `remove` are known.

use narthex_api::Time;
use narthex_db::Batch;
use serde_json::{Map, Value, json};

use super::json_patch::{Operation, apply};
use super::{create::adopt, derive, extract, find, refused, schema};
use crate::audit::{self, Before};
use crate::edge::{Caller, Problem, Reply};
use crate::flow::outdated::outdate_into;
use crate::identity::document::{Document, Unknown, json as first_value, unreadable};
use crate::identity::{Credential, store};

/// Credentials that a patch may bring along, and those that follow the traits and may be changed.
const PATCHABLE: [&str; 6] = ["password", "totp", "lookup_secret", "webauthn", "passkey", "code"];

/// `PATCH /admin/identities/{id}`.
pub(super) async fn patch(caller: &Caller) -> Result<Reply, Problem> {
    let (mut identity, mut credentials) = find(caller).await?;
    let before = Before::of(&identity, &credentials);
    let operations: Option<Vec<Operation>> = serde_json::from_value(first_value(&caller.body)?).map_err(unreadable)?;
    let operations = operations.unwrap_or_default();
    if let Some(denied) = operations.iter().find(|operation| is_denied(&operation.path)) {
        return Err(Problem::bad_request(format!("The path {} cannot be patched.", denied.path)));
    }
    let kinds = super::KINDS.map(str::to_owned);
    let mut whole = json!(identity.for_admin(&caller.settings, &credentials, &kinds));
    let shown = whole.get("credentials").cloned().unwrap_or_default();
    apply(&mut whole, &operations).map_err(Problem::bad_request)?;
    let Value::Object(mut members) = whole else { return Err(Problem::bad_request("The patch leaves no object.")) };
    let (sent, schema_url) = (members.remove("credentials"), members.remove("schema_url").filter(Value::is_string));
    if let Some(addresses) = members.get_mut("verifiable_addresses").and_then(Value::as_array_mut) {
        addresses.retain(|address| !address.is_null());
    }
    // Recovery addresses follow the traits, whatever is made of them here.
    members.remove("recovery_addresses");
    let mut document = Document::of(Value::Object(members), Unknown::Ignore)?;
    if document.state.is_none() {
        return Err(Problem::bad_request("The state is missing: it is active or inactive."));
    }
    let now = caller.app.clock.now();
    let schema = schema(caller, document.schema_id.as_deref().unwrap_or_default())?;
    let extracted = extract(schema, &mut document.traits)?;
    if let Some(state) = document.state()?.filter(|state| *state != identity.state) {
        identity.state = state;
        identity.state_changed_at = now;
    }
    identity.schema_id.clone_from(&schema.id);
    identity.traits = document.traits;
    identity.external_id = document.external_id;
    identity.organization_id = document.organization_id;
    identity.metadata_public = document.metadata_public.filter(|value| !value.is_null());
    identity.metadata_admin = document.metadata_admin.filter(|value| !value.is_null());
    identity.updated_at = now;
    identity.readdress(&extracted, now);
    adopt(&mut identity.verifiable_addresses, &document.verifiable_addresses, now);
    take_credentials(&mut credentials, &shown, sent, now)?;
    let credentials = derive(&extracted, credentials, &identity);
    identity.available_aal = crate::method::available_aal(&caller.settings, &credentials).into();
    let batch = store::update_into(Batch::durable(), &identity, Some(&credentials));
    let batch = outdate_into(batch, &before, (&identity, &credentials));
    let batch = audit::changes_into(batch, caller, &before, (&identity, &credentials), |event| event);
    caller.app.db.write(batch).await.map_err(refused)?;
    let mut shown = json!(identity.for_admin(&caller.settings, &credentials, &[]));
    if let (Some(shown), Some(url)) = (shown.as_object_mut(), schema_url) {
        // What is put there is shown in this one answer, and nowhere else.
        shown.insert("schema_url".to_owned(), url);
    }
    if let (Some(shown), Some(region)) = (shown.as_object_mut(), document.region) {
        shown.insert("region".to_owned(), Value::String(region));
    }
    Ok(Reply::json(&shown))
}

/// What no patch may touch: who the identity is, its credentials as a whole, and those of providers.
fn is_denied(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let mut segments = path.split('/').skip(1);
    match (segments.next(), segments.next()) {
        (Some("id" | "statechangedat"), _) | (Some("credentials"), None | Some("" | "oidc")) => true,
        (Some(first), _) => first.contains('~') && !first.starts_with("metadata"),
        (None, _) => path.is_empty(),
    }
}

/// Puts patched credentials in place of those that there are; each has to say what it is. One that is left out stays: there is a
/// way of its own to delete credentials.
fn take_credentials(credentials: &mut Vec<Credential>, before: &Value, sent: Option<Value>, now: Time) -> Result<(), Problem> {
    let sent = match sent {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(sent)) => sent,
        Some(_) => return Err(Problem::bad_request("The credentials are no object.")),
    };
    for (kind, entry) in sent {
        if before.get(&kind) == Some(&entry) {
            continue;
        }
        let Some(known) = PATCHABLE.into_iter().find(|known| *known == kind) else {
            return Err(Problem::bad_request(format!("Credentials of the kind \"{kind}\" cannot be patched.")));
        };
        let (config, identifiers) = (entry.get("config").filter(|config| config.is_object()), entry.get("identifiers"));
        let (Some(config), true) = (config, entry.get("type").and_then(Value::as_str) == Some(known)) else {
            return Err(Problem::bad_request(format!("The credential {kind} needs its type and its config.")));
        };
        let identifiers: Vec<String> = serde_json::from_value(identifiers.cloned().unwrap_or(json!([]))).map_err(unreadable)?;
        check_hash(known, config)?;
        let fresh = Credential { version: 0, ..Credential::new(known, config.clone(), identifiers, now) };
        match credentials.iter_mut().find(|credential| credential.kind == known) {
            Some(old) => *old = Credential { version: old.version, created_at: old.created_at, ..fresh },
            None => credentials.push(fresh),
        }
    }
    Ok(())
}

/// A hash that is patched in is bound by the limits of imports.
fn check_hash(kind: &str, config: &Value) -> Result<(), Problem> {
    match config.get("hashed_password").and_then(Value::as_str) {
        Some(hash) if kind == "password" => narthex_hash::recognise(hash)
            .map(drop)
            .map_err(|error| Problem::bad_request(format!("The password hash cannot be imported: {error}."))),
        _ => Ok(()),
    }
}
