//! Sessions: that somebody is signed in, how sure that is, and by what their browser or application shows it.
//! Never decides who may sign in; flows do. Next: `store.rs` for the rows, `http.rs` for whoami.

pub mod admin;
pub mod cache;
pub mod device;
pub mod exchange;
pub mod http;
pub mod idle;
pub mod own;
pub mod store;
pub mod tokenizer;

use std::sync::Arc;
use std::time::Duration;

use narthex_api::session::{self as wire, AuthenticationMethod, Device};
use narthex_api::{Text, Time};
use narthex_config::RequiredAal;
use narthex_db::Batch;
use uuid::Uuid;

use crate::audit::{self, Event, Kind, Scope};
use crate::config::Settings;
use crate::edge::{Caller, Problem};
use crate::identity::Identity;
use crate::pages::with_parameter;
use crate::secret::Token;
use cache::Known;

/// What session tokens begin with.
const TOKEN_PREFIX: &str = "ory_st_";
/// What the sealed value of a session's cookie is for.
const COOKIE_PURPOSE: &str = "session cookie";

/// A session as the server holds it.
#[derive(Clone, Debug)]
pub struct Session {
    /// The session's id.
    pub id: Uuid,
    /// Whose it is.
    pub identity_id: Uuid,
    /// Whether it has not been revoked.
    pub active: bool,
    /// How it was proved who the person is.
    pub methods: Vec<AuthenticationMethod>,
    /// Where the person signed in.
    pub devices: Vec<Device>,
    /// When it ends.
    pub expires_at: Time,
    /// When the person last proved who they are.
    pub authenticated_at: Time,
    /// When it was begun.
    pub issued_at: Time,
    /// When it was last used, as far as that is recorded: see [`seen`].
    pub last_used_at: Time,
}

/// A session that has just been begun, and the token that stands for it: the only time that anybody sees it.
pub struct Issued {
    /// The session.
    pub session: Session,
    /// Its token.
    pub token: Token,
}

impl Session {
    /// A session of this identity that begins now, by this method.
    pub fn begin(caller: &Caller, identity: &Identity, method: AuthenticationMethod) -> Issued {
        let now = caller.app.clock.now();
        let session = Self {
            id: Uuid::now_v7(),
            identity_id: identity.id,
            active: true,
            methods: vec![method],
            devices: vec![device::of(caller)],
            expires_at: now.plus(caller.settings.config.session.lifespan),
            authenticated_at: now,
            issued_at: now,
            last_used_at: now,
        };
        session.issue()
    }

    /// The session with a new token, the only one that stands for it.
    pub fn issue(self) -> Issued {
        Issued { session: self, token: Token::random(TOKEN_PREFIX) }
    }

    /// The same session after its owner has shown once more who they are.
    #[must_use]
    pub fn renewed(mut self, caller: &Caller, method: AuthenticationMethod) -> Self {
        let now = caller.app.clock.now();
        self.methods.push(method);
        self.devices.push(device::of(caller));
        self.expires_at = now.plus(caller.settings.config.session.lifespan);
        self.authenticated_at = now;
        self.issued_at = now;
        self.last_used_at = now;
        self
    }

    /// The assurance that the session's own methods give: two factors make `aal2`.
    pub fn aal(&self) -> &'static str {
        let has = |aal: &str| self.methods.iter().any(|method| method.aal == aal);
        let upstream = self.methods.iter().any(|method| method.method == "oidc" && method.aal == "aal2");
        if (has("aal1") && has("aal2")) || upstream { "aal2" } else { "aal1" }
    }

    /// Whether the session counts now: not revoked, not over, and not left unused for too long.
    pub fn is_active(&self, settings: &Settings, now: Time) -> bool {
        let idle = settings.config.narthex.session.idle_timeout;
        self.active && self.expires_at > now && idle.is_none_or(|idle| self.last_used_at.plus(idle) > now)
    }

    /// The session as its owner sees it.
    pub fn public(&self, settings: &Settings, identity: &Identity, now: Time) -> wire::Session {
        wire::Session { identity: Some(identity.public(settings)), ..self.bare(settings, now) }
    }

    /// The session without its identity.
    pub fn bare(&self, settings: &Settings, now: Time) -> wire::Session {
        wire::Session {
            id: self.id,
            active: self.is_active(settings, now),
            expires_at: self.expires_at,
            authenticated_at: self.authenticated_at,
            authenticator_assurance_level: Text::Borrowed(self.aal()),
            authentication_methods: self.methods.clone(),
            issued_at: self.issued_at,
            identity: None,
            devices: self.devices.clone(),
            tokenized: None,
        }
    }
}

