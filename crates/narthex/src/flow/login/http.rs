//! The routes of login, and how a flow begins.

use http::Method;
use narthex_api::flow::{FlowType, LoginFlow};
use narthex_api::message::Message;
use narthex_db::Batch;

use super::strategy::{Person, Step};
use super::{Aal, Login, form_of, public, submit};
use crate::config::Settings;
use crate::edge::return_to::AllowList;
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::flow::{Flow, access, store};
use crate::hook::{self, Scene};
use crate::identity::{Identity, store as identities};
use crate::pages::with_parameter;
use crate::session::{self, Session};
use crate::{handler, oauth2};

/// The routes of login.
pub fn routes() -> Vec<Resource> {
    vec![
        Resource::new("/self-service/login/browser", Guard::Csrf).on(Method::GET, handler!(browser)),
        Resource::new("/self-service/login/api", Guard::Api).on(Method::GET, handler!(api)),
        Resource::new("/self-service/login/flows", Guard::Csrf).on(Method::GET, handler!(fetch)),
        Resource::new("/self-service/login", Guard::CsrfByFlow)
            .on(Method::GET, handler!(submit::submit))
            .on(Method::POST, handler!(submit::submit)),
    ]
}

/// How a flow begins.
pub(super) struct Beginning {
    flow: Flow<Login>,
    /// What is to be kept with it.
    kept: Batch,
    /// By what the person is signed in already, as sure as is asked for. Then there is no need of the flow.
    signed_in: Option<Session>,
}

/// Begins a flow.
pub(super) async fn begin(caller: &Caller, client: FlowType, asked: Login) -> Result<Beginning, Problem> {
    let settings = &caller.settings;
    if let Some(return_to) = caller.query.filled("return_to") {
        settings.return_to.check(return_to)?;
    }
    let mut flow = Flow::begin(caller, client, settings.config.selfservice.flows.login.lifespan, asked);
    flow.login_challenge = oauth2::challenge(caller)?;
    flow.check_schema(settings)?;
    let login_request = oauth2::login_request(caller, flow.login_challenge.as_deref().filter(|_| client == FlowType::Browser)).await?;
    if let Some(request) = &login_request {
        serve(settings, &mut flow, request);
    }
    let hooks = &settings.config.selfservice.flows.login.before.hooks;
    let kept = hook::before_login(caller, hooks, || Scene::of(&public(settings, &flow))).await?;
    let Some((session, identity)) = session::current(caller).await? else {
        if flow.own.requested_aal == Aal::Aal2 {
            return Err(first_factor_required());
        }
        flow.own.refresh = false;
        return Ok(Beginning { flow, kept, signed_in: None });
    };
    if !flow.own.refresh && fulfils(&session, flow.own.requested_aal) {
        return Ok(Beginning { flow, kept, signed_in: Some(session) });
    }
    flow.form = Some(form_for(caller, &flow, identity).await?);
    Ok(Beginning { flow, kept, signed_in: None })
}

/// What a flow does differently because it serves an OAuth2 login request.
fn serve(settings: &Settings, flow: &mut Flow<Login>, request: &serde_json::Value) {
    if let Some(url) = oauth2::request_url(request).filter(|_| settings.config.oauth2_provider.override_return_to) {
        flow.return_to = Some(url.to_owned());
        flow.request_url = with_parameter(&flow.request_url, "return_to", url);
    }
    if !oauth2::may_skip(request) {
        flow.own.refresh = true;
        flow.request_url = with_parameter(&flow.request_url, "refresh", "true");
    }
}

/// The flow that takes the place of one whose time was over, and what is to be kept with it.
pub(super) async fn begin_again(caller: &Caller, old: &Flow<Login>) -> Result<(Flow<Login>, Batch), Problem> {
    let Beginning { mut flow, kept, .. } = begin(caller, old.client, old.own.clone()).await?;
    flow.inherit(old);
    Ok((flow, kept))
}

fn fulfils(session: &Session, asked: Aal) -> bool {
    asked == Aal::Aal1 || session.aal() == Aal::Aal2.name()
}

