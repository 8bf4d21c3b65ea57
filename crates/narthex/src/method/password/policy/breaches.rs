//! Whether a password is known from breaches: asked by the first five digits of its SHA-1, so that nobody learns which.

use std::fmt::Write;
use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use narthex_api::message::Message;
use narthex_config::PasswordSettings;
use narthex_hash::Password;
use serde_json::json;
use sha1::{Digest, Sha1};

use super::Refusal;
use crate::edge::{Caller, Problem};
use crate::outside::Ask;

pub(super) async fn check(caller: &Caller, policy: &PasswordSettings, password: &Password) -> Result<(), Refusal> {
    if !policy.haveibeenpwned_enabled {
        return Ok(());
    }
    match count(caller, policy, password).await {
        Ok(breaches) if breaches > u64::from(policy.max_breaches) => {
            let message = Message::error(
                4_000_034,
                "The password is known from data breaches and must not be used any more. Please choose another one.",
            );
            Err(message.with_context(json!({ "breaches": breaches })).into())
        }
        Ok(_) => Ok(()),
        Err(reason) if policy.ignore_network_errors => {
            tracing::warn!(reason, "a password could not be looked up among the breached ones and passes");
            Ok(())
        }
        Err(reason) => {
            let problem = Problem::new(
                StatusCode::BAD_GATEWAY,
                "The password could not be looked up among the breached ones. Please try again later.",
            );
            Err(Refusal::Unchecked(Box::new(problem.with_id("upstream_error").with_debug(reason))))
        }
    }
}

/// How many times the password was seen.
async fn count(caller: &Caller, policy: &PasswordSettings, password: &Password) -> Result<u64, String> {
    let mut digest = String::with_capacity(40);
    for byte in Sha1::digest(password.as_bytes()) {
        let _ = write!(digest, "{byte:02X}");
    }
    let (prefix, rest) = digest.split_at(5);
    let host = &policy.haveibeenpwned_host;
    let url = if host.contains("://") { format!("{host}/range/{prefix}") } else { format!("https://{host}/range/{prefix}") };
    let ask = Ask { method: Method::GET, url: &url, headers: HeaderMap::new(), body: None, timeout: Duration::from_secs(5) };
    // The address holds a part of the password's digest, so it is not to be shown.
    let answer = caller.app.outside.ask(ask).await.map_err(|_| format!("{host} could not be asked"))?;
    if answer.status != 200 {
        return Err(format!("the answer has status {}", answer.status));
    }
    let text = String::from_utf8_lossy(&answer.body);
    // A hash that is listed without a number was seen once.
    let counts = text.lines().map(|line| line.trim().split_once(':').unwrap_or((line.trim(), "1")));
    let seen = counts.filter(|(suffix, _)| suffix.eq_ignore_ascii_case(rest)).find_map(|(_, count)| count.trim().parse().ok());
    Ok(seen.unwrap_or(0))
}
