//! Brakes on guessing passwords and codes: each try is counted before it is looked at, for the account and for the network that it
//! comes from, and after some free tries each next one has to wait longer than the one before.
//! Never says whether an account exists: whatever is typed is counted alike. Next: `store.rs` for the counters, `device.rs` for
//! browsers that their person has signed in with before, `network.rs` for where a request comes from.

pub mod device;
mod network;
mod store;

use std::time::Duration;

use narthex_api::Time;
use narthex_api::message::Message;
use narthex_config::Brake;
use narthex_db::{Batch, DbError};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Event, Kind};
use crate::config::Settings;
use crate::edge::{Caller, Origin, Problem};
use crate::flow::Failure;
use store::{Counter, Refund};

/// The message that somebody has to wait.
pub const HELD_OFF: u64 = 4_900_001;

/// What is guessed. Each kind is counted by itself, so that guessing passwords does not keep anybody from using a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// The password of an account.
    Password,
    /// A code that was sent to an address.
    Code,
}

impl Secret {
    fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
        }
    }
}

/// What tries are counted at.
#[derive(Clone, Copy, Debug)]
pub enum Account<'a> {
    /// An identifier or address in its canonical form, whether an account has it or not.
    Named(&'a str),
    /// An identity, at none of its names.
    Identity(Uuid),
}

/// A try that has been counted, and may be looked at.
#[derive(Debug)]
#[must_use = "a try that was right has to be taken back"]
pub struct Try(Vec<Counter>);

/// Counts one try at each of these accounts, of which `owner` has them if anybody does.
///
/// # Errors
/// Where the person has to wait: said above the form, and by `Retry-After`. Where the database does not answer.
pub async fn count(caller: &Caller, secret: Secret, accounts: &[Account<'_>], owner: Option<Uuid>) -> Result<Try, Failure> {
    let throttle = &caller.settings.config.narthex.security.throttle;
    if !throttle.enabled {
        return Ok(Try(Vec::new()));
    }
    let kind = secret.name();
    let mut counters = Vec::new();
    if let Some(device) = owner.and_then(|owner| device::known(caller, owner)) {
        // Strangers cannot use up the tries of a browser that the account's owner has signed in with.
        counters.push(Counter::new(digest(&caller.settings, &["device", kind, &device])?, &throttle.account, Refund::Whole));
    } else {
        for account in accounts {
            let digest = match account {
                Account::Named(name) => digest(&caller.settings, &["account", kind, name])?,
                Account::Identity(id) => digest(&caller.settings, &["identity", kind, &id.to_string()])?,
            };
            counters.push(Counter::new(digest, &throttle.account, Refund::Whole));
        }
        if let Some(network) = network::of(caller) {
            counters.push(Counter::new(digest(&caller.settings, &["network", kind, &network])?, &throttle.network.brake, Refund::One));
        }
    }
    let now = caller.app.clock.now();
    let batch = counters.iter().fold(Batch::ephemeral(), |batch, counter| store::count_into(batch, counter, now));
    match caller.app.db.write(batch).await {
        Ok(_) => Ok(Try(counters)),
        Err(DbError::Unmet { .. }) => {
            let until = store::held_until(&caller.app.db, &counters).await?;
            let wait = until.map_or(Duration::ZERO, |until| until.since(now));
            audit::record(caller, Event::new(Kind::AttemptThrottled { secret: kind, wait_seconds: wait.as_secs() }).of(owner)).await;
            Err(held_off(caller, secret, wait))
        }
        Err(error) => Err(error.into()),
    }
}

impl Try {
    /// Adds to what is written together that the try was right: it does not count.
    pub fn right_into(self, batch: Batch) -> Batch {
        self.0.iter().fold(batch, store::refund_into)
    }

    /// The try was right, and nothing else is written with it.
    pub async fn right(self, caller: &Caller) {
        if let Err(error) = caller.app.db.write(self.right_into(Batch::ephemeral())).await {
            tracing::warn!(%error, "a right try stays counted");
        }
    }

    /// Takes the try back because nothing has been looked at.
    pub async fn withdraw(self, caller: &Caller) {
        let batch = self.0.iter().fold(Batch::ephemeral(), store::take_back_into);
        if let Err(error) = caller.app.db.write(batch).await {
            tracing::warn!(%error, "a try that was not looked at stays counted");
        }
    }
}

/// Adds to what is written together that there is one more event of this kind from the network of a request, whatever network that is;
/// the whole is not done where there are more of them than this brake allows.
///
/// # Errors
/// Where there is no secret to count under.
pub fn seldom_into(batch: Batch, settings: &Settings, origin: &Origin<'_>, what: &str, brake: &Brake, now: Time) -> Result<Batch, Problem> {
    let network = network::around(settings, origin.address()).unwrap_or_default();
    let counter = Counter::new(digest(settings, &["event", what, &network])?, brake, Refund::One);
    Ok(store::count_into(batch, &counter, now))
}

/// Somebody has to wait. The one place where that is said, and told to operators.
fn held_off(caller: &Caller, secret: Secret, wait: Duration) -> Failure {
    let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1);
    caller.retry_after(seconds);
    tracing::info!(secret = secret.name(), seconds, "a try was held off");
    let at = caller.app.clock.now().plus(Duration::from_secs(seconds));
    let unit = if seconds == 1 { "second" } else { "seconds" };
    Message::error(HELD_OFF, "")
        .with_text(format!("There were too many tries. Please wait {seconds} {unit}, and try again."))
        .with_context(json!({ "wait_seconds": seconds, "retry_at": at, "retry_at_unix": at.unix() }))
        .into()
}

/// What a counter is kept under: nobody who reads the table learns whom it is about.
fn digest(settings: &Settings, parts: &[&str]) -> Result<Vec<u8>, Problem> {
    settings
        .code_keys
        .digest("throttle", &parts.join("\0"))
        .ok_or_else(|| Problem::misconfigured("There is no secret to count tries under: set secrets.cookie."))
}
