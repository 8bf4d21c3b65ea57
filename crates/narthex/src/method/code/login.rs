//! Signing in with a code that was sent to an address of the person's.

use futures_util::future::BoxFuture;
use http::StatusCode;
use narthex_api::message::Message;
use narthex_api::node::{DEFAULT_GROUP, Input, Node};
use narthex_courier::Template;
use narthex_db::Batch;
use narthex_schema::normalize_identifier;
use serde_json::{Value, json};

use super::Code;
use crate::audit::{self, Event, Kind, Masked, Reason};
use crate::config::Settings;
use crate::edge::{Caller, Problem};
use crate::flow::code::{self, Destination, Purpose};
use crate::flow::form::Form;
use crate::flow::login::strategy::{Attempt, FormContext, Outcome, SignIn, Step, Strategy};
use crate::flow::login::{Aal, Login, first_form};
use crate::flow::{Failure, Flow, State, generic_message, missing, store, violation};
use crate::identity::{Credential, Identity, store as identities};
use crate::session;
use crate::throttle::{self, Account, Secret};

const NAME: &str = "code";

impl Strategy for Code {
    fn enabled(&self, settings: &Settings) -> bool {
        settings.config.selfservice.methods.code.passwordless_enabled
    }

    fn nodes(&self, context: &FormContext<'_>, form: &mut Form) {
        match context.step {
            Step::Whole => form.upsert(context.identifier(DEFAULT_GROUP)),
            Step::Credentials(credentials) if credentials.is_none_or(|all| all.iter().any(offers)) => {}
            Step::Refresh(person) if context.settings.config.feature_flags.refresh_login_choose_address => {
                for (channel, address) in person.credential(NAME).into_iter().flat_map(addresses) {
                    form.append(choice(channel, address));
                }
                return;
            }
            Step::Refresh(person) if person.credential(NAME).is_some_and(offers) => form.upsert(context.identifier(DEFAULT_GROUP)),
            _ => return,
        }
        form.append(Node::input(NAME, Input::submit("method", NAME)).labelled(Message::info(1_010_015, "Send sign in code")));
    }

    fn submit<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Outcome, Failure>> {
        Box::pin(submit(attempt))
    }
}

/// Whether a code can be sent by this credential.
fn offers(credential: &Credential) -> bool {
    credential.kind == NAME && !credential.identifiers.is_empty()
}

/// The addresses that a credential knows, each with its channel.
fn addresses(credential: &Credential) -> impl Iterator<Item = (&str, &str)> {
    let all = credential.config.get("addresses").and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|entry| Some((entry.get("channel")?.as_str()?, entry.get("address")?.as_str()?)))
}

/// A button that has the code sent to this address.
fn choice(channel: &str, address: &str) -> Node {
    Node::input(NAME, Input::submit("address", address)).labelled(choice_label(channel, address))
}

fn choice_label(channel: &str, address: &str) -> Message {
    Message::info(1_010_023, "")
        .with_text(format!("Send code to {address}"))
        .with_context(json!({ "address": address, "channel": channel }))
}

async fn submit(mut attempt: Attempt<'_>) -> Result<Outcome, Failure> {
    let method = attempt.input.method();
    let chosen = attempt.input.filled("address");
    if method != NAME && !(method.is_empty() && chosen.is_some()) {
        return Ok(Outcome::NotMine);
    }
    if attempt.flow.own.requested_aal == Aal::Aal2 || attempt.flow.state == State::PassedChallenge {
        return Ok(Outcome::NotMine);
    }
    if !Code.enabled(&attempt.caller.settings) {
        return Err(
            Problem::new(StatusCode::NOT_FOUND, "Nobody can sign in with a code here: the method code is switched off for it.").into()
        );
    }
    if attempt.input.filled("resend").is_some_and(|word| word != NAME) {
        return Err(Failure::Invalid(vec![violation("resend", generic_message("To have the code sent again, send resend=code."))]));
    }
    let identifier = attempt.input.filled("identifier").or(chosen).unwrap_or_default();
    match go_on(&mut attempt, &identifier).await {
        Ok(outcome) => Ok(outcome),
        Err(failure) => {
            keep_identifier(attempt.caller, attempt.flow, &identifier);
            Err(failure)
        }
    }
}

