//! Codes and links that administrators make for somebody who cannot get in by themselves: nothing is sent, whoever makes them
//! hands them on.

use std::time::Duration;

use http::{Method, StatusCode};
use narthex_api::Time;
use narthex_api::flow::FlowType;
use narthex_config::parse_duration;
use narthex_db::Batch;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{Recovery, form, is_enabled};
use crate::audit::{self, Event, Kind};
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::flow::code::{self, Destination, Purpose};
use crate::flow::{Flow, State, access, address, store};
use crate::handler;
use crate::identity::{Identity, document, store as identities};

/// The longest that a code or link may be made to count: a year.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// The routes of recovery on the admin listener.
pub fn routes() -> Vec<Resource> {
    vec![
        Resource::new("/admin/recovery/code", Guard::Admin).on(Method::POST, handler!(make_code)),
        Resource::new("/admin/recovery/link", Guard::Admin).on(Method::POST, handler!(make_link)),
    ]
}

/// What is asked for.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    identity_id: Option<Uuid>,
    #[serde(default)]
    expires_in: Option<String>,
    #[serde(default)]
    flow_type: Option<String>,
}

impl Asked {
    fn read(caller: &Caller) -> Result<Self, Problem> {
        let media = caller.header("content-type").unwrap_or_default();
        if !media.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json")) {
            return Err(Problem::bad_request("The body has to be JSON, and to be announced as application/json."));
        }
        let body = document::json(&caller.body)?;
        if !body.is_object() {
            return Err(Problem::bad_request("The body is not a JSON object."));
        }
        Self::deserialize::<Value>(body).map_err(document::unreadable)
    }

    async fn identity(&self, caller: &Caller) -> Result<Option<Identity>, Problem> {
        let Some(id) = self.identity_id else { return Ok(None) };
        Ok(identities::find(&caller.app.db, id).await?)
    }

    /// How long it is to count; as long as others of its kind where that is not said.
    fn lifespan(&self, usual: Duration) -> Result<Duration, Problem> {
        let Some(text) = self.expires_in.as_deref().filter(|text| !text.is_empty()) else { return Ok(usual) };
        let lifespan = duration(text).filter(|lifespan| !lifespan.is_zero() && *lifespan <= LONGEST);
        lifespan.ok_or_else(|| {
            Problem::bad_request(format!("\"{text}\" in expires_in is no duration such as 12h, 90m or 30s, or it is longer than a year."))
        })
    }

    fn client(&self) -> Result<FlowType, Problem> {
        match self.flow_type.as_deref() {
            None | Some("browser") => Ok(FlowType::Browser),
            Some("api") => Ok(FlowType::Api),
            Some(other) => Err(Problem::bad_request(format!("There are no flows of type \"{other}\": there are browser and api."))),
        }
    }
}

/// Reads a duration, whose numbers may have fractions: `1h30m`, `2.5h`.
fn duration(text: &str) -> Option<Duration> {
    if let Some(whole) = parse_duration(text) {
        return Some(whole);
    }
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let (number, after) = rest.split_at_checked(rest.find(|c: char| !c.is_ascii_digit() && c != '.')?)?;
        let (unit, next) = after.split_at_checked(after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len()))?;
        let unit = parse_duration(&format!("1{unit}"))?;
        total = total.checked_add(Duration::try_from_secs_f64(number.parse::<f64>().ok()? * unit.as_secs_f64()).ok()?)?;
        rest = next;
    }
    Some(total)
}

/// A code or link that was made.
#[derive(Serialize)]
struct Made {
    recovery_link: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_code: Option<String>,
    expires_at: Time,
}

/// `POST /admin/recovery/code`: a code, and the page where it is typed in.
async fn make_code(caller: &Caller) -> Result<Reply, Problem> {
    if !is_enabled(&caller.settings, "code") {
        return Err(Problem::not_found("No recovery code can be made: selfservice.methods.code is switched off."));
    }
    let asked = Asked::read(caller)?;
    let client = asked.client()?;
    let lifespan = asked.lifespan(Purpose::Recovery.lifespan(&caller.settings))?;
    let identity = asked.identity(caller).await?.ok_or_else(|| Problem::not_found("There is no such identity."))?;
    let mut flow = begin(caller, client, "code", lifespan)?;
    flow.state = State::SentEmail;
    flow.form = Some(form::made_by_admin());
    let (code, expires_at) = make(caller, &flow, Purpose::Recovery, &identity, lifespan).await?;
    let made = Made { recovery_link: access::page(caller, &flow), recovery_code: Some(code), expires_at };
    Ok(Reply::json_with(StatusCode::CREATED, &made))
}

/// `POST /admin/recovery/link`: a link that signs in by itself.
async fn make_link(caller: &Caller) -> Result<Reply, Problem> {
    if !is_enabled(&caller.settings, "link") {
        return Err(Problem::not_found("No recovery link can be made: selfservice.methods.link is switched off."));
    }
    let asked = Asked::read(caller)?;
    let lifespan = asked.lifespan(Purpose::RecoveryLink.lifespan(&caller.settings))?;
    let flow = begin(caller, FlowType::Browser, "link", lifespan)?;
    let identity = asked.identity(caller).await?.ok_or_else(|| Problem::bad_request("There is no such identity."))?;
    let (token, expires_at) = make(caller, &flow, Purpose::RecoveryLink, &identity, lifespan).await?;
    Ok(Reply::json(&Made { recovery_link: address::link(caller, &flow, &token), recovery_code: None, expires_at }))
}

/// The flow in which a code or link of an administrator's counts.
fn begin(caller: &Caller, client: FlowType, method: &'static str, lifespan: Duration) -> Result<Flow<Recovery>, Problem> {
    let own = Recovery { by_admin: true, skip_settings: false };
    let mut flow = Flow::begin(caller, client, lifespan, own);
    if let Some(return_to) = &flow.return_to {
        caller.settings.return_to.check(return_to)?;
    }
    flow.organization_id = None;
    flow.identity_schema = None;
    flow.csrf = None;
    flow.active = Some(method.into());
    Ok(flow)
}

/// Keeps the flow and its code or link. It goes to no address, and shows nothing of one.
async fn make(
    caller: &Caller,
    flow: &Flow<Recovery>,
    purpose: Purpose,
    identity: &Identity,
    lifespan: Duration,
) -> Result<(String, Time), Problem> {
    let to = Destination { flow: flow.id, purpose, identity_id: Some(identity.id), via: "email", address: "" };
    let (secret, batch) = code::make_into(store::insert_into(Batch::durable(), flow)?, caller, &to, lifespan)?;
    let begun = Kind::RecoveryBegun { method: if purpose == Purpose::Recovery { "code" } else { "link" } };
    caller.app.db.write(audit::event_into(batch, caller, Event::new(begun).of(identity.id).flow(flow.id))).await?;
    Ok((secret, flow.expires_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_may_have_fractions() {
        assert_eq!(duration("1h30m5s"), Some(Duration::from_secs(5405)));
        assert_eq!(duration("2.5h"), Some(Duration::from_secs(9000)));
        for wrong in ["1d", "-1h", "soon", "5", ".h", "1.2.3h"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read_as_a_duration(text in ".{0,30}") {
            let _ = duration(&text);
        }
    }
}
