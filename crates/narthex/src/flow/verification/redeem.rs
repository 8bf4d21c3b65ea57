//! What a code or a link does: it shows once that an address is its owner's.

use narthex_api::message::Message;
use narthex_api::node::Node;
use narthex_db::{Batch, DbError};
use serde_json::Value;

use super::http::begin_again;
use super::submit::{replace, show, show_with};
use super::{Verification, awaited, form, send};
use crate::edge::{Caller, Problem, Reply};
use crate::flow::code::{self, Sent};
use crate::flow::{Flow, State, access, generic_message, store};
use crate::identity::store as identities;
use crate::{oauth2, session};

/// How often the write is tried where others change the same account at the same time.
const ATTEMPTS: usize = 3;

/// A code was entered.
pub(super) async fn code(
    caller: &Caller,
    mut flow: Flow<Verification>,
    digits: &str,
    transient_payload: Option<Value>,
) -> Result<Reply, Problem> {
    let most = i64::from(caller.settings.config.selfservice.methods.code.config.max_submissions);
    if !store::count_try(&caller.app.db, flow.id, most).await? {
        return replace(caller, generic_message("The code was tried too often. Please have a new one sent.")).await;
    }
    for _ in 0..ATTEMPTS {
        let Some(sent) = find(caller, &flow, digits).await?.filter(|sent| sent.expires_at > caller.app.clock.now()) else { break };
        if verify(caller, &mut flow, &sent).await? {
            return Ok(show(caller, &flow));
        }
    }
    let mut form = flow.form.take().unwrap_or_else(|| form::first(&caller.settings, &flow));
    form.clear_messages();
    form.messages
        .push(Message::error(4_070_006, "The code is not the one that was sent, it is too old, or it was used before. Please try again."));
    flow.form = Some(form);
    store::update(&caller.app.db, &flow).await?;
    Ok(show_with(caller, &flow, transient_payload.as_ref()))
}

/// A link was followed whose token is good by itself.
pub(super) async fn link(caller: &Caller, mut flow: Flow<Verification>, token: &str) -> Result<Reply, Problem> {
    for _ in 0..ATTEMPTS {
        let Some(sent) = find(caller, &flow, token).await? else { break };
        if sent.expires_at <= caller.app.clock.now() {
            return begin_elsewhere(caller, access::expired_message::<Verification>(sent.expires_at)).await;
        }
        // Whoever has read the mail goes on with the flow, in whatever browser.
        if flow.csrf.is_some() {
            flow.csrf = Some(caller.mask());
        }
        if verify(caller, &mut flow, &sent).await? {
            let reply = if caller.is_json() { show(caller, &flow) } else { Reply::see_other(&access::page(caller, &flow)) };
            return Ok(if caller.csrf_is_new() && !caller.is_json() { reply.cookie(&caller.csrf_cookie(caller.csrf())) } else { reply });
        }
    }
    begin_elsewhere(
        caller,
        Message::error(4_070_001, "The link does not count any more: it was used before, or a newer one was sent. Please begin again."),
    )
    .await
}

async fn begin_elsewhere(caller: &Caller, message: Message) -> Result<Reply, Problem> {
    let (new, cookie) = begin_again(caller, message)?;
    store::insert(&caller.app.db, &new).await?;
    Ok(Reply::see_other(&access::page(caller, &new)).cookie(&cookie))
}

/// A link was followed that only fills in its code: programs that look into mails and follow links must not use it up.
pub(super) async fn fill_in(caller: &Caller, mut flow: Flow<Verification>, digits: &str) -> Result<Reply, Problem> {
    let cookie = caller.csrf_cookie(caller.renew_csrf());
    let mut form = flow.form.take().unwrap_or_else(|| form::first(&caller.settings, &flow));
    if flow.csrf.is_some() {
        flow.csrf = Some(caller.mask());
        form.set_csrf(flow.csrf_value());
    }
    if let Some(field) = form.find_mut("code").and_then(Node::as_input_mut) {
        field.value = Some(digits.into());
    }
    flow.form = Some(form);
    store::update(&caller.app.db, &flow).await?;
    Ok(Reply::see_other(&access::page(caller, &flow)).cookie(&cookie))
}

async fn find(caller: &Caller, flow: &Flow<Verification>, secret: &str) -> Result<Option<Sent>, DbError> {
    code::find(&caller.app.db, caller, send::purpose(caller), flow.id, secret).await
}

/// Uses the code or link up; false where another request was faster, with the code or with the account.
async fn verify(caller: &Caller, flow: &mut Flow<Verification>, sent: &Sent) -> Result<bool, Problem> {
    let now = caller.app.clock.now();
    let identity = match sent.identity_id {
        Some(id) => identities::find(&caller.app.db, id).await?,
        None => None,
    };
    let Some(mut identity) = identity else { return Ok(false) };
    let batch = code::use_into(Batch::durable(), sent.id, now);
    let batch = match &flow.own.awaited {
        Some(change) => awaited::change_into(batch, caller, flow, change, sent, &identity, now).await?,
        None => identity.verify(&sent.address, &sent.via, now).then(|| identities::update_into(batch, &identity, None)),
    };
    let Some(batch) = batch else { return Ok(false) };
    let mut passed = flow.clone();
    let url = continue_url(caller, flow).await?;
    passed.state = State::PassedChallenge;
    passed.form = Some(form::passed(&caller.settings, flow, &sent.via, &url));
    passed.own.continue_to = Some(url);
    match caller.app.db.write(store::update_into(batch, &passed)?).await {
        Ok(_) => {
            if let Some(bell) = &caller.app.courier {
                bell.notify();
            }
            *flow = passed;
            Ok(true)
        }
        Err(DbError::Unmet { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Where the person goes on: to the OAuth2 provider whose login request waits for the verification, to where they asked to, or
/// to where the configuration says.
async fn continue_url(caller: &Caller, flow: &Flow<Verification>) -> Result<String, Problem> {
    let settings = &caller.settings;
    if let (Some(challenge), Some(session)) = (&flow.login_challenge, flow.own.session_id)
        && let Some(session) = session::store::find(&caller.app.db, session).await?
    {
        return oauth2::accept(caller, challenge, &session).await;
    }
    let asked = flow.return_to.as_deref().and_then(|return_to| settings.return_to.check(return_to).ok());
    let after = settings.config.selfservice.flows.verification.after.return_url("");
    Ok(asked.unwrap_or_else(|| after.unwrap_or(&settings.config.selfservice.default_browser_return_url).as_str().to_owned()))
}
