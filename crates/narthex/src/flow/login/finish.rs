//! The end of a login: hooks, the session and all that goes with it in one write, and what the client does next.

use narthex_api::continue_with::ContinueWith;
use narthex_api::flow::FlowType;
use narthex_api::identity::State;
use narthex_api::message::Message;
use narthex_api::session as wire;
use narthex_config::Hook;
use narthex_db::{Batch, DbError};
use serde::Serialize;

use super::strategy::SignIn;
use super::{Login, after};
use crate::edge::{Caller, Problem, Reply};
use crate::flow::input::Input;
use crate::flow::{Failure, Flow, access, store};
use crate::identity::Identity;
use crate::session::{self, Issued, Session, store as sessions};

/// What a finished login is answered with.
#[derive(Serialize)]
struct Done {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<String>,
    session: wire::Session,
    continue_with: Option<Vec<ContinueWith>>,
}

/// Signs the person in and answers.
pub(super) async fn finish(
    caller: &Caller,
    flow: &mut Flow<Login>,
    input: &Input,
    current: Option<(Session, Identity)>,
    sign_in: SignIn,
) -> Result<Reply, Failure> {
    let SignIn { method, mut identity, proof, also } = sign_in;
    flow.active = Some(method.into());
    if identity.state == State::Inactive {
        return Err(disabled().into());
    }
    let settings = caller.settings.clone();
    let hooks = settings.config.selfservice.flows.login.after.hooks(method);
    if hooks.iter().any(|hook| matches!(hook, Hook::RequireVerifiedAddress)) && !after::is_verified(&identity) {
        return after::ask_to_verify(caller, flow, input, &mut identity).await;
    }
    let now = caller.app.clock.now();
    let current = current.map(|(session, _)| session).filter(|session| session.identity_id == identity.id);
    let renewed = current.is_some();
    let issued = match (current, session::token_of(caller)) {
        (Some(session), Some(token)) => Issued { session: session.renewed(caller, proof), token },
        _ => Session::begin(caller, &identity, proof),
    };
    let mut batch = Batch::durable().append(also);
    batch = if renewed { sessions::renew_into(batch, &issued.session) } else { sessions::insert_into(batch, &issued) };
    if hooks.iter().any(|hook| matches!(hook, Hook::RevokeActiveSessions)) {
        batch = sessions::revoke_others_into(batch, &issued.session);
    }
    if flow.client == FlowType::Browser && !renewed {
        caller.renew_csrf();
    }
    let verification = after::begin_verification(caller, flow, input, &mut identity, hooks).await?;
    if let Some((_, with)) = &verification {
        batch = batch.append(with.clone());
    }
    caller.app.db.write(store::update_into(batch, flow)?).await.map_err(used_up)?;
    if let (Some(bell), Some(_)) = (&caller.app.courier, &verification) {
        bell.notify();
    }
    let shown = verification.map(|(started, _)| after::verification_ui(caller, &started, &identity, hooks));
    let mut reply = answer(caller, flow, method, (&issued, &identity), shown.flatten())?;
    if flow.client == FlowType::Browser {
        if !renewed {
            reply = reply.cookie(&caller.csrf_cookie(caller.renew_csrf()));
        }
        reply = reply.cookie(&session::cookie(&settings, &issued, now)?);
    }
    Ok(reply)
}

fn disabled() -> Message {
    Message::error(4_010_011, "This account has been deactivated. Please ask whoever runs this service.")
}

fn used_up(error: DbError) -> Failure {
    match error {
        DbError::Unmet { .. } => {
            Problem::conflict("The account was changed, or the code was used, by another request at the same time. Please try again.")
                .into()
        }
        other => other.into(),
    }
}

fn answer(
    caller: &Caller,
    flow: &Flow<Login>,
    method: &str,
    (issued, identity): (&Issued, &Identity),
    next: Option<ContinueWith>,
) -> Result<Reply, Problem> {
    let settings = &caller.settings;
    let mut target = String::new();
    let mut continue_with = Vec::new();
    if flow.client == FlowType::Browser {
        target = flow.return_url(settings, &settings.config.selfservice.flows.login.after, method)?;
        continue_with.push(ContinueWith::RedirectBrowserTo { redirect_browser_to: target.clone() });
    }
    if access::shows_page(caller, flow) {
        if let Some(ContinueWith::ShowVerificationUi { flow }) = next {
            target = flow.url.unwrap_or(target);
        }
        return Ok(Reply::see_other(&target));
    }
    continue_with.extend(next);
    Ok(Reply::json(&Done {
        session_token: (flow.client == FlowType::Api).then(|| issued.token.expose().to_owned()),
        session: issued.session.public(settings, identity, caller.app.clock.now()),
        continue_with: (!continue_with.is_empty()).then_some(continue_with),
    }))
}
