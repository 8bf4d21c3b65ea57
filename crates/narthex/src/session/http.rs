//! Who is signed in, and where else: the API of sessions for their owners.

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Method, StatusCode};
use narthex_api::session as wire;
use serde_json::json;

use super::cache::Known;
use super::{Issued, own};
use crate::edge::paging::{First, Numbered, NumberedList};
use crate::edge::route::not_found;
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::handler;

const IDENTITY_ID: HeaderName = HeaderName::from_static("x-kratos-authenticated-identity-id");
const CACHE_FOR: HeaderName = HeaderName::from_static("ory-session-cache-for");
/// How long proxies may remember that a request carries nothing that could sign anybody in, in seconds.
const NOBODY_FOR: u64 = 60;

/// The routes of sessions on the public listener.
pub fn routes() -> Vec<Resource> {
    vec![
        Resource::new("/sessions/whoami", Guard::Api).any(handler!(whoami)),
        Resource::new("/sessions", Guard::Api).on(Method::GET, handler!(list)).on(Method::DELETE, handler!(revoke_others)),
        Resource::new("/sessions/{id}", Guard::Api).on(Method::DELETE, handler!(revoke)),
        // Sessions are extended at the admin listener. Whoever tries it here gets no anti-forgery cookie.
        Resource::new("/sessions/{id}/extend", Guard::Api).any(handler!(nothing)),
        Resource::new("/sessions/token-exchange", Guard::Api).on(Method::GET, handler!(super::exchange::exchange)),
    ]
}

async fn whoami(caller: &Caller) -> Result<Reply, Problem> {
    let settings = &caller.settings;
    let flags = &settings.config.feature_flags;
    let presented = super::presented(caller);
    let known = match &presented {
        Some(presented) => super::seen(caller, &presented.token).await?,
        None => None,
    };
    let Some(known) = known else {
        let reply = Reply::problem(&own::nobody(), false);
        let nothing_sent = presented.is_none() && flags.cacheable_sessions;
        return Ok(if nothing_sent { reply.header(CACHE_FOR, HeaderValue::from(NOBODY_FOR)) } else { reply });
    };
    let Known { session, identity, .. } = &*known;
    super::check_aal(caller, session, identity, settings.config.session.whoami.required_aal, None)?;
    let now = caller.app.clock.now();
    let template = caller.query.filled("tokenize_as");
    let mut reply = if let Some(template) = template {
        let mut shown = session.public(settings, identity, now);
        shown.tokenized = Some(super::tokenizer::token(caller, template, &shown).await?);
        Reply::json(&shown)
    } else {
        let make = || narthex_api::json::to_vec(&session.public(settings, identity, now)).ok().map(Bytes::from);
        let body = known.answer(settings, make).ok_or_else(|| Problem::internal("a session could not be written as JSON"))?;
        Reply::json_bytes(StatusCode::OK, body)
    };
    if let Ok(id) = HeaderValue::from_str(&identity.id.to_string()) {
        reply = reply.header(IDENTITY_ID, id);
    }
    if flags.cacheable_sessions && template.is_none() {
        let remaining = session.expires_at.since(now);
        let most = flags.cacheable_sessions_max_age.filter(|most| !most.is_zero()).unwrap_or(remaining);
        reply = reply.header(CACHE_FOR, HeaderValue::from(remaining.min(most).as_secs()));
    }
    match presented {
        Some(presented) if presented.is_outdated(session) => {
            let issued = Issued { session: session.clone(), token: presented.token };
            Ok(reply.cookie(&super::cookie(settings, &issued, now)?))
        }
        _ => Ok(reply),
    }
}

async fn nothing(_caller: &Caller) -> Result<Reply, Problem> {
    Ok(not_found())
}

/// `GET /sessions`: where else the person is signed in.
async fn list(caller: &Caller) -> Result<Reply, Problem> {
    let (session, identity) = own::signed_in(caller).await?;
    let now = caller.app.clock.now();
    let whose = session.identity_id.to_string();
    let listed = NumberedList { path: "/sessions", filter: &whose, first: First::Zero };
    let page = Numbered::asked(caller, listed)?;
    let total = own::count_others(caller, &session).await?;
    let others = own::others(caller, &session, page.offset(), page.size).await?;
    let owner = super::as_owner(identity.public(&caller.settings));
    let shown: Vec<_> =
        others.iter().map(|other| wire::Session { identity: Some(owner.clone()), ..other.bare(&caller.settings, now) }).collect();
    Ok(page.link(caller, listed, Reply::json(&shown), total))
}

/// `DELETE /sessions`: the person is signed out everywhere else.
async fn revoke_others(caller: &Caller) -> Result<Reply, Problem> {
    let (session, _) = own::signed_in(caller).await?;
    let count = own::end_others(caller, &session).await?;
    Ok(Reply::json(&json!({ "count": count })))
}

/// `DELETE /sessions/{id}`: the person is signed out in one place.
async fn revoke(caller: &Caller) -> Result<Reply, Problem> {
    let (session, _) = own::signed_in(caller).await?;
    own::end(caller, &session, &caller.param("id").unwrap_or_default()).await?;
    Ok(Reply::no_json())
}
