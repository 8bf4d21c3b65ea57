//! A submission that waits until its owner has shown once more who they are: sealed in the flow, for the browser that sent it.
//! Only the cookie that the browser got with the answer opens it, once, and not for long.

use std::time::Duration;

use narthex_api::{Text, Time};
use serde::{Deserialize, Serialize};

use super::Settings;
use crate::edge::cookie::SameSite;
use crate::edge::{Caller, Problem};
use crate::flow::Flow;
use crate::flow::input::Input;
use crate::secret::alphanumeric;

/// The cookie, as clients know it.
const COOKIE: &str = "ory_kratos_continuity";
/// How long browsers keep it, in seconds.
const COOKIE_AGE: i64 = 30 * 24 * 60 * 60;
/// What the cookie's value is sealed for.
const PURPOSE: &str = "continuity cookie";
/// How long a submission waits.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// Length of what the cookie holds: 190 bits.
const TOKEN_LENGTH: usize = 32;

/// A submission that waits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Held {
    /// The method that it is for.
    method: Text,
    /// Until when it waits.
    until: Time,
    /// What was sent, sealed.
    sealed: String,
}

/// Has the submission wait in the flow, and gives back the cookies that go with the answer.
pub(super) fn hold(caller: &Caller, flow: &mut Flow<Settings>, input: &Input) -> Result<Vec<String>, Problem> {
    let token = token_of(caller).unwrap_or_else(|| alphanumeric(TOKEN_LENGTH));
    let sealed = caller.settings.sealer.seal(&place(flow, &token), input.to_json().as_bytes()).ok_or_else(no_secret)?;
    let method = Text::from(input.method());
    // Where one of the same method waited already, it is taken out first, which clients see in the cookies.
    let again = token_of(caller).is_some() && flow.own.held.as_ref().is_some_and(|held| held.method == method);
    flow.own.held = Some(Held { method, until: caller.app.clock.now().plus(PATIENCE), sealed });
    (0..=u8::from(again)).map(|_| cookie(caller, &token)).collect()
}

/// The submission that waits in the flow for this browser. It waits no longer once the flow is kept.
pub(super) fn take(caller: &Caller, flow: &mut Flow<Settings>) -> Option<Input> {
    let token = token_of(caller)?;
    let held = flow.own.held.take_if(|held| held.until > caller.app.clock.now())?;
    let plain = caller.settings.sealer.open(&place(flow, &token), &held.sealed)?;
    Input::from_json(&plain)
}

/// The cookies that say that nothing waits any more: two, as clients know it.
pub(super) fn forget(caller: &Caller) -> Result<Vec<String>, Problem> {
    if token_of(caller).is_none() {
        return Ok(Vec::new());
    }
    (0..2).map(|_| cookie(caller, "")).collect()
}

fn token_of(caller: &Caller) -> Option<String> {
    let plain = caller.settings.sealer.open(PURPOSE, caller.cookie(COOKIE)?)?;
    String::from_utf8(plain).ok().filter(|token| !token.is_empty())
}

fn cookie(caller: &Caller, token: &str) -> Result<String, Problem> {
    let mut attributes = caller.settings.cookies.clone();
    attributes.same_site = SameSite::Lax;
    let value = caller.settings.sealer.seal(PURPOSE, token.as_bytes()).ok_or_else(no_secret)?;
    Ok(attributes.set(COOKIE, &value, Some(COOKIE_AGE)))
}

fn place(flow: &Flow<Settings>, token: &str) -> String {
    format!("held settings {} {token}", flow.id)
}

fn no_secret() -> Problem {
    Problem::misconfigured("There is no secret to seal cookies with: set secrets.cookie.")
}