/// The form says whom it is about, whatever went wrong.
fn keep_identifier(caller: &Caller, flow: &mut Flow<Login>, identifier: &str) {
    let mut form = flow.form.take().unwrap_or_else(|| first_form(&caller.settings, flow));
    if flow.state == State::SentEmail {
        form.upsert(Node::input(DEFAULT_GROUP, Input::new("identifier", "hidden").with_value(identifier)));
    } else if let Some(field) = form.find_mut("identifier").and_then(Node::as_input_mut) {
        field.value = Some(identifier.into());
    }
    flow.form = Some(form);
}

async fn go_on(attempt: &mut Attempt<'_>, identifier: &str) -> Result<Outcome, Failure> {
    if identifier.is_empty() {
        return Err(Failure::Invalid(vec![missing("identifier")]));
    }
    let Attempt { caller, flow, input, current } = attempt;
    flow.check_submission(caller, input.csrf_token().as_deref())?;
    if flow.state != State::SentEmail || input.filled("resend").is_some() {
        let whom = current.map(|(_, identity)| identity.id).filter(|_| flow.own.refresh);
        return send(caller, flow, identifier, whom, input.transient_payload()).await;
    }
    match input.filled(NAME) {
        Some(digits) => {
            keep_identifier(caller, flow, identifier);
            redeem(attempt, identifier, &digits).await
        }
        None => Err(Failure::Invalid(vec![missing(NAME)])),
    }
}

/// Whom a code goes to.
struct Recipient {
    identity: Identity,
    address: String,
    via: String,
    /// How the person is called in the form from now on.
    called: String,
}

/// Who has this address, as an identifier of the method, or where the configuration allows it as any address.
async fn find(caller: &Caller, identifier: &str) -> Result<Option<Recipient>, Problem> {
    let address = normalize_identifier(identifier);
    if let Some((identity, credential)) = identities::by_identifier(&caller.app.db, NAME, &address).await?
        && let Some((via, _)) = addresses(&credential).find(|(_, known)| *known == address)
    {
        return Ok(Some(Recipient { via: via.to_owned(), identity, address, called: identifier.to_owned() }));
    }
    if !caller.settings.config.selfservice.methods.code.config.missing_credential_fallback_enabled {
        return Ok(None);
    }
    let found = identities::by_address(&caller.app.db, "verifiable", &address).await?;
    Ok(found.map(|(identity, via)| Recipient { identity, via, called: address.clone(), address }))
}

/// Sends a code to an address of the account that it belongs to; of `whom`, if somebody is signed in already. Where no account has
/// the address, and nobody may learn that, all goes on as if a code had been sent.
///
/// # Errors
/// Where no account has the address, or another one than that of `whom`, and that may be told.
pub(crate) async fn send(
    caller: &Caller,
    flow: &mut Flow<Login>,
    identifier: &str,
    whom: Option<uuid::Uuid>,
    transient_payload: Option<Value>,
) -> Result<Outcome, Failure> {
    let found = find(caller, identifier).await?.filter(|found| whom.is_none_or(|whom| whom == found.identity.id));
    let hides = whom.is_none() && caller.settings.hides_unknown_recipients();
    let batch = code::revoke_into(Batch::durable(), flow.id);
    let unknown_account = found.is_none();
    let (batch, called) = match found {
        Some(recipient) => {
            let batch = send_into(batch, caller, flow, &recipient, transient_payload).await?;
            // What another address is called by would tell that an account has it.
            (batch, if hides { identifier.to_owned() } else { recipient.called })
        }
        None if hides => (pretend_into(batch, caller, flow, transient_payload).await?, identifier.to_owned()),
        None => return Err(unknown().into()),
    };
    flow.form = Some(sent_form(caller, flow, &called));
    flow.state = State::SentEmail;
    flow.active = Some(NAME.into());
    caller.app.db.write(store::update_into(batch, flow)?).await?;
    if unknown_account {
        let failed = Kind::LoginFailed { method: Some(NAME), reason: Reason::UnknownAccount };
        audit::record(caller, Event::new(failed).flow(flow.id)).await;
    }
    if let Some(bell) = &caller.app.courier {
        bell.notify();
    }
    Ok(Outcome::Continue)
}

fn message(login_code: String, expires_in_minutes: u64) -> Template {
    Template::LoginCodeValid { login_code, expires_in_minutes }
}

async fn send_into(
    batch: Batch,
    caller: &Caller,
    flow: &Flow<Login>,
    to: &Recipient,
    transient_payload: Option<Value>,
) -> Result<Batch, Problem> {
    let identity = serde_json::to_value(to.identity.public(&caller.settings)).unwrap_or_default();
    let occasion = code::occasion(caller, &flow.request_url, identity, transient_payload);
    let place =
        Destination { flow: flow.id, purpose: Purpose::Login, identity_id: Some(to.identity.id), via: &to.via, address: &to.address };
    code::send_into(batch, caller, &place, occasion, message).await
}

