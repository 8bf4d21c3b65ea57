//! The end of a registration: hooks, the identity and its session in one write, and what the client does next.

use narthex_api::continue_with::{ContinueWith, VerificationTarget};
use narthex_api::flow::FlowType;
use narthex_api::identity as wire;
use narthex_api::session as wire_session;
use narthex_config::Hook;
use narthex_db::{Batch, DbError};
use serde::Serialize;

use super::Registration;
use super::strategy::SignUp;
use super::submit::conflict;
use crate::config::schemas::Schema;
use crate::edge::csrf::Token;
use crate::edge::{Caller, Problem, Reply};
use crate::flow::input::Input;
use crate::flow::verification::{self, Verification};
use crate::flow::{Failure, Flow, access, code};
use crate::identity::{Identity, credentials_of, store as identities};
use crate::session::{self, Issued, Session, store as sessions};

/// What a finished registration is answered with.
#[derive(Serialize)]
struct Done {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<wire_session::Session>,
    identity: wire::Identity,
    continue_with: Option<Vec<ContinueWith>>,
}

/// Signs the person up and answers.
pub(super) async fn finish(caller: &Caller, flow: &Flow<Registration>, schema: &Schema, input: &Input, sign_up: SignUp) -> Result<Reply, Failure> {
    let settings = &caller.settings;
    let now = caller.app.clock.now();
    let method = sign_up.method;
    let mut identity = Identity::new(&schema.id, sign_up.traits, &sign_up.extracted, now);
    sign_up.extracted.normalize_phones(&mut identity.traits);
    if let Some(verified) = &sign_up.verified_address {
        for address in identity.verifiable_addresses.iter_mut().filter(|address| address.value == *verified) {
            address.verified = true;
            address.verified_at = Some(now);
            address.status = "completed".into();
        }
    }
    let credentials = credentials_of(&sign_up.extracted, sign_up.credentials, now);
    identity.available_aal = crate::method::available_aal(settings, &credentials).into();
    let issued = Session::begin(caller, &identity, session::proof(method, "aal1", now));

    let mut batch = Batch::durable();
    if let Some(code) = sign_up.used_code {
        batch = code::use_into(batch, code, now);
    }
    let verification = verification::start_first(caller, flow, input.transient_payload(), &mut identity).await?;
    batch = identities::insert_into(batch, &identity, &credentials);
    batch = sessions::insert_into(batch, &issued);
    let verification = match verification {
        Some((started, with)) => {
            batch = batch.append(with);
            Some(started)
        }
        None => None,
    };
    caller.app.db.write(batch).await.map_err(|error| match error {
        DbError::Unmet { .. } => Problem::conflict("The code was used by another request at the same time.").into(),
        other => conflict(other),
    })?;
    if let Some(bell) = &caller.app.courier {
        bell.notify();
    }
    answer(caller, flow, method, &identity, &issued, verification.as_ref()).await
}

async fn answer(caller: &Caller, flow: &Flow<Registration>, method: &str, identity: &Identity, issued: &Issued, verification: Option<&Flow<Verification>>) -> Result<Reply, Failure> {
    let settings = &caller.settings;
    let hooks = settings.config.selfservice.flows.registration.after.hooks(method);
    let signs_in = hooks.iter().any(|hook| matches!(hook, Hook::Session));
    let shown = hooks.iter().any(|hook| matches!(hook, Hook::ShowVerificationUi)).then_some(verification).flatten();
    let now = caller.app.clock.now();
    let json = flow.client == FlowType::Api || caller.is_json() || caller.wants_error() == crate::edge::accept::Wants::Json;

    let mut continue_with = Vec::new();
    let mut target = None;
    if flow.client == FlowType::Browser {
        let url = flow.return_url(settings, &settings.config.selfservice.flows.registration.after, method)?;
        continue_with.push(ContinueWith::RedirectBrowserTo { redirect_browser_to: url.clone() });
        target = Some(url);
    }
    if let (Some(started), Some(address)) = (shown, identity.verifiable_addresses.iter().find(|address| address.status == "sent")) {
        let url = (flow.client == FlowType::Browser).then(|| access::page(caller, started));
        if url.is_some() {
            target.clone_from(&url);
        }
        continue_with.push(ContinueWith::ShowVerificationUi { flow: VerificationTarget { id: started.id, verifiable_address: address.value.clone(), url } });
    }
    if flow.client == FlowType::Api && signs_in {
        continue_with.push(ContinueWith::SetOrySessionToken { ory_session_token: issued.token.expose().to_owned() });
    }
    let mut reply = if json {
        let done = Done {
            session_token: (flow.client == FlowType::Api && signs_in).then(|| issued.token.expose().to_owned()),
            session: signs_in.then(|| issued.session.public(settings, identity, now)),
            identity: identity.public(settings),
            continue_with: (!continue_with.is_empty()).then_some(continue_with),
        };
        Reply::json(&done)
    } else {
        Reply::see_other(target.as_deref().unwrap_or_default())
    };
    if flow.client == FlowType::Browser {
        reply = reply.cookie(&caller.csrf_cookie(&Token::random()));
        if signs_in {
            reply = reply.cookie(&session::cookie(settings, issued, now)?);
        }
    }
    Ok(reply)
}
