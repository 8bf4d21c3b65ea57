//! The hooks after a login that have to do with verified addresses.

use http::StatusCode;
use narthex_api::continue_with::{ContinueWith, VerificationTarget};
use narthex_api::flow::FlowType;
use narthex_api::message::Message;
use narthex_config::Hook;
use narthex_db::Batch;

use super::Login;
use crate::audit::{self, Event, Kind, Reason};
use crate::edge::{Caller, Problem, Reply};
use crate::flow::input::Input;
use crate::flow::verification::{self, Verification};
use crate::flow::{Failure, Flow, access};
use crate::identity::{Identity, store as identities};

/// Whether an address of the person's has been verified.
pub(super) fn is_verified(identity: &Identity) -> bool {
    identity.verifiable_addresses.iter().any(|address| address.verified)
}

/// Refuses the login, and begins the verification that is missing.
pub(super) async fn ask_to_verify(
    caller: &Caller,
    flow: &Flow<Login>,
    input: &Input,
    identity: &mut Identity,
    method: &'static str,
) -> Result<Reply, Failure> {
    if identity.verifiable_addresses.is_empty() {
        return Err(Problem::misconfigured(
            "The server lets only people in who have a verified address (hook require_verified_address), but the schema of this account has none that could be verified.",
        )
        .into());
    }
    let legacy = caller.settings.config.feature_flags.legacy_require_verified_login_error;
    let started = if legacy { None } else { verification::start_first(caller, flow, input.transient_payload(), identity, None).await? };
    let Some((started, batch)) = started else {
        return Err(Message::error(4_000_010, "The address of this account has not been verified yet. Please look into your mail.").into());
    };
    caller.app.db.write(identities::update_into(batch, identity, None)).await?;
    let refused = Kind::LoginFailed { method: Some(method), reason: Reason::AddressNotVerified };
    audit::record(caller, Event::new(refused).of(identity.id).flow(flow.id)).await;
    if let Some(bell) = &caller.app.courier {
        bell.notify();
    }
    let page = access::page(caller, &started);
    if access::shows_page(caller, flow) {
        return Ok(Reply::see_other(&page));
    }
    let next = target(&started, identity, Some(page));
    let problem = Problem::bad_request("The address of this account has to be verified before it can be signed in to.")
        .with_id("session_verified_address_required")
        .with_detail("continue_with", serde_json::json!([next]));
    Ok(Reply::problem(&problem, caller.settings.config.dev).with_status(StatusCode::FORBIDDEN))
}

/// Begins the verification that the hook `verification` asks for.
pub(super) async fn begin_verification(
    caller: &Caller,
    flow: &Flow<Login>,
    input: &Input,
    identity: &mut Identity,
    hooks: &[Hook],
) -> Result<Option<(Flow<Verification>, Batch)>, Problem> {
    if hooks.iter().any(|hook| matches!(hook, Hook::Verification)) {
        verification::start_first(caller, flow, input.transient_payload(), identity, None).await
    } else {
        Ok(None)
    }
}

/// Where the client shows the verification, if the hook `show_verification_ui` says that it does.
pub(super) fn verification_ui(caller: &Caller, started: &Flow<Verification>, identity: &Identity, hooks: &[Hook]) -> Option<ContinueWith> {
    let url = (started.client == FlowType::Browser).then(|| access::page(caller, started));
    hooks.iter().any(|hook| matches!(hook, Hook::ShowVerificationUi)).then(|| target(started, identity, url))
}

fn target(started: &Flow<Verification>, identity: &Identity, url: Option<String>) -> ContinueWith {
    let address = identity.verifiable_addresses.iter().find(|address| address.status == "sent").map(|address| address.value.clone());
    ContinueWith::ShowVerificationUi { flow: VerificationTarget { id: started.id, verifiable_address: address.unwrap_or_default(), url } }
}
