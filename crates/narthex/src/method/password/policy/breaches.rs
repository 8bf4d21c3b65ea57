//! Whether a password is known from breaches: asked by the first five digits of its SHA-1, so that nobody learns which.

use std::fmt::Write;
use std::time::Duration;

use http::{HeaderMap, Method};
use narthex_api::message::Message;
use narthex_config::PasswordSettings;
use narthex_hash::Password;
use serde_json::json;
use sha1::{Digest, Sha1};

use crate::edge::Caller;
use crate::outside::Ask;

pub(super) async fn check(caller: &Caller, policy: &PasswordSettings, password: &Password) -> Result<(), Box<Message>> {
    if !policy.haveibeenpwned_enabled {
        return Ok(());
    }
    match count(caller, policy, password).await {
        Ok(breaches) if breaches > u64::from(policy.max_breaches) => {
            let message = Message::error(4_000_034, "The password is known from data breaches and must not be used any more. Please choose another one.");
            Err(Box::new(message.with_context(json!({ "breaches": breaches }))))
        }
        Ok(_) => Ok(()),
        Err(reason) if policy.ignore_network_errors => {
            tracing::warn!(reason, "a password could not be looked up among the breached ones and passes");
            Ok(())
        }
        Err(_) => Err(Box::new(crate::flow::generic_message(
            "The password could not be checked at the moment. Please try again later.",
        ))),
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
    let line = text.lines().find_map(|line| line.trim().split_once(':').filter(|(suffix, _)| suffix.eq_ignore_ascii_case(rest)));
    Ok(line.and_then(|(_, count)| count.trim().parse().ok()).unwrap_or(0))
}
