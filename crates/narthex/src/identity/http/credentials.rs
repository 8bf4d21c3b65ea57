//! Ways in that are taken away. The last first factor stays, for nobody could sign in any more.

use http::StatusCode;
use narthex_db::Batch;
use serde_json::{Value, json};

use super::{find, refused};
use crate::audit::{self, Before};
use crate::edge::{Caller, Problem, Reply};
use crate::flow::outdated::outdate_into;
use crate::identity::{Credential, import, store};

/// `DELETE /admin/identities/{id}/credentials/{type}`.
pub(super) async fn delete(caller: &Caller) -> Result<Reply, Problem> {
    let (mut identity, mut credentials) = find(caller).await?;
    let old = Before::of(&identity, &credentials);
    let kind = caller.param("type").unwrap_or_default();
    let none = || Problem::not_found(format!("The identity has no credential \"{kind}\"."));
    let at = credentials.iter().position(|credential| credential.kind == kind.as_str()).ok_or_else(none)?;
    let passwordless_codes = caller.settings.config.selfservice.methods.code.passwordless_enabled;
    let first_factors =
        |credentials: &[Credential]| credentials.iter().map(|credential| first_factors(credential, passwordless_codes)).sum::<usize>();
    let before = first_factors(&credentials);
    let mut taken = credentials.remove(at);
    match kind.as_str() {
        "totp" | "lookup_secret" | "passkey" => {}
        "oidc" | "saml" => {
            let identifier = caller
                .query
                .filled("identifier")
                .ok_or_else(|| Problem::bad_request("The parameter identifier is missing: provider:subject."))?;
            unlink(&mut taken, identifier)?;
            if !taken.identifiers.is_empty() {
                credentials.push(taken);
            }
        }
        // What follows from the traits stays, without what the person has set up.
        "password" | "webauthn" => {
            taken.config = if kind == "webauthn" { json!({ "user_handle": import::user_handle(identity.id) }) } else { json!({}) };
            taken.updated_at = caller.app.clock.now();
            credentials.push(taken);
        }
        _ => return Err(Problem::bad_request(format!("Credentials of the kind \"{kind}\" cannot be deleted."))),
    }
    if before > 0 && first_factors(&credentials) == 0 {
        return Err(Problem::bad_request("This is the last way to sign in: it cannot be deleted."));
    }
    identity.available_aal = crate::method::available_aal(&caller.settings, &credentials).into();
    identity.updated_at = caller.app.clock.now();
    let batch = store::update_into(Batch::durable(), &identity, Some(&credentials));
    let batch = outdate_into(batch, &old, (&identity, &credentials));
    let batch = audit::changes_into(batch, caller, &old, (&identity, &credentials), |event| event);
    caller.app.db.write(batch).await.map_err(refused)?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Takes one account at a provider out of a credential.
fn unlink(credential: &mut Credential, identifier: &str) -> Result<(), Problem> {
    let place = credential.identifiers.iter().position(|known| known == identifier);
    let place = place.ok_or_else(|| Problem::not_found(format!("The identity is not linked with \"{identifier}\".")))?;
    credential.identifiers.remove(place);
    if let Some(providers) = credential.config.get_mut("providers").and_then(Value::as_array_mut) {
        let text = |provider: &Value, name: &str| provider.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        providers.retain(|provider| format!("{}:{}", text(provider, "provider"), text(provider, "subject")) != identifier);
    }
    Ok(())
}

/// How many ways to sign in by itself a credential is.
fn first_factors(credential: &Credential, passwordless_codes: bool) -> usize {
    let list = |name: &str| credential.config.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    match credential.kind.as_ref() {
        "password" => {
            ["hashed_password", "use_password_migration_hook"].iter().filter(|name| credential.config.get(**name).is_some()).count()
        }
        "oidc" | "saml" => credential.identifiers.len(),
        "passkey" => list("credentials").len(),
        "webauthn" => list("credentials").iter().filter(|key| key.get("is_passwordless") == Some(&Value::Bool(true))).count(),
        "code" if passwordless_codes => credential.identifiers.len(),
        _ => 0,
    }
}
