//! Flows: what all kinds have in common — the state between two requests, its row, its form.
//! Never renders a page and never speaks SQL outside of `store.rs`. Next: a kind's own folder, such as `registration/`.

pub mod access;
pub mod address;
pub mod beat;
pub mod code;
pub mod error;
pub mod form;
pub mod input;
pub mod login;
pub mod logout;
pub mod outdated;
pub mod recovery;
pub mod registration;
pub mod settings;
pub mod sort;
pub mod store;
pub mod verification;

use narthex_api::flow::{Container, FlowType};
use narthex_api::message::Message;
use narthex_api::problem::ErrorDetail;
use narthex_api::{Text, Time};
use narthex_config::{After, UrlRef};
use narthex_schema::Violation;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::config::Settings;
use crate::edge::body::Unreadable;
use crate::edge::csrf::Masked;
use crate::edge::{Caller, Problem};
use form::Form;

/// What sets one kind of flow apart from the others.
pub trait Kind: Serialize + DeserializeOwned + Send + Sync {
    /// The kind's name in paths, rows and messages.
    const NAME: &'static str;
    /// The id of the message that its time was over.
    const EXPIRED: u64;

    /// Whether the error of asking for a flow whose time is over has a name.
    fn expiry_has_id(_client: FlowType) -> bool {
        true
    }

    /// The page that shows flows of this kind.
    fn ui_url(settings: &Settings) -> &UrlRef;
}

/// How far a flow has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The person chooses how to go on.
    #[default]
    ChooseMethod,
    /// A code or link is on its way.
    SentEmail,
    /// The person gives an address of theirs, in a recovery that lets them choose one.
    RecoveryAwaitingAddress,
    /// They choose among the addresses of their account.
    RecoveryAwaitingAddressChoice,
    /// They write down in full the address that they have chosen.
    RecoveryConfirmingAddress,
    /// A code is on its way to the chosen address.
    RecoveryAwaitingCode,
    /// Done.
    PassedChallenge,
}

impl State {
    /// The state's name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::ChooseMethod => "choose_method",
            Self::SentEmail => "sent_email",
            Self::RecoveryAwaitingAddress => "recovery_awaiting_address",
            Self::RecoveryAwaitingAddressChoice => "recovery_awaiting_address_choice",
            Self::RecoveryConfirmingAddress => "recovery_confirming_address",
            Self::RecoveryAwaitingCode => "recovery_awaiting_code",
            Self::PassedChallenge => "passed_challenge",
        }
    }
}

/// What a person is in the middle of: all that has to outlive a request and cannot be derived.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flow<K> {
    /// The flow's id.
    #[serde(skip)]
    pub id: Uuid,
    /// When it ends of itself.
    #[serde(skip, default = "epoch")]
    pub expires_at: Time,
    /// When it was begun.
    pub issued_at: Time,
    /// Browser or application.
    pub client: FlowType,
    /// The URL by which it was begun.
    pub request_url: String,
    /// Where to go afterwards, as it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// The anti-forgery token of the form; native flows have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csrf: Option<Masked>,
    /// How far it has come.
    #[serde(default)]
    pub state: State,
    /// The method that was tried last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<Text>,
    /// The form, once it is another than the one that every new flow has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// The organization that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<Uuid>,
    /// The identity schema that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_schema: Option<String>,
    /// The OAuth2 login request that the flow serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_challenge: Option<String>,
    /// Where a code or link is on its way to, in the address's canonical form, whether an account has it or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_to: Option<String>,
    /// What the kind adds.
    pub own: K,
}

fn epoch() -> Time {
    Time::new(jiff::Timestamp::UNIX_EPOCH)
}

