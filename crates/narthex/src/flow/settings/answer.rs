//! What a change is answered with: the flow as it is now, and where the client goes on.

use narthex_api::continue_with::{ContinueWith, VerificationTarget};
use narthex_api::flow::FlowType;

use super::{Settings, held, shown};
use crate::edge::{Caller, Problem, Reply};
use crate::flow::form::Form;
use crate::flow::verification::Verification;
use crate::flow::{Flow, access};
use crate::identity::Identity;
use crate::session::{self, Issued, Session};

/// A verification that a change has begun, and of which address.
pub(super) struct Begun {
    pub(super) flow: Flow<Verification>,
    pub(super) address: String,
}

impl Begun {
    /// Where the client shows it.
    pub(super) fn target(&self, caller: &Caller) -> ContinueWith {
        let url = (self.flow.client == FlowType::Browser).then(|| access::page(caller, &self.flow));
        ContinueWith::ShowVerificationUi { flow: VerificationTarget { id: self.flow.id, verifiable_address: self.address.clone(), url } }
    }
}

/// Answers that the settings have been changed by `method`.
pub(super) fn changed(
    caller: &Caller,
    flow: &Flow<Settings>,
    method: &str,
    identity: &Identity,
    session: &Session,
    next: Vec<ContinueWith>,
) -> Result<Reply, Problem> {
    let settings = &caller.settings;
    let mut shown = shown(settings, flow, identity, flow.form.clone().unwrap_or_default());
    shown.continue_with = next;
    if flow.client == FlowType::Api {
        return Ok(Reply::json(&shown));
    }
    let target = if let Some(return_to) = &flow.return_to {
        settings.return_to.check(return_to)?
    } else {
        let configured = settings.config.selfservice.flows.settings.after.return_url(method);
        configured.map_or_else(|| access::page(caller, flow), |url| url.as_str().to_owned())
    };
    let reply = if access::shows_page(caller, flow) {
        // As in the reference server, forms do not lead to a verification that has begun: only programs are told of it.
        Reply::see_other(&target)
    } else {
        shown.continue_with.push(ContinueWith::RedirectBrowserTo { redirect_browser_to: target });
        Reply::json(&shown)
    };
    let mut cookies = held::forget(caller)?;
    if let Some(token) = session::token_of(caller) {
        cookies.push(session::cookie(settings, &Issued { session: session.clone(), token }, caller.app.clock.now())?);
    }
    Ok(with_cookies(reply, &cookies))
}

/// Answers with the flow as it stands: a new address has to be verified before it counts, or cannot be.
pub(super) fn unchanged(caller: &Caller, flow: &Flow<Settings>, identity: &Identity, form: Form, begun: Option<&Begun>) -> Reply {
    if access::shows_page(caller, flow) {
        return Reply::see_other(&begun.map_or_else(|| access::page(caller, flow), |begun| access::page(caller, &begun.flow)));
    }
    let mut shown = shown(&caller.settings, flow, identity, form);
    shown.continue_with = begun.map(|begun| begun.target(caller)).into_iter().collect();
    Reply::json(&shown)
}

/// The same answer with cookies.
pub(super) fn with_cookies(reply: Reply, cookies: &[String]) -> Reply {
    cookies.iter().fold(reply, |reply, cookie| reply.cookie(cookie))
}