/// The form for somebody who is signed in: only what they have can be shown again.
async fn form_for(caller: &Caller, flow: &Flow<Login>, identity: Identity) -> Result<crate::flow::form::Form, Problem> {
    let credentials = identities::credentials(&caller.app.db, identity.id).await?;
    let person = Person { identity, credentials };
    let step = match flow.own.requested_aal {
        Aal::Aal1 => Step::Refresh(&person),
        Aal::Aal2 => Step::SecondFactor(&person),
    };
    let mut form = form_of(&caller.settings, flow, step);
    form.messages.push(if flow.own.refresh {
        Message::info(1_010_003, "Please show once more that it is you.")
    } else {
        Message::info(1_010_004, "Please show your second factor.")
    });
    Ok(form)
}

/// What the query asks for.
fn asked(caller: &Caller) -> Result<Login, Problem> {
    let requested_aal = match caller.query.filled("aal") {
        None | Some("aal1") => Aal::Aal1,
        Some("aal2") => Aal::Aal2,
        Some(other) => return Err(Problem::bad_request(format!("There is no assurance level \"{other}\": ask for aal1 or aal2."))),
    };
    Ok(Login { refresh: caller.query.is_true("refresh"), requested_aal })
}

/// A second factor says nothing without a first.
pub(super) fn first_factor_required() -> Problem {
    Problem::unauthorized("A second factor was asked for, but nobody is signed in: sign in with a first one before.")
        .with_id("session_aal1_required")
}

/// Somebody who is signed in has nothing to sign in for.
pub(super) fn session_available() -> Problem {
    Problem::bad_request("Somebody is signed in with this request already. Ask for refresh=true to have them show again who they are.")
        .with_id("session_already_available")
}

async fn browser(caller: &Caller) -> Result<Reply, Problem> {
    let Beginning { flow, kept, signed_in } =
        begin(caller, FlowType::Browser, asked(caller)?).await.map_err(AllowList::refused_at_begin)?;
    if let Some(session) = signed_in {
        return signed_in_already(caller, &flow, &session).await;
    }
    caller.app.db.write(store::insert_into(kept, &flow)?).await?;
    if caller.is_json() {
        let mut shown = public(&caller.settings, &flow);
        shown.oauth2_login_request = oauth2::login_request(caller, flow.login_challenge.as_deref()).await?;
        return Ok(Reply::json(&shown));
    }
    Ok(Reply::see_other(&access::page(caller, &flow)))
}

async fn signed_in_already(caller: &Caller, flow: &Flow<Login>, session: &Session) -> Result<Reply, Problem> {
    let accepted = match flow.login_challenge.as_deref() {
        Some(challenge) => Some(oauth2::accept(caller, challenge, session).await?),
        None => None,
    };
    if caller.is_json() {
        return Err(session_available());
    }
    let settings = &caller.settings;
    let target = match (accepted, &flow.return_to) {
        (Some(url), _) => url,
        (None, Some(return_to)) => settings.return_to.check(return_to)?,
        (None, None) => settings.config.selfservice.default_browser_return_url.as_str().to_owned(),
    };
    Ok(Reply::see_other(&target))
}

async fn api(caller: &Caller) -> Result<Reply, Problem> {
    let Beginning { flow, kept, signed_in: None } = begin(caller, FlowType::Api, asked(caller)?).await? else {
        return Err(session_available());
    };
    let mut shown = public(&caller.settings, &flow);
    let (code, batch) = session::exchange::asked_into(store::insert_into(kept, &flow)?, caller, flow.id, flow.expires_at);
    shown.session_token_exchange_code = code;
    caller.app.db.write(batch).await?;
    Ok(Reply::json(&shown))
}

async fn fetch(caller: &Caller) -> Result<Reply, Problem> {
    let shown = find(caller, caller.query.get("id").unwrap_or_default()).await.map_err(Problem::in_json)?;
    Ok(Reply::json(&shown))
}

/// The flow of this id, as the client that began it gets it.
///
/// # Errors
/// Where there is none, it is over, or another browser began it.
pub async fn find(caller: &Caller, id: &str) -> Result<LoginFlow, Problem> {
    let flow: Flow<Login> = access::fetch(caller, id).await?;
    let mut shown = public(&caller.settings, &flow);
    if flow.client == FlowType::Browser {
        shown.oauth2_login_request = oauth2::login_request(caller, flow.login_challenge.as_deref()).await?;
    }
    Ok(shown)
}