impl<K: Kind> Flow<K> {
    /// A flow that begins with this request.
    pub fn begin(caller: &Caller, client: FlowType, lifespan: std::time::Duration, own: K) -> Self {
        let now = caller.app.clock.now();
        Self {
            id: Uuid::now_v7(),
            expires_at: now.plus(lifespan),
            issued_at: now,
            client,
            request_url: caller.request_url(),
            return_to: caller.query.filled("return_to").map(str::to_owned),
            csrf: (client == FlowType::Browser).then(|| caller.mask()),
            state: State::ChooseMethod,
            active: None,
            form: None,
            organization_id: caller.query.get("organization").and_then(|id| Uuid::parse_str(id).ok()),
            identity_schema: caller.query.filled("identity_schema").map(str::to_owned),
            login_challenge: None,
            sent_to: None,
            own,
        }
    }

    /// Whether the flow's time is over.
    pub fn is_expired(&self, now: Time) -> bool {
        self.expires_at < now
    }

    /// The form as clients get it.
    pub fn container(&self, public_url: &str, form: Form) -> Container {
        Container {
            action: format!("{public_url}/self-service/{}?flow={}", K::NAME, self.id),
            method: Text::Borrowed("POST"),
            nodes: form.nodes,
            messages: form.messages,
        }
    }

    /// The anti-forgery token as its field holds it.
    pub fn csrf_value(&self) -> &str {
        self.csrf.as_ref().map_or("", Masked::as_str)
    }

    /// Whether whoever asks for the flow is the browser that began it. Native flows are told by their id alone.
    ///
    /// # Errors
    /// Where the browser is another one, or its cookie is missing.
    pub fn check_owner(&self, caller: &Caller) -> Result<(), Problem> {
        match &self.csrf {
            Some(token) => caller.check_csrf(Some(token.as_str())),
            None => Ok(()),
        }
    }

    /// What a new flow that takes this one's place keeps of it.
    pub fn inherit<O>(&mut self, old: &Flow<O>) {
        self.request_url.clone_from(&old.request_url);
        self.return_to.clone_from(&old.return_to);
        self.identity_schema.clone_from(&old.identity_schema);
        self.organization_id = old.organization_id;
        self.login_challenge.clone_from(&old.login_challenge);
    }

    /// Where a browser goes once `method` has completed the flow: where it asked to, or where the configuration says.
    ///
    /// # Errors
    /// Where it asked to go somewhere that is no longer allowed.
    pub fn return_url(&self, settings: &Settings, after: &After, method: &str) -> Result<String, Problem> {
        match &self.return_to {
            Some(return_to) => settings.return_to.check(return_to),
            None => Ok(after.return_url(method).unwrap_or(&settings.config.selfservice.default_browser_return_url).as_str().to_owned()),
        }
    }

    /// Where a browser goes on after a flow that cannot fail any more: where it asked to, if that is allowed, or where the
    /// configuration says.
    pub fn way_on(&self, settings: &Settings, after: &After) -> String {
        let asked = self.return_to.as_deref().and_then(|return_to| settings.return_to.check(return_to).ok());
        let configured = after.return_url("").unwrap_or(&settings.config.selfservice.default_browser_return_url);
        asked.unwrap_or_else(|| configured.as_str().to_owned())
    }

    /// Checks that the identity schema that was asked for may be asked for.
    ///
    /// # Errors
    /// Where it may not.
    pub fn check_schema(&self, settings: &Settings) -> Result<(), Problem> {
        let Some(named) = self.identity_schema.as_deref() else { return Ok(()) };
        let schemas = &settings.schemas;
        // The id itself: the form that stands in the schema's address does not count here.
        let selectable = || schemas.get(named).is_some_and(|schema| schema.id == named && schema.selectable);
        if named == schemas.default_id() || selectable() {
            return Ok(());
        }
        Err(Problem::bad_request(format!(
            "The identity schema \"{named}\" cannot be asked for: it has to be one of identity.schemas, with selfservice_selectable set."
        )))
    }