/// Does all that sending a code takes, but sends nothing.
async fn pretend_into(batch: Batch, caller: &Caller, flow: &Flow<Login>, transient_payload: Option<Value>) -> Result<Batch, Problem> {
    let occasion = code::occasion(caller, &flow.request_url, Value::Null, transient_payload);
    code::pretend_into(batch, caller, (Purpose::Login, flow.id), occasion, message).await
}

/// That no account has this address.
pub(crate) fn unknown() -> Message {
    Message::error(4_000_035, "There is no account with this address, or it has not been set up to sign in with a code.")
}

/// The form that asks for the code.
fn sent_form(caller: &Caller, flow: &Flow<Login>, called: &str) -> Form {
    let known = flow.form.clone().unwrap_or_else(|| first_form(&caller.settings, flow));
    let mut form = Form::default();
    for node in known.nodes.into_iter().filter(|node| matches!(node.id(), "identifier" | "address")) {
        let mut node = node;
        let Some(field) = node.as_input_mut() else { continue };
        if field.name == "address" && field.value != Some(called.into()) {
            continue;
        }
        field.name = "identifier".into();
        field.kind = "hidden".into();
        field.value = Some(called.into());
        form.append(node);
    }
    form.append(Node::input(NAME, Input::new("method", "hidden").with_value(NAME)));
    let field = Input::new(NAME, "text").required().autocomplete("one-time-code");
    form.append(Node::input(NAME, field).labelled(Message::info(1_070_013, "Login code")));
    form.append(Node::input(NAME, Input::submit("method", NAME)).labelled(Message::info(1_070_009, "Continue")));
    form.append(Node::input(NAME, Input::submit("resend", NAME)).labelled(Message::info(1_070_008, "Resend code")));
    if flow.csrf.is_some() {
        form.set_csrf(flow.csrf_value());
    }
    form.messages.push(if flow.own.refresh {
        Message::info(1_010_025, "A code was sent to your address. Please enter it to go on.")
    } else {
        Message::info(1_010_014, "A code was sent to the address that you gave. If it does not arrive, check the address, and try again.")
    });
    form
}

/// Takes the code that was sent.
async fn redeem(attempt: &mut Attempt<'_>, identifier: &str, digits: &str) -> Result<Outcome, Failure> {
    let Attempt { caller, flow, .. } = attempt;
    let owner = find(caller, identifier).await?.map(|found| found.identity.id);
    let counted = throttle::count(caller, Secret::Code, &[Account::Named(&normalize_identifier(identifier))], owner).await?;
    let most = i64::from(caller.settings.config.selfservice.methods.code.config.max_submissions);
    if !store::count_try(&caller.app.db, flow.id, most).await? {
        let failed = Kind::LoginFailed { method: Some(NAME), reason: Reason::TooManyTries };
        audit::record(caller, Event::new(failed).flow(flow.id)).await;
        return Err(Problem::bad_request("The code was tried too often. Please begin again.").into());
    }
    let now = caller.app.clock.now();
    let found = code::find(&caller.app.db, caller, Purpose::Login, flow.id, digits).await?;
    let sent = found.filter(|sent| sent.expires_at > now && sent.address == normalize_identifier(identifier)).ok_or_else(wrong)?;
    let owner = sent.identity_id.ok_or_else(wrong)?;
    let mut identity = identities::find(&caller.app.db, owner).await?.ok_or_else(wrong)?;
    let changed = identity.is_unverified(&sent.address, &sent.via) && identity.verify(&sent.address, &sent.via, now);
    caller.concerns(owner);
    let mut also = code::use_into(Batch::durable(), sent.id, now);
    if changed {
        let verified = Kind::VerificationSucceeded { method: NAME, address: Masked::new(&sent.address) };
        also = audit::event_into(also, caller, Event::new(verified).of(owner).flow(flow.id));
    }
    flow.state = State::PassedChallenge;
    let proof = session::proof(NAME, "aal1", now);
    Ok(Outcome::SignIn(Box::new(SignIn { method: NAME, identity, changed, proof, also, counted })))
}

fn wrong() -> Message {
    Message::error(4_010_008, "The code is not the one that was sent, it is too old, or it was used before. Please try again.")
}
