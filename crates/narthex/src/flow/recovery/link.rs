//! Recovery by a link: sent to an address, or made by an administrator, and good by its token.

use narthex_api::message::Message;
use narthex_config::AddressMethod;

use super::finish;
use super::http::signed_in_already;
use super::submit::{replace, show};
use super::{By, Recovery, form, is_enabled, send};
use crate::audit::Reason;
use crate::edge::{Caller, Problem, Reply};
use crate::flow::code::{self, Purpose};
use crate::flow::input::Input;
use crate::flow::{Failure, Flow, State, access, missing};
use crate::session;

/// Sends a link to the address that was given.
pub(super) async fn submit(caller: &Caller, flow: &mut Flow<Recovery>, input: &Input) -> Result<Reply, Failure> {
    if !is_enabled(&caller.settings, "link") {
        return Err(Problem::not_found("Nobody can recover an account by a link: the method link is switched off.").into());
    }
    if !flow.own.by_admin {
        flow.check_submission(caller, input.csrf_token().as_deref())?;
    }
    if session::current(caller).await?.is_some() {
        return Ok(signed_in_already(caller)?);
    }
    let address = input.filled("email").ok_or_else(|| Failure::Invalid(vec![missing("email")]))?;
    if flow.state == State::PassedChallenge {
        return Ok(replace(caller, By::Code(flow.client), done_before().into(), None).await?);
    }
    let known = send::find(caller, &address).await?;
    flow.active = Some("link".into());
    flow.state = State::SentEmail;
    flow.form = Some(form::link_sent(flow, &address));
    send::send(caller, flow, AddressMethod::Link, known.as_ref(), &address, input.transient_payload()).await?;
    Ok(show(caller, flow, Some(input)))
}

/// The flow has come to its end before.
pub(super) fn done_before() -> Message {
    Message::error(4_060_001, "This was done before. To recover another account, please begin again.")
}

/// A link was followed, in whatever browser the mail was read.
pub(super) async fn follow(caller: &Caller, flow: Flow<Recovery>, token: &str) -> Result<Reply, Problem> {
    if !is_enabled(&caller.settings, "link") {
        return Err(Problem::not_found("Nobody can recover an account by a link: the method link is switched off."));
    }
    let sent = code::find(&caller.app.db, caller, Purpose::RecoveryLink, flow.id, token).await?;
    match sent {
        Some(sent) if sent.expires_at > caller.app.clock.now() => finish::finish(caller, flow, sent, By::Link, None).await,
        sent => {
            if let Some(owner) = send::owner(caller, &flow, Purpose::RecoveryLink).await? {
                caller.concerns(owner);
            }
            finish::failed(caller, &flow, By::Link, Reason::WrongCode).await;
            let message = sent.map_or_else(used_up, |sent| access::expired_message::<Recovery>(sent.expires_at));
            replace(caller, By::Link, message.into(), None).await
        }
    }
}

/// The link counts no more.
pub(super) fn used_up() -> Message {
    Message::error(4_060_004, "The link does not count any more: it was used before, or is not complete. Please begin again.")
}
