//! Recovery by a code: sent to an address, or made by an administrator, and typed into the form.

use narthex_api::flow::FlowType;
use narthex_api::message::Message;
use narthex_config::AddressMethod;

use super::http::signed_in_already;
use super::link::done_before;
use super::submit::{replace, show};
use super::{By, Recovery, choose, finish, form, is_enabled, send};
use crate::audit::Reason;
use crate::edge::{Caller, Problem, Reply};
use crate::flow::code::{self, Purpose};
use crate::flow::input::Input;
use crate::flow::{Failure, Flow, State, generic_message, missing, store};
use crate::session;
use crate::throttle::{self, Account, Secret, Try};

/// The fields by which a new code, or another address, is asked for: they come before a code that is sent along.
const ASKING: [&str; 3] = ["email", "recovery_confirm_address", "screen"];

/// Takes what was sent; nothing where it is another method's.
pub(super) async fn submit(caller: &Caller, flow: &mut Flow<Recovery>, input: &Input) -> Result<Option<Reply>, Failure> {
    let asks = ASKING.iter().any(|name| input.filled(name).is_some());
    let enters = !asks
        && match flow.state {
            State::SentEmail | State::PassedChallenge => true,
            State::RecoveryAwaitingCode => input.filled("code").is_some(),
            _ => false,
        };
    let method = input.method();
    if method != "code" && !(enters && method.is_empty()) {
        return Ok(None);
    }
    if !is_enabled(&caller.settings, "code") {
        return Err(Problem::not_found("Nobody can recover an account by a code: the method code is switched off.").into());
    }
    if !flow.own.by_admin
        && let Err(failure) = flow.check_submission(caller, input.csrf_token().as_deref())
    {
        return Ok(Some(replace(caller, By::Code(FlowType::Browser), failure, None).await?));
    }
    if enters {
        return Ok(Some(enter(caller, flow, input).await?));
    }
    if session::current(caller).await?.is_some() {
        return Ok(Some(signed_in_already(caller)?));
    }
    let reply = match flow.state {
        State::PassedChallenge => replace(caller, By::Code(flow.client), done_before().into(), None).await?,
        State::ChooseMethod | State::SentEmail => ask(caller, flow, input).await?,
        _ => {
            choose::submit(caller, flow, input).await?;
            show(caller, flow, Some(input))
        }
    };
    Ok(Some(reply))
}

/// Sends a code to the address that was given.
async fn ask(caller: &Caller, flow: &mut Flow<Recovery>, input: &Input) -> Result<Reply, Failure> {
    let address = input.filled("email").ok_or_else(|| Failure::Invalid(vec![missing("email")]))?;
    let known = send::find(caller, &address).await?;
    flow.state = State::SentEmail;
    flow.form = Some(form::code_sent(flow, &address));
    send::send(caller, flow, AddressMethod::Code, known.as_ref(), &address, input.transient_payload()).await?;
    Ok(show(caller, flow, Some(input)))
}

/// A code was entered.
async fn enter(caller: &Caller, flow: &mut Flow<Recovery>, input: &Input) -> Result<Reply, Failure> {
    let by = By::Code(flow.client);
    if flow.state == State::PassedChallenge {
        return Ok(replace(caller, by, used_up().into(), None).await?);
    }
    let counted = count(caller, flow).await?;
    let most = i64::from(caller.settings.config.selfservice.methods.code.config.max_submissions);
    if !store::count_try(&caller.app.db, flow.id, most).await? {
        finish::failed(caller, flow, by, Reason::TooManyTries).await;
        return Ok(replace(caller, by, generic_message("The code was tried too often. Please have a new one sent.").into(), None).await?);
    }
    let digits = input.text("code").unwrap_or_default();
    let sent = code::find(&caller.app.db, caller, Purpose::Recovery, flow.id, &digits).await?;
    if let Some(sent) = sent.filter(|sent| sent.expires_at > caller.app.clock.now()) {
        counted.right(caller).await;
        return Ok(finish::finish(caller, flow.clone(), sent, by, Some(input)).await?);
    }
    finish::failed(caller, flow, by, Reason::WrongCode).await;
    let mut form = flow.form.take().unwrap_or_else(|| form::first(flow));
    form.clear_messages();
    form.messages
        .push(Message::error(4_060_006, "The code is not the one that was sent, it is too old, or it was used before. Please try again."));
    flow.form = Some(form);
    store::update(&caller.app.db, flow).await?;
    Ok(show(caller, flow, Some(input).filter(|_| flow.state == State::SentEmail)))
}

/// Counts the try, over all flows: at the address that the code went to, or at the account that an administrator made it for.
async fn count(caller: &Caller, flow: &Flow<Recovery>) -> Result<Try, Failure> {
    let owner = send::owner(caller, flow, Purpose::Recovery).await?;
    if let Some(owner) = owner {
        caller.concerns(owner);
    }
    if flow.sent_to.is_some() {
        return code::count_try(caller, flow, owner).await;
    }
    throttle::count(caller, Secret::Code, owner.map(Account::Identity).as_slice(), owner).await
}

/// The code counts no more.
pub(super) fn used_up() -> Message {
    generic_message("The code was used before. Please have a new one sent.")
}
