//! What is sent to a settings flow: given to the methods in their order, and what they say put on the form.

use http::{Method, StatusCode};
use narthex_api::message::Message;

use super::http::{Person, begin_again, check_owner, nobody, person};
use super::strategy::{Attempt, Change, Outcome};
use super::{Settings, answer, finish, first_form, held, schema, sort};
use crate::edge::accept::Wants;
use crate::edge::body::Unreadable;
use crate::edge::{Caller, Problem, Reply};
use crate::flow::form::Form;
use crate::flow::input::Input;
use crate::flow::{Failure, Flow, access, add, store};
use crate::method;
use crate::pages::with_parameter;

/// Methods that have a part in settings, whether or not this server has them.
const KNOWN: [&str; 7] = ["profile", "password", "oidc", "totp", "passkey", "webauthn", "lookup_secret"];

/// `POST /self-service/settings`, and `GET` for browsers that come back after they have shown who they are.
pub(super) async fn submit(caller: &Caller) -> Result<Reply, Problem> {
    let back = caller.request_url();
    let person = match person(caller, nobody()).await {
        Err(problem) if problem.status == StatusCode::UNAUTHORIZED && caller.wants_error() == Wants::Html => {
            let page = caller.settings.config.selfservice.flows.login.ui_url.as_str();
            return Ok(Reply::redirect(StatusCode::FOUND, page));
        }
        other => other?,
    };
    let mut flow: Flow<Settings> = access::submitted(caller).await?;
    person.check_aal(caller, Some(&back))?;
    if flow.is_expired(caller.app.clock.now()) {
        return replace_expired(caller, &flow, &person).await;
    }
    check_owner(&flow, &person)?;
    let mut form = match flow.form.take() {
        Some(form) => form,
        None => first_form(&caller.settings, &flow, &person.identity, &person.credentials)?,
    };
    let waiting = if *caller.method() == Method::GET { held::take(caller, &mut flow) } else { None };
    let is_held = waiting.is_some();
    let input = match waiting.map_or_else(|| read(caller), Ok) {
        Ok(input) => input,
        Err(unreadable) => return refuse(caller, &mut flow, form, &person, unreadable.into()).await,
    };
    match ask_methods(caller, &flow, &mut form, &person, &input, is_held).await {
        Ok(Outcome::Change(change)) => change_to(caller, &mut flow, form, &person, &input, *change).await,
        Ok(Outcome::Refresh) => refresh(caller, &mut flow, form, &input).await,
        Ok(Outcome::NotMine) => {
            form.clear_messages();
            refuse(caller, &mut flow, form, &person, no_method(&input)).await
        }
        Err(failure) => refuse(caller, &mut flow, form, &person, failure).await,
    }
}

fn read(caller: &Caller) -> Result<Input, Unreadable> {
    if *caller.method() == Method::GET { Ok(Input::from_query(&caller.query)) } else { Input::read(caller) }
}

async fn ask_methods(
    caller: &Caller,
    flow: &Flow<Settings>,
    form: &mut Form,
    person: &Person,
    input: &Input,
    held: bool,
) -> Result<Outcome, Failure> {
    let schema = &schema(&caller.settings, &person.identity)?.compiled;
    for strategy in method::ALL.iter().filter_map(|method| method.settings()) {
        let outcome = strategy.submit(Attempt { caller, flow, form, schema, input, held, person }).await?;
        if !matches!(outcome, Outcome::NotMine) {
            return Ok(outcome);
        }
    }
    Ok(Outcome::NotMine)
}

fn no_method(input: &Input) -> Failure {
    if KNOWN.contains(&input.method().as_str()) {
        return disabled(&input.method()).into();
    }
    Message::error(4_010_004, "Nothing can be changed by what was sent. Use what the form offers.").into()
}

/// A method that is switched off changes nothing.
pub(crate) fn disabled(method: &str) -> Problem {
    Problem::not_found(format!("Nothing can be changed by the method {method}: it is switched off here."))
}

async fn change_to(
    caller: &Caller,
    flow: &mut Flow<Settings>,
    form: Form,
    person: &Person,
    input: &Input,
    change: Change,
) -> Result<Reply, Problem> {
    flow.form = Some(form);
    match finish::finish(caller, flow, person, input, change).await {
        Ok(reply) => Ok(reply),
        Err(failure) => {
            let form = flow.form.take().unwrap_or_default();
            refuse(caller, flow, form, person, failure).await
        }
    }
}

/// The person has to show once more who they are. A browser's submission waits meanwhile.
async fn refresh(caller: &Caller, flow: &mut Flow<Settings>, form: Form, input: &Input) -> Result<Reply, Problem> {
    let public_url = &caller.settings.public_url;
    let back = format!("{public_url}/self-service/settings?flow={}", flow.id);
    let login = with_parameter(&format!("{public_url}/self-service/login/browser?refresh=true"), "return_to", &back);
    let problem = Problem::forbidden("It is too long ago that the person who is signed in showed who they are: sign in again first.")
        .with_id("session_refresh_required")
        .with("redirect_browser_to", login.clone())
        .redirecting(login);
    let mut cookies = Vec::new();
    if flow.csrf.is_some() {
        cookies = held::hold(caller, flow, input)?;
        flow.form = Some(form);
        store::update(&caller.app.db, flow).await?;
    }
    Ok(answer::with_cookies(caller.answer(&problem).await, &cookies))
}

/// Adds what is wrong to the form; what has no place there is answered as an error.
async fn refuse(caller: &Caller, flow: &mut Flow<Settings>, mut form: Form, person: &Person, failure: Failure) -> Result<Reply, Problem> {
    add(&mut form, failure)?;
    sort(schema(&caller.settings, &person.identity)?, &mut form.nodes);
    flow.form = Some(form);
    store::update(&caller.app.db, flow).await?;
    if access::shows_page(caller, flow) {
        return Ok(Reply::see_other(&access::page(caller, flow)));
    }
    let shown = super::public(&caller.settings, flow, &person.identity, &person.credentials)?;
    Ok(Reply::json_with(StatusCode::BAD_REQUEST, &shown))
}

/// The flow's time is over: another takes its place, with what it was begun for.
async fn replace_expired(caller: &Caller, old: &Flow<Settings>, person: &Person) -> Result<Reply, Problem> {
    let (mut new, kept) = begin_again(caller, old, person).await?;
    let mut form = first_form(&caller.settings, &new, &person.identity, &person.credentials)?;
    form.messages.push(access::expired_message::<Settings>(old.expires_at));
    new.form = Some(form);
    caller.app.db.write(store::insert_into(kept, &new)?).await?;
    Ok(access::replaced(caller, old.expires_at, &new))
}
