//! The routes of settings, and how a flow begins.

use http::Method;
use narthex_api::flow::{FlowType, SettingsFlow};
use narthex_db::Batch;

use super::{Owner, Settings, ask_before, new, public, submit};
use crate::edge::return_to::AllowList;
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::flow::{Flow, access, store};
use crate::handler;
use crate::identity::{Credential, Identity, store as identities};
use crate::pages::with_parameter;
use crate::session::{self, Session};

/// The routes of settings.
pub fn routes() -> Vec<Resource> {
    vec![
        Resource::new("/self-service/settings/browser", Guard::Csrf).on(Method::GET, handler!(browser)),
        Resource::new("/self-service/settings/api", Guard::Api).on(Method::GET, handler!(api)),
        Resource::new("/self-service/settings/flows", Guard::Csrf).on(Method::GET, handler!(fetch)),
        Resource::new("/self-service/settings", Guard::CsrfByFlow)
            .on(Method::GET, handler!(submit::submit))
            .on(Method::POST, handler!(submit::submit)),
    ]
}

/// Who changes their settings.
pub struct Person {
    /// The session by which they are signed in.
    pub session: Session,
    /// Who they are.
    pub identity: Identity,
    /// All their credentials.
    pub credentials: Vec<Credential>,
}

impl Person {
    pub(super) fn owner(&self) -> Owner<'_> {
        Owner { identity: &self.identity, credentials: &self.credentials, session: &self.session }
    }

    /// Whether it is as sure who they are as it has to be. `back` is where to go once it is.
    pub(super) fn check_aal(&self, caller: &Caller, back: Option<&str>) -> Result<(), Problem> {
        let required = caller.settings.config.selfservice.flows.settings.required_aal;
        session::check_aal(caller, &self.session, &self.identity, required, back)
    }
}

/// Who is signed in with this request.
pub(super) async fn person(caller: &Caller, nobody: Problem) -> Result<Person, Problem> {
    let (session, identity) = session::current(caller).await?.ok_or(nobody)?;
    let credentials = identities::credentials(&caller.app.db, identity.id).await?;
    Ok(Person { session, identity, credentials })
}

/// Begins a flow, and keeps it.
async fn begin(caller: &Caller, client: FlowType, person: &Person) -> Result<SettingsFlow, Problem> {
    if let Some(return_to) = caller.query.filled("return_to") {
        caller.settings.return_to.check(return_to)?;
    }
    let flow = new(caller, client, person.identity.id);
    let kept = ask_before(caller, &flow, &person.owner()).await?;
    let shown = public(&caller.settings, &flow, &person.identity, &person.credentials)?;
    caller.app.db.write(store::insert_into(kept, &flow)?).await?;
    Ok(shown)
}

/// The flow that takes the place of one whose time was over, and what is to be kept with it.
pub(super) async fn begin_again(caller: &Caller, old: &Flow<Settings>, person: &Person) -> Result<(Flow<Settings>, Batch), Problem> {
    let mut flow = new(caller, old.client, person.identity.id);
    let kept = ask_before(caller, &flow, &person.owner()).await?;
    flow.inherit(old);
    Ok((flow, kept))
}

async fn browser(caller: &Caller) -> Result<Reply, Problem> {
    let return_to = caller.query.filled("return_to");
    let login = format!("{}/self-service/login/browser", caller.settings.public_url);
    let login = return_to.map_or(login.clone(), |return_to| with_parameter(&login, "return_to", return_to));
    let nobody = nobody().with_id("session_inactive").with("CredentialsMissing", false).redirecting(login);
    let back = return_to.map(|_| caller.request_url());
    let person = person(caller, nobody).await?;
    person.check_aal(caller, back.as_deref())?;
    let shown = begin(caller, FlowType::Browser, &person).await.map_err(AllowList::refused_at_begin)?;
    if caller.is_json() {
        return Ok(Reply::json(&shown));
    }
    let page = caller.settings.config.selfservice.flows.settings.ui_url.as_str();
    Ok(Reply::see_other(&with_parameter(page, "flow", &shown.id.to_string())))
}

async fn api(caller: &Caller) -> Result<Reply, Problem> {
    let back = caller.query.filled("return_to").map(|_| caller.request_url());
    let person = person(caller, nobody().with_id("session_inactive")).await?;
    person.check_aal(caller, back.as_deref())?;
    Ok(Reply::json(&begin(caller, FlowType::Api, &person).await?))
}

async fn fetch(caller: &Caller) -> Result<Reply, Problem> {
    let shown = find(caller, caller.query.get("id").unwrap_or_default()).await.map_err(Problem::in_json)?;
    Ok(Reply::json(&shown))
}

/// The flow of this id, as its owner gets it.
///
/// # Errors
/// Where nobody is signed in, there is no such flow, it is over, or somebody else began it.
pub async fn find(caller: &Caller, id: &str) -> Result<SettingsFlow, Problem> {
    let page = with_parameter(caller.settings.config.selfservice.flows.settings.ui_url.as_str(), "flow", id);
    let person = person(caller, nobody().redirecting(login_and_back(caller))).await?;
    let flow: Flow<Settings> = access::find(caller, id).await?;
    check_owner(&flow, &person)?;
    person.check_aal(caller, Some(&page))?;
    access::check_time(caller, &flow)?;
    public(&caller.settings, &flow, &person.identity, &person.credentials)
}

/// Where people sign in to begin anew.
fn login_and_back(caller: &Caller) -> String {
    let public_url = &caller.settings.public_url;
    let back = format!("{public_url}/self-service/settings/browser");
    with_parameter(&format!("{public_url}/self-service/login/browser"), "return_to", &back)
}

/// Settings are changed by whoever began to.
pub(super) fn check_owner(flow: &Flow<Settings>, person: &Person) -> Result<(), Problem> {
    if flow.own.identity_id == person.identity.id {
        return Ok(());
    }
    Err(Problem::forbidden("Somebody else than the person who is signed in began to change these settings.")
        .with_id("security_identity_mismatch"))
}

/// Only those who are signed in have settings.
pub(super) fn nobody() -> Problem {
    Problem::unauthorized("Nobody is signed in with this request: sign in before changing settings.")
}
