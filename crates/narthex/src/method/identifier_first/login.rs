//! The first of two steps of signing in.

use futures_util::future::BoxFuture;
use narthex_api::message::Message;
use narthex_api::node::{Input, Node};
use narthex_config::LoginStyle;
use narthex_schema::normalize_identifier;

use super::IdentifierFirst;
use crate::config::Settings;
use crate::edge::Caller;
use crate::flow::form::Form;
use crate::flow::login::strategy::{Attempt, FormContext, Outcome, Step, Strategy};
use crate::flow::login::{Aal, add_methods, first_form};
use crate::flow::{Failure, violation};
use crate::identity::{Credential, store as identities};
use crate::method::code;

const NAME: &str = "identifier_first";
const AUTOCOMPLETE: &str = "username webauthn";

impl Strategy for IdentifierFirst {
    fn enabled(&self, settings: &Settings) -> bool {
        settings.config.selfservice.flows.login.style == LoginStyle::IdentifierFirst
    }

    fn nodes(&self, context: &FormContext<'_>, form: &mut Form) {
        if !matches!(context.step, Step::Identifier) {
            return;
        }
        let mut field = context.identifier(NAME);
        if let Some(input) = field.as_input_mut() {
            input.autocomplete = Some(AUTOCOMPLETE.into());
        }
        form.upsert(field);
        form.append(Node::input(NAME, Input::submit("method", NAME)).labelled(Message::info(1_070_009, "Continue")));
    }

    fn submit<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Outcome, Failure>> {
        Box::pin(submit(attempt))
    }
}

async fn submit(attempt: Attempt<'_>) -> Result<Outcome, Failure> {
    let Attempt { caller, flow, input, .. } = attempt;
    let method = input.method();
    let mine = method == NAME || (method.is_empty() && input.text("identifier").is_some());
    if !mine || !IdentifierFirst.enabled(&caller.settings) || flow.own.requested_aal == Aal::Aal2 {
        return Ok(Outcome::NotMine);
    }
    flow.check_submission(caller, input.csrf_token().as_deref())?;
    let settings = caller.settings.clone();
    let identifier = input.filled("identifier").unwrap_or_default();
    let mitigate = settings.config.security.account_enumeration.mitigate;
    let known = credentials(caller, &identifier).await?;
    let mut form = flow.form.take().unwrap_or_else(|| first_form(&settings, flow));
    if let Some(field) = form.find_mut("identifier").and_then(Node::as_input_mut) {
        field.value = Some(identifier.as_str().into());
        field.autocomplete = Some(AUTOCOMPLETE.into());
    }
    let mut offered = Form::default();
    let step = Step::Credentials(known.as_deref().filter(|_| !mitigate));
    if known.is_some() || (mitigate && !identifier.is_empty()) {
        add_methods(&settings, flow, step, &mut offered);
    }
    if offered.nodes.is_empty() {
        flow.form = Some(form);
        return Err(Failure::Invalid(vec![violation("identifier", not_found())]));
    }
    let by_code = |node: &Node| node.group == "code";
    if known.is_none() && !settings.hides_unknown_recipients() && offered.nodes.iter().any(by_code) {
        // Clients of the reference server know that a code cannot be sent to nobody, even where it does not tell accounts apart otherwise.
        offer(&mut form, offered);
        flow.form = Some(form);
        return Err(code::login::unknown().into());
    }
    if let Some(field) = form.find_mut("identifier").and_then(Node::as_input_mut) {
        field.kind = "hidden".into();
    }
    let only_code = !mitigate && offered.nodes.iter().all(by_code);
    form.clear_messages();
    form.remove(|node| node.group == NAME && node.id() == "method");
    offer(&mut form, offered);
    flow.form = Some(form);
    if only_code {
        return code::login::send(caller, flow, &identifier, None, input.transient_payload()).await;
    }
    flow.active = Some(NAME.into());
    Ok(Outcome::Continue)
}

/// Adds the ways to sign in to the form; fields that it has are replaced, buttons are added.
fn offer(form: &mut Form, offered: Form) {
    for node in offered.nodes {
        match node.as_input().map(|input| input.kind.as_ref()) {
            Some("submit") => form.append(node),
            _ => form.upsert(node),
        }
    }
}

fn not_found() -> Message {
    Message::error(4_000_037, "There is no account with this, or no way to sign in to it.")
}

/// The credentials of the account that this identifies.
async fn credentials(caller: &Caller, identifier: &str) -> Result<Option<Vec<Credential>>, Failure> {
    if identifier.is_empty() {
        return Ok(None);
    }
    let owner = identities::by_any_identifier(&caller.app.db, &normalize_identifier(identifier)).await?;
    Ok(match owner {
        Some(id) => Some(identities::credentials(&caller.app.db, id).await?),
        None => None,
    })
}