    /// Whether the submission `token` comes from the browser that the flow belongs to; and that native flows are not
    /// submitted by browsers, which would bypass that check.
    ///
    /// # Errors
    /// Where the token is missing or another browser's, or where a browser submits a native flow.
    pub fn check_submission(&self, caller: &Caller, token: Option<&str>) -> Result<(), Failure> {
        match self.client {
            FlowType::Browser => Ok(caller.check_csrf(token)?),
            FlowType::Api => native_only(caller),
        }
    }
}

fn native_only(caller: &Caller) -> Result<(), Failure> {
    let foreign = |name: &&str| !(name.starts_with("__cf") || name.starts_with("_cf") || name.starts_with("cf_"));
    if caller.headers().contains_key(http::header::ORIGIN) {
        return Err(Problem::bad_request(
            "A flow for native applications was submitted by a browser: the request has an Origin header. Begin the flow at the endpoint for browsers instead.",
        )
        .into());
    }
    let cookies: Vec<&str> = crate::edge::cookie::names(caller.headers()).filter(foreign).collect();
    if cookies.is_empty() {
        return Ok(());
    }
    Err(Problem::bad_request(
        "A flow for native applications was submitted with cookies, as a browser does. Begin the flow at the endpoint for browsers instead, or send no cookies.",
    )
    .with_detail("found cookies", cookies)
    .into())
}

/// Why a submission does not go on.
#[derive(Debug)]
pub enum Failure {
    /// The person has to change what they sent: said at the fields.
    Invalid(Vec<Violation>),
    /// The person has to try otherwise: said above the form.
    Refused(Box<Message>),
    /// Something else; of status 400 it is said above the form, too, unless it has a name.
    Problem(Box<Problem>),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<Unreadable> for Failure {
    fn from(unreadable: Unreadable) -> Self {
        Problem::bad_request(unreadable.0).into()
    }
}

impl From<narthex_db::DbError> for Failure {
    fn from(error: narthex_db::DbError) -> Self {
        Problem::from(error).into()
    }
}

impl From<Message> for Failure {
    fn from(message: Message) -> Self {
        Self::Refused(Box::new(message))
    }
}

/// Puts what is wrong on the form; what has no place there is given back.
///
/// # Errors
/// Where the failure is no matter of the form: it has a name, or a status other than 400.
pub fn say(form: &mut Form, failure: Failure) -> Result<(), Problem> {
    form.clear_messages();
    add(form, failure)
}

/// As [`say`], beside what is said already.
///
/// # Errors
/// As [`say`].
pub fn add(form: &mut Form, failure: Failure) -> Result<(), Problem> {
    match failure {
        Failure::Problem(problem) if problem.status != http::StatusCode::BAD_REQUEST || problem.id.is_some() || problem.apart => {
            return Err(*problem);
        }
        Failure::Problem(problem) => form.messages.push(generic_message(&problem.reason)),
        Failure::Refused(message) => form.messages.push(*message),
        Failure::Invalid(violations) => form.say_violations(violations),
    }
    Ok(())
}

/// What a field's value violates.
pub fn violation(name: &str, message: Message) -> Violation {
    Violation { pointer: format!("#/{name}"), path: vec![name.to_owned()], message }
}

/// That a field has to be filled in.
pub fn missing(name: &str) -> Violation {
    let message =
        Message::error(4_000_002, "").with_text(format!("Please fill in {name}.")).with_context(serde_json::json!({ "property": name }));
    violation(name, message)
}

/// Message 4000001: what is wrong has no message of its own; its text is the reason.
pub fn generic_message(reason: &str) -> Message {
    Message::error(4_000_001, "").with_text(reason.to_owned()).with_context(serde_json::json!({ "reason": reason }))
}

/// The kept copy of an error, for the error page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeptError {
    /// The error as it would have been answered.
    pub error: ErrorDetail,
    /// When it happened.
    pub created_at: Time,
}

/// The value of a member that clients know as an object, whatever was sent.
pub fn object_or_empty(value: Option<&Value>) -> Value {
    value.filter(|value| value.is_object()).cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new()))
}
