//! The first of two steps of signing up, and the way back to it.

use futures_util::future::BoxFuture;
use narthex_api::message::Message;
use narthex_api::node::{DEFAULT_GROUP, Input, Node};
use narthex_config::RegistrationStyle;
use narthex_schema::Violation;

use super::Profile;
use crate::config::Settings;
use crate::config::schemas::Schema;
use crate::flow::form::Form;
use crate::flow::registration::strategy::{Attempt, FormContext, Outcome, Step, Strategy};
use crate::flow::registration::{Registration, add_methods, first_form, form_of, sort};
use crate::flow::{Failure, Flow, State, generic_message};
use crate::method::traits;

const GROUP: &str = "profile";
/// Back to the profile.
const PREVIOUS: &str = "previous";
const SCREENS: [&str; 2] = [PREVIOUS, "credential-selection"];
const CHOOSE: Message = Message::info(1_040_009, "Please choose how you want to sign in from now on.");

impl Strategy for Profile {
    fn enabled(&self, _settings: &Settings) -> bool {
        true
    }

    fn nodes(&self, context: &FormContext<'_>, form: &mut Form) {
        match context.step {
            Step::Whole => traits::nodes(context.schema, DEFAULT_GROUP, form),
            Step::Profile => {
                traits::nodes(context.schema, DEFAULT_GROUP, form);
                form.append(Node::input(GROUP, Input::submit("method", GROUP)).labelled(Message::info(1_040_001, "Sign up")));
            }
            Step::Credentials => {
                form.append(Node::input(GROUP, Input::submit("screen", PREVIOUS)).labelled(Message::info(1_040_008, "Back")));
            }
        }
    }

    fn submit<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Outcome, Failure>> {
        Box::pin(async move { submit(attempt) })
    }
}

fn submit(attempt: Attempt<'_>) -> Result<Outcome, Failure> {
    let Attempt { caller, flow, schema, input } = attempt;
    let settings = &caller.settings;
    if settings.config.selfservice.flows.registration.style != RegistrationStyle::ProfileFirst {
        return Ok(Outcome::NotMine);
    }
    let (method, screen) = (input.method(), input.filled("screen"));
    if !matches!(method.as_str(), "" | "profile" | "profile:back") {
        return Ok(Outcome::NotMine);
    }
    let traits = input.traits(&schema.compiled)?;
    let mut violations = schema.compiled.validate(&traits).err().unwrap_or_default();
    if screen.as_deref().is_some_and(|screen| !SCREENS.contains(&screen)) {
        violations.push(no_screen());
    }
    if !violations.is_empty() {
        return Err(Failure::Invalid(violations));
    }
    if method.is_empty() && screen.is_none() {
        return Ok(Outcome::NotMine);
    }
    flow.check_submission(caller, input.csrf_token().as_deref())?;
    let back = method == "profile:back" || screen.as_deref() == Some(PREVIOUS);
    let mut form = if back { form_of(settings, schema, flow, Step::Profile) } else { credentials_form(settings, schema, flow) };
    form.fill_all("traits", &traits, DEFAULT_GROUP);
    form.set_csrf(flow.csrf_value());
    sort(schema, &mut form.nodes);
    flow.form = Some(form);
    if back {
        flow.organization_id = None;
    } else {
        flow.state = State::ChooseMethod;
        flow.active = None;
    }
    Ok(Outcome::Continue)
}

/// The second step: the profile goes along unseen.
fn credentials_form(settings: &Settings, schema: &Schema, flow: &mut Flow<Registration>) -> Form {
    let mut form = flow.form.take().unwrap_or_else(|| first_form(settings, schema, flow));
    form.clear_messages();
    form.remove(|node| node.group != DEFAULT_GROUP || node.id() == "password");
    traits::hide(&mut form);
    add_methods(settings, schema, flow, Step::Credentials, &mut form);
    form.messages.push(CHOOSE);
    form
}

fn no_screen() -> Violation {
    let message = generic_message("There is no such screen: send previous or credential-selection.");
    Violation { pointer: "#/screen".to_owned(), path: vec!["screen".to_owned()], message }
}