/// An identity as lists of its sessions show it: what its own row holds, without addresses and the schema's address.
fn as_owner(mut identity: narthex_api::identity::Identity) -> narthex_api::identity::Identity {
    identity.schema_url.clear();
    identity.verifiable_addresses.clear();
    identity.recovery_addresses.clear();
    identity
}

/// Adds a new session, which a flow has led to, to what is written together. Where an identity may have so many only, its oldest ones
/// end.
pub fn begin_into(batch: Batch, caller: &Caller, issued: &Issued, flow: Uuid) -> Batch {
    let session = &issued.session;
    let batch = store::insert_into(batch, issued);
    let limits = &caller.settings.config.narthex.session;
    let Some(most) = limits.max_per_identity else { return batch };
    let batch = store::take_turns_into(batch, session.identity_id);
    let ended = Event::new(Kind::SessionRevoked { scope: Scope::Oldest, deleted: false }).of(session.identity_id).flow(flow);
    let batch = audit::event_where_into(batch, caller, ended, store::are_too_many(session, most, limits.idle_timeout));
    store::end_oldest_into(batch, session, most, limits.idle_timeout)
}

/// The method by which somebody has just shown who they are.
pub fn proof(method: &'static str, aal: &'static str, now: Time) -> AuthenticationMethod {
    AuthenticationMethod { method: Text::Borrowed(method), aal: Text::Borrowed(aal), completed_at: now, provider: None, organization: None }
}

/// The cookie that carries a session's token, as a header.
///
/// # Errors
/// Where there is no secret to seal it with.
pub fn cookie(settings: &Settings, issued: &Issued, now: Time) -> Result<String, Problem> {
    let sealed = settings
        .sealer
        .seal(COOKIE_PURPOSE, format!("{}\n{}", issued.token.expose(), issued.session.expires_at.timestamp().as_microsecond()).as_bytes())
        .ok_or_else(|| Problem::misconfigured("There is no secret to seal cookies with: set secrets.cookie."))?;
    let config = &settings.config.session.cookie;
    let age = config.persistent.then(|| i64::try_from(issued.session.expires_at.since(now).as_secs()).unwrap_or(i64::MAX));
    Ok(settings.session_cookie.set(&config.name, &sealed, age))
}

/// A session's token as it came with a request.
pub struct Presented {
    /// The token.
    pub token: Token,
    /// When the session ended by what the cookie says, in microseconds since 1970; nothing where it came without a cookie.
    cookie_expires: Option<i64>,
}

impl Presented {
    /// Whether the browser has to be told that the session ends at another time than its cookie says.
    pub fn is_outdated(&self, session: &Session) -> bool {
        self.cookie_expires.is_some_and(|expires| expires != session.expires_at.timestamp().as_microsecond())
    }
}

