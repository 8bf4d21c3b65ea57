//! What is sent to a login flow: given to the methods in their order, and what they say put on the form.

use http::StatusCode;
use narthex_api::flow::FlowType;
use narthex_api::message::Message;
use narthex_api::node::Node;

use super::http::{begin_again, first_factor_required, session_available};
use super::strategy::{Attempt, Outcome};
use super::{Aal, Login, finish, first_form, public, sort};
use crate::audit::{self, Event, Kind, Reason};
use crate::edge::accept::Wants;
use crate::edge::{Caller, Problem, Reply};
use crate::flow::beat::Beat;
use crate::flow::input::Input;
use crate::flow::{Failure, Flow, access, generic_message, object_or_empty, say, store};
use crate::identity::Identity;
use crate::session::{self, Session};
use crate::{method, oauth2};

/// `POST /self-service/login`.
pub(super) async fn submit(caller: &Caller) -> Result<Reply, Problem> {
    let beat = Beat::begin(caller);
    let mut flow: Flow<Login> = access::submitted(caller).await?;
    let current = session::current(caller).await?;
    if let Some((session, _)) = &current
        && !may_sign_in_again(&flow, session)
    {
        return signed_in_already(caller, &mut flow).await;
    }
    if current.is_none() && flow.own.requested_aal == Aal::Aal2 {
        return Err(first_factor_required());
    }
    if flow.is_expired(caller.app.clock.now()) {
        return replace_expired(caller, &flow).await;
    }
    let input = match Input::read(caller) {
        Ok(input) => input,
        Err(unreadable) => return refuse(caller, &mut flow, unreadable.into()).await,
    };
    match ask_methods(caller, &mut flow, &input, current.as_ref()).await {
        Ok(Outcome::SignIn(sign_in)) => match finish::finish(caller, &mut flow, &input, current, *sign_in).await {
            Ok(reply) => Ok(reply),
            Err(failure) => {
                note(caller, &flow, &input, &failure, true).await;
                refuse(caller, &mut flow, failure).await
            }
        },
        Ok(Outcome::Continue) => {
            let answer = go_on(caller, &flow, &input).await;
            beat.wait().await;
            answer
        }
        Ok(Outcome::NotMine) => refuse(caller, &mut flow, no_method().into()).await,
        Err(failure) => {
            note(caller, &flow, &input, &failure, false).await;
            let answer = refuse(caller, &mut flow, failure).await;
            beat.wait().await;
            answer
        }
    }
}

/// Keeps in the audit log that somebody could not sign in, unless they only have to fill in the form in another way.
async fn note(caller: &Caller, flow: &Flow<Login>, input: &Input, failure: &Failure, by_hooks: bool) {
    let Some(reason) = Reason::of_failure(failure, by_hooks) else { return };
    let method = method::named(&input.method(), flow.active.as_deref());
    audit::record(caller, Event::new(Kind::LoginFailed { method, reason }).of(caller.concerned()).flow(flow.id)).await;
}

/// Whether somebody who is signed in has something to gain by the flow.
fn may_sign_in_again(flow: &Flow<Login>, session: &Session) -> bool {
    flow.own.refresh || (flow.own.requested_aal == Aal::Aal2 && session.aal() != Aal::Aal2.name())
}

async fn signed_in_already(caller: &Caller, flow: &mut Flow<Login>) -> Result<Reply, Problem> {
    if flow.client == FlowType::Browser && caller.wants_error() == Wants::Html {
        return Ok(Reply::see_other(caller.settings.config.selfservice.default_browser_return_url.as_str()));
    }
    let message = generic_message(&session_available().reason);
    refuse(caller, flow, message.into()).await
}

async fn ask_methods(
    caller: &Caller,
    flow: &mut Flow<Login>,
    input: &Input,
    current: Option<&(Session, Identity)>,
) -> Result<Outcome, Failure> {
    for strategy in method::ALL.iter().filter_map(|method| method.login()) {
        let outcome = strategy.submit(Attempt { caller, flow, input, current }).await?;
        if !matches!(outcome, Outcome::NotMine) {
            return Ok(outcome);
        }
    }
    Ok(Outcome::NotMine)
}

fn no_method() -> Message {
    Message::error(4_010_002, "There is no way to sign in by what was sent. Choose one of the ways that the form offers.")
}

/// The form goes on: shown with status 400, because the person is not signed in yet.
async fn go_on(caller: &Caller, flow: &Flow<Login>, input: &Input) -> Result<Reply, Problem> {
    store::update(&caller.app.db, flow).await?;
    if access::shows_page(caller, flow) {
        return Ok(Reply::see_other(&access::page(caller, flow)));
    }
    let mut shown = public(&caller.settings, flow);
    if flow.client == FlowType::Browser {
        shown.oauth2_login_request = oauth2::login_request(caller, flow.login_challenge.as_deref()).await?;
    }
    shown.transient_payload = Some(object_or_empty(input.transient_payload().as_ref()));
    Ok(Reply::json_with(StatusCode::BAD_REQUEST, &shown))
}

/// Puts what is wrong on the form; what has no place there is answered as an error.
async fn refuse(caller: &Caller, flow: &mut Flow<Login>, failure: Failure) -> Result<Reply, Problem> {
    let mut form = match flow.form.take() {
        Some(form) => form,
        None => first_form(&caller.settings, flow),
    };
    say(&mut form, failure)?;
    if let Some(password) = form.find_mut("password").and_then(Node::as_input_mut) {
        password.value = None;
    }
    form.set_csrf(flow.csrf_value());
    sort(&mut form.nodes);
    flow.form = Some(form);
    store::update(&caller.app.db, flow).await?;
    if access::shows_page(caller, flow) {
        return Ok(Reply::see_other(&access::page(caller, flow)));
    }
    let mut shown = public(&caller.settings, flow);
    if flow.client == FlowType::Browser {
        shown.oauth2_login_request = oauth2::login_request(caller, flow.login_challenge.as_deref()).await?;
    }
    Ok(Reply::json_with(StatusCode::BAD_REQUEST, &shown))
}

/// The flow's time is over: another takes its place, with what it was begun for.
async fn replace_expired(caller: &Caller, old: &Flow<Login>) -> Result<Reply, Problem> {
    let (mut new, kept) = begin_again(caller, old).await?;
    let mut form = new.form.take().unwrap_or_else(|| first_form(&caller.settings, &new));
    form.clear_messages();
    form.messages.push(access::expired_message::<Login>(old.expires_at));
    new.form = Some(form);
    caller.app.db.write(store::insert_into(kept, &new)?).await?;
    Ok(access::replaced(caller, old.expires_at, &new))
}
