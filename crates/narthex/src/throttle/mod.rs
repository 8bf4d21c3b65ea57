//! Brakes on guessing passwords and codes: each try is counted before it is looked at, for the account and for the network that it
//! comes from, and after some free tries each next one has to wait longer than the one before. Where an account's tries are used up,
//! those who have not tried from their network yet have a few of their own, so that nobody can keep its owner out.
//! Never says whether an account exists: whatever is typed is counted alike, though at an account rather than at each of its names. Next: `store.rs` for the counters, `device.rs` for
//! browsers that their person has signed in with before, `network.rs` for where a request comes from.

pub mod device;
mod network;
mod store;

use std::time::Duration;

use narthex_api::Time;
use narthex_api::message::Message;
use narthex_config::{Brake, Throttle};
use narthex_db::{Batch, DbError};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Event, Kind};
use crate::config::Settings;
use crate::edge::{Caller, Origin, Problem};
use crate::flow::Failure;
use network::Network;
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
#[derive(Debug, Default)]
#[must_use = "a try that was right has to be taken back"]
pub struct Try(Vec<Counter>);

/// Counts one try at each of these accounts, of which `owner` has them if anybody does.
///
/// # Errors
/// Where the person has to wait: said above the form, and by `Retry-After`. Where the database does not answer.
pub async fn count(caller: &Caller, secret: Secret, accounts: &[Account<'_>], owner: Option<Uuid>) -> Result<Try, Failure> {
    if !caller.settings.config.narthex.security.throttle.enabled {
        return Ok(Try::default());
    }
    let now = caller.app.clock.now();
    let mut opens_at = None;
    for counters in ways(caller, secret, accounts, owner)? {
        let batch = counters.iter().fold(Batch::ephemeral(), |batch, counter| store::count_into(batch, counter, now));
        match caller.app.db.write(batch).await {
            Ok(_) => return Ok(Try(counters)),
            Err(DbError::Unmet { .. }) => {
                let until = store::held_until(&caller.app.db, &counters).await?.unwrap_or(now);
                opens_at = Some(opens_at.map_or(until, |at: Time| at.min(until)));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let wait = opens_at.map_or(Duration::ZERO, |at| at.since(now));
    let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1);
    audit::record(caller, Event::new(Kind::AttemptThrottled { secret: secret.name(), wait_seconds: seconds }).of(owner)).await;
    Err(held_off(caller, secret, seconds))
}

/// The ways in which the try may be let through, each with the counters that all have to be free; the first that is free counts.
fn ways(caller: &Caller, secret: Secret, accounts: &[Account<'_>], owner: Option<Uuid>) -> Result<Vec<Vec<Counter>>, Problem> {
    let throttle = &caller.settings.config.narthex.security.throttle;
    let kind = secret.name();
    if let Some(device) = owner.and_then(|owner| device::known(caller, owner)) {
        // Strangers cannot use up the tries of a browser that the account's owner has signed in with.
        let counter = Counter::new(digest(&caller.settings, &["device", kind, &device])?, &throttle.account, Refund::Whole);
        return Ok(vec![vec![counter]]);
    }
    let at = |account: &Account<'_>, brake: &Brake, place: &[&str], refund: Refund| -> Result<Counter, Problem> {
        let (what, name) = match account {
            Account::Named(name) => ("account", (*name).to_owned()),
            Account::Identity(id) => ("identity", id.to_string()),
        };
        Ok(Counter::new(digest(&caller.settings, &[&[what, kind, &name], place].concat())?, brake, refund))
    };
    let network = network::of(caller);
    let near = |network: &Network| -> Result<Counter, Problem> {
        let digest = digest(&caller.settings, &["network", kind, &network.narrow])?;
        Ok(Counter::new(digest, &throttle.network.brake, Refund::One))
    };
    let mut known = Vec::with_capacity(accounts.len() + 1);
    for account in accounts {
        known.push(at(account, &throttle.account, &[], Refund::Whole)?);
    }
    let Some(network) = network else { return Ok(vec![known]) };
    known.push(near(&network)?);
    // Whoever uses up an account's tries does so from somewhere: its owner comes from elsewhere.
    let mut new = Vec::with_capacity(2 * accounts.len() + 1);
    for account in accounts {
        new.push(at(account, &throttle.newcomer, &["newcomer", &network.wide], Refund::Whole)?);
        new.push(at(account, &together(throttle), &["newcomers"], Refund::One)?);
    }
    new.push(near(&network)?);
    Ok(vec![known, new])
}

/// So many networks' worth of tries do newcomers to one account have together.
const NEWCOMERS: u32 = 100;

/// What holds newcomers to an account off together, for addresses can be made up where proxies are believed too readily, and bought.
fn together(throttle: &Throttle) -> Brake {
    Brake {
        tries: throttle.newcomer.tries.saturating_mul(NEWCOMERS),
        recovery: throttle.newcomer.recovery / NEWCOMERS,
        ..throttle.account.clone()
    }
}

impl Try {
    /// Adds to what is written together that the try was right: it does not count.
    pub fn right_into(&self, batch: Batch) -> Batch {
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
    let network = network::around(settings, origin.address()).map(|network| network.narrow).unwrap_or_default();
    let counter = Counter::new(digest(settings, &["event", what, &network])?, brake, Refund::One);
    Ok(store::count_into(batch, &counter, now))
}

/// Somebody has to wait. The one place where that is said, and told to operators.
fn held_off(caller: &Caller, secret: Secret, seconds: u64) -> Failure {
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