/// The token that came with a request: in its own header, in the cookie, or as a bearer's.
pub fn presented(caller: &Caller) -> Option<Presented> {
    if let Some(token) = caller.header("x-session-token").filter(|token| !token.is_empty()) {
        return Some(Presented { token: Token::received(token), cookie_expires: None });
    }
    if let Some(sealed) = caller.cookie(&caller.settings.config.session.cookie.name)
        && let Some(plain) = caller.settings.sealer.open(COOKIE_PURPOSE, sealed)
    {
        let text = String::from_utf8(plain).ok()?;
        let (token, expires) = text.split_once('\n')?;
        return Some(Presented { token: Token::received(token), cookie_expires: expires.parse().ok() });
    }
    let (scheme, token) = caller.header("authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Presented { token: Token::received(token.trim()), cookie_expires: None })
}

/// The token that came with a request.
pub fn token_of(caller: &Caller) -> Option<Token> {
    presented(caller).map(|presented| presented.token)
}

/// Refuses a session that is not as sure as it has to be. `back` is where to go once it is.
///
/// # Errors
/// 403 with the address where the second factor is asked for.
pub fn check_aal(
    caller: &Caller,
    session: &Session,
    identity: &Identity,
    required: RequiredAal,
    back: Option<&str>,
) -> Result<(), Problem> {
    if required == RequiredAal::Aal1 || session.aal() == "aal2" || identity.available_aal != "aal2" {
        return Ok(());
    }
    let mut url = format!("{}/self-service/login/browser?aal=aal2", caller.settings.public_url);
    if let Some(back) = back {
        url = with_parameter(&url, "return_to", back);
    }
    Err(Problem::forbidden("The session has one factor, and the identity has a second one: show it first.")
        .with_id("session_aal2_required")
        .with_detail("redirect_browser_to", url.clone())
        .with("redirect_browser_to", url.clone())
        .redirecting(url))
}

/// Who is signed in with this request: a session that counts, of an identity that may sign in.
///
/// # Errors
/// Where the database does not answer.
pub async fn current(caller: &Caller) -> Result<Option<(Session, Identity)>, Problem> {
    let Some(token) = token_of(caller) else { return Ok(None) };
    let Some((session, identity)) = store::by_token(&caller.app.db, &token.digest()).await? else { return Ok(None) };
    if !counts(caller, &session, &identity) {
        return Ok(None);
    }
    record_use(caller, &session).await;
    Ok(Some((session, identity)))
}

/// As [`current`], for those who only want to know: what was read a moment ago may be read again.
///
/// # Errors
/// Where the database does not answer.
pub async fn seen(caller: &Caller, token: &Token) -> Result<Option<Arc<Known>>, Problem> {
    let (cache, digest) = (&caller.app.sessions, token.digest());
    let age = caller.settings.config.narthex.session.cache;
    if let Some(known) = cache.get(&digest, age)
        && counts(caller, &known.session, &known.identity)
    {
        return Ok(Some(known));
    }
    let reading = cache.reading();
    let Some((session, identity)) = store::by_token(&caller.app.db, &digest).await? else { return Ok(None) };
    if !counts(caller, &session, &identity) {
        return Ok(None);
    }
    record_use(caller, &session).await;
    let known = Arc::new(Known::new(session, identity));
    if !age.is_zero() {
        cache.keep(digest, reading, known.clone());
    }
    Ok(Some(known))
}

fn counts(caller: &Caller, session: &Session, identity: &Identity) -> bool {
    session.is_active(&caller.settings, caller.app.clock.now()) && identity.state == narthex_api::identity::State::Active
}

/// The longest time for which uses are not recorded again.
const SELDOM: Duration = Duration::from_secs(60);

/// Records that the session is in use, where that matters: not each time, but often enough for the timeout to be right within a tenth.
async fn record_use(caller: &Caller, session: &Session) {
    let Some(idle) = caller.settings.config.narthex.session.idle_timeout else { return };
    let now = caller.app.clock.now();
    let again = (idle / 10).min(SELDOM);
    if now.since(session.last_used_at) < again {
        return;
    }
    if let Err(error) = caller.app.db.write(store::use_into(Batch::ephemeral(), session.id, now, now.minus(again))).await {
        tracing::warn!(%error, session = %session.id, "the use of a session could not be recorded");
    }
}
