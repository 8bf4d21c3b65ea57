//! What a finished registration is answered with: a session or not, and where the client goes on.

use narthex_api::continue_with::{ContinueWith, VerificationTarget};
use narthex_api::flow::FlowType;
use narthex_api::identity as wire;
use narthex_api::session as wire_session;
use narthex_config::Hook;
use serde::Serialize;

use super::Registration;
use super::finish::has;
use crate::edge::accept::Wants;
use crate::edge::{Caller, Reply};
use crate::flow::verification::Verification;
use crate::flow::{Failure, Flow, access};
use crate::identity::Identity;
use crate::oauth2;
use crate::session::{self, Issued};

/// Who has signed up, and how.
pub(super) struct Finished<'a> {
    pub(super) flow: &'a Flow<Registration>,
    pub(super) method: &'a str,
    pub(super) identity: &'a Identity,
    pub(super) issued: &'a Issued,
    pub(super) verifications: &'a [Flow<Verification>],
}

/// A finished registration in JSON.
#[derive(Serialize)]
struct Done {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<wire_session::Session>,
    identity: wire::Identity,
    continue_with: Option<Vec<ContinueWith>>,
}

/// Answers that somebody has signed up.
pub(super) async fn answer(caller: &Caller, finished: Finished<'_>) -> Result<Reply, Failure> {
    let Finished { flow, method, identity, issued, verifications } = finished;
    let settings = &caller.settings;
    let now = caller.app.clock.now();
    let after = &settings.config.selfservice.flows.registration.after;
    let hooks = after.hooks(method);
    let signs_in = has(hooks, &Hook::Session);
    let shows_page = has(hooks, &Hook::ShowVerificationUi);
    let shown = shows_page || settings.config.feature_flags.legacy_continue_with_verification_ui;
    let verify: Vec<_> = if shown { verification_uis(caller, flow, identity, verifications) } else { Vec::new() };

    let mut reply_cookies = Vec::new();
    let mut continue_with = Vec::new();
    let mut target = String::new();
    if flow.client == FlowType::Browser {
        if signs_in {
            reply_cookies.push(session::cookie(settings, issued, now)?);
        }
        let challenge = flow.login_challenge.as_deref().filter(|_| signs_in && verify.is_empty());
        target = match challenge {
            None => flow.return_url(settings, after, method)?,
            Some(challenge) => match oauth2::accept(caller, challenge, &issued.session).await {
                Ok(url) => url,
                // The account is there all the same, and its owner is signed in.
                Err(problem) => return Ok(with_cookies(renewed(caller, flow, caller.answer(&problem).await), &reply_cookies)),
            },
        };
        continue_with.push(ContinueWith::RedirectBrowserTo { redirect_browser_to: target.clone() });
    }
    if let (true, Some(ContinueWith::ShowVerificationUi { flow: VerificationTarget { url: Some(url), .. } })) = (shows_page, verify.first())
    {
        target.clone_from(url);
    }
    continue_with.extend(verify);
    let token = (flow.client == FlowType::Api && signs_in).then(|| issued.token.expose().to_owned());
    continue_with.extend(token.clone().map(|ory_session_token| ContinueWith::SetOrySessionToken { ory_session_token }));

    let json = flow.client == FlowType::Api || caller.is_json() || caller.wants_error() == Wants::Json;
    let reply = if json {
        Reply::json(&Done {
            session_token: token,
            session: signs_in.then(|| issued.session.public(settings, identity, now)),
            identity: identity.public(settings),
            continue_with: (!continue_with.is_empty()).then_some(continue_with),
        })
    } else {
        Reply::see_other(&target)
    };
    Ok(with_cookies(renewed(caller, flow, reply), &reply_cookies))
}

/// The same answer; a browser gets a new anti-forgery cookie, because somebody else is using it now.
pub(super) fn renewed(caller: &Caller, flow: &Flow<Registration>, reply: Reply) -> Reply {
    match flow.client {
        FlowType::Browser => reply.cookie(&caller.csrf_cookie(caller.renew_csrf())),
        FlowType::Api => reply,
    }
}

fn with_cookies(reply: Reply, cookies: &[String]) -> Reply {
    cookies.iter().fold(reply, |reply, cookie| reply.cookie(cookie))
}

/// The verifications that were begun, each with the address that it was begun for.
fn verification_uis(
    caller: &Caller,
    flow: &Flow<Registration>,
    identity: &Identity,
    verifications: &[Flow<Verification>],
) -> Vec<ContinueWith> {
    let sent = identity.verifiable_addresses.iter().filter(|address| address.status == "sent");
    let shown = sent.zip(verifications).map(|(address, started)| {
        let url = (flow.client == FlowType::Browser).then(|| access::page(caller, started));
        ContinueWith::ShowVerificationUi { flow: VerificationTarget { id: started.id, verifiable_address: address.value.clone(), url } }
    });
    shown.collect()
}
