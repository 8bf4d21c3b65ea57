//! Somebody wants to sign up with what an account is known by already: they are told, with hints where that is configured.

use narthex_api::message::Message;
use serde_json::{Value, json};

use crate::edge::Caller;
use crate::flow::Failure;
use crate::identity::{Credential, store as identities};

/// What a taken identifier is answered with. `wanted` are the credentials that the person would have got.
///
/// # Errors
/// Where the database does not answer.
pub(super) async fn failure(caller: &Caller, wanted: &[Credential]) -> Result<Failure, Failure> {
    if caller.settings.config.selfservice.flows.registration.login_hints {
        for credential in wanted {
            for identifier in &credential.identifiers {
                if let Some((identity, _)) = identities::by_identifier(&caller.app.db, &credential.kind, identifier).await? {
                    let known = identities::credentials(&caller.app.db, identity.id).await?;
                    return Ok(hints(&known, identifier).into());
                }
            }
        }
    }
    Ok(Message::error(4_000_007, "An account with the same identifier (email, phone, username, ...) exists already.").into())
}

/// By what its owner can sign in to the account that there is.
fn hints(known: &[Credential], identifier: &str) -> Message {
    let mut types: Vec<&str> = known.iter().filter(|credential| is_usable(credential)).map(|credential| credential.kind.as_ref()).collect();
    types.sort_unstable();
    let mut providers: Vec<&str> = known.iter().filter(|credential| credential.kind == "oidc").flat_map(providers).collect();
    providers.sort_unstable();
    providers.dedup();
    Message::error(4_000_028, "An account with the same identifier exists already. Sign in to it instead.").with_context(json!({
        "available_credential_types": types,
        "available_oidc_providers": providers,
        "credential_identifier_hint": identifier,
    }))
}

fn providers(credential: &Credential) -> Vec<&str> {
    let providers = credential.config.get("providers").and_then(Value::as_array);
    providers.into_iter().flatten().filter_map(|provider| provider.get("provider").and_then(Value::as_str)).collect()
}

/// Whether somebody can sign in with the credential alone.
fn is_usable(credential: &Credential) -> bool {
    let keys = || credential.config.get("credentials").and_then(Value::as_array).into_iter().flatten();
    match credential.kind.as_ref() {
        "password" => credential.config.get("hashed_password").and_then(Value::as_str).is_some_and(|hash| !hash.is_empty()),
        "code" => !credential.identifiers.is_empty(),
        "oidc" | "saml" => !providers(credential).is_empty(),
        "webauthn" => keys().any(|key| key.get("is_passwordless").and_then(Value::as_bool).unwrap_or(false)),
        "passkey" => keys().next().is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use narthex_api::Time;

    #[test]
    fn hints_name_what_can_be_used_and_nothing_else() {
        let now = Time::new(jiff::Timestamp::UNIX_EPOCH);
        let known = [
            Credential::new("webauthn", json!({}), vec!["a@example.org".to_owned()], now),
            Credential::new("password", json!({ "hashed_password": "$2a$" }), vec!["a@example.org".to_owned()], now),
            Credential::new("oidc", json!({ "providers": [{ "provider": "github" }, { "provider": "github" }] }), Vec::new(), now),
            Credential::new("code", json!({}), Vec::new(), now),
        ];
        let message = hints(&known, "a@example.org");
        let expected = json!({ "available_credential_types": ["oidc", "password"], "available_oidc_providers": ["github"], "credential_identifier_hint": "a@example.org" });
        assert_eq!(message.context, Some(expected));
    }
}
