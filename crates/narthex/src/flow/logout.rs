//! Signing out: browsers follow a link that only their own session's page can know, applications hand in their token.
//! Never ends another session than the caller's.

use http::header::{HeaderName, HeaderValue};
use http::{Method, StatusCode};
use narthex_db::{Batch, DbError};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::audit::{self, Event, Kind};
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::handler;
use crate::pages::with_parameter;
use crate::secret::Token as SessionToken;
use crate::session::{self, Session, store as sessions};

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
/// What logout tokens are derived for.
const TOKEN_PLACE: &str = "logout";
/// What logout tokens begin with.
const TOKEN_PREFIX: &str = "ory_lo_";
/// How many bytes of the digest a token shows: 128 bits.
const TOKEN_BYTES: usize = 16;

/// The routes of logout.
pub fn routes() -> Vec<Resource> {
    vec![
        Resource::new("/self-service/logout/browser", Guard::Csrf).on(Method::GET, handler!(offer)),
        Resource::new("/self-service/logout/api", Guard::Api).on(Method::DELETE, handler!(native)),
        Resource::new("/self-service/logout", Guard::Csrf).on(Method::GET, handler!(follow)),
    ]
}

/// The link that signs a browser out.
#[derive(Serialize)]
pub struct Offer {
    /// The whole link.
    pub logout_url: String,
    /// The token in it.
    pub logout_token: String,
}

/// The link that ends this session.
///
/// # Errors
/// Where there is no secret to derive the token of, or `return_to` is not allowed.
pub fn offer_for(caller: &Caller, session: &Session) -> Result<Offer, Problem> {
    let settings = &caller.settings;
    let digest = settings
        .code_keys
        .digest(TOKEN_PLACE, &session.id.to_string())
        .ok_or_else(|| Problem::misconfigured("There is no secret to derive logout tokens of: set secrets.cookie."))?;
    let logout_token = shown(&digest);
    let mut logout_url = with_parameter(&format!("{}/self-service/logout", settings.public_url), "token", &logout_token);
    if let Some(return_to) = caller.query.filled("return_to") {
        logout_url = with_parameter(&logout_url, "return_to", &settings.return_to.check(return_to)?);
    }
    Ok(Offer { logout_url, logout_token })
}

fn shown(digest: &[u8]) -> String {
    use std::fmt::Write;
    digest.iter().take(TOKEN_BYTES).fold(TOKEN_PREFIX.to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether the token is the one of this session; in the same time for all wrong ones.
fn is_token_of(caller: &Caller, session: &Session, sent: &str) -> bool {
    use subtle::ConstantTimeEq;
    let digests = caller.settings.code_keys.digests(TOKEN_PLACE, &session.id.to_string());
    digests.iter().any(|digest| shown(digest).as_bytes().ct_eq(sent.as_bytes()).into())
}

fn nobody() -> Problem {
    Problem::unauthorized("Nobody is signed in with this request, so that nobody can be signed out.").with_id("session_inactive")
}

async fn offer(caller: &Caller) -> Result<Reply, Problem> {
    let (session, _) = session::current(caller).await?.ok_or_else(nobody)?;
    Ok(Reply::json(&offer_for(caller, &session)?))
}

async fn follow(caller: &Caller) -> Result<Reply, Problem> {
    let (session, _) = session::current(caller).await?.ok_or_else(nobody)?;
    let token = caller
        .query
        .filled("token")
        .ok_or_else(|| Problem::bad_request("The parameter token is missing: follow the link that /self-service/logout/browser gives."))?;
    if !is_token_of(caller, &session, token) {
        return Err(Problem::forbidden("The link is another session's: follow the one that /self-service/logout/browser gives."));
    }
    end(caller, &session).await?;
    let mut reply = match onward(caller) {
        Ok(reply) => reply,
        Err(problem) => caller.answer(&problem).await,
    };
    let settings = &caller.settings;
    let name = &settings.config.session.cookie.name;
    reply = reply.cookie(&caller.csrf_cookie(caller.renew_csrf_for(session.identity_id)));
    if caller.cookie(name).is_some() {
        reply = reply.cookie(&settings.session_cookie.set(name, "deleted", Some(0)));
    }
    let clears = settings.config.selfservice.flows.logout.clear_browser_data && caller.request_url().starts_with("https:");
    Ok(if clears { reply.header(CLEAR_SITE_DATA, HeaderValue::from_static("\"cookies\", \"storage\", \"cache\"")) } else { reply })
}

/// What a browser is answered with once its session has ended.
fn onward(caller: &Caller) -> Result<Reply, Problem> {
    let settings = &caller.settings;
    let selfservice = &settings.config.selfservice;
    let target = match caller.query.filled("return_to") {
        Some(return_to) => settings.return_to.check(return_to)?,
        None => selfservice
            .flows
            .logout
            .after
            .default_browser_return_url
            .as_ref()
            .unwrap_or(&selfservice.default_browser_return_url)
            .as_str()
            .to_owned(),
    };
    Ok(if caller.is_json() { Reply::empty(StatusCode::NO_CONTENT) } else { Reply::see_other(&target) })
}

/// Ends the session; one that ended at the same time has ended.
async fn end(caller: &Caller, session: &Session) -> Result<(), Problem> {
    let event = Event::new(Kind::LogoutSucceeded {}).of(session.identity_id).session(session.id);
    let batch = audit::event_where_into(Batch::durable(), caller, event, sessions::is_active(session.id));
    match caller.app.db.write(sessions::revoke_into(batch, session.id)).await {
        Ok(_) | Err(DbError::Unmet { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn native(caller: &Caller) -> Result<Reply, Problem> {
    let sent: Map<String, Value> = serde_json::from_slice(&caller.body).map_err(unreadable)?;
    let token = match sent.get("session_token") {
        None | Some(Value::Null) => "",
        Some(Value::String(token)) => token,
        Some(other) => return Err(unreadable(format!("session_token is {other}"))),
    };
    let found = sessions::by_token(&caller.app.db, &SessionToken::received(token).digest()).await?;
    let (session, _) = found.ok_or_else(|| Problem::forbidden("There is no session with this token."))?;
    end(caller, &session).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn unreadable(cause: impl std::fmt::Display) -> Problem {
    Problem::bad_request(format!("The body has to be a JSON object with the text session_token: {cause}"))
}
