//! One-time codes: six digits on their way to an address, good for one flow, once.

use narthex_api::Time;
use narthex_courier::{Letter, Occasion, Recipient, Template, Via as Channel};
use narthex_db::{Batch, Db, DbError, params};
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

use super::{Failure, Flow, Kind};
use crate::config::Settings;
use crate::edge::{Caller, Problem};
use crate::secret::{alphanumeric, six_digits};
use crate::throttle::{self, Account, Secret, Try};

/// What a code is for; it counts for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To finish signing up.
    Registration,
    /// To sign in.
    Login,
    /// To show that an address is one's own.
    Verification,
    /// To show that an address is one's own, by following a link.
    VerificationLink,
    /// To get back in.
    Recovery,
    /// To get back in, by following a link.
    RecoveryLink,
}

/// That the address which a code went to is still its owner's, as far as the code lets somebody in. Those that administrators made
/// went to none.
const STILL_THEIRS: &str = "(address = '' OR purpose NOT IN ('login', 'recovery', 'recovery_link') \
    OR EXISTS (SELECT 1 FROM addresses a WHERE a.identity_id = codes.identity_id AND a.via = codes.via AND a.value = codes.address \
    AND (a.purpose = 'recovery' OR codes.purpose = 'login')) \
    OR (purpose = 'login' AND EXISTS (SELECT 1 FROM identifiers n WHERE n.identity_id = codes.identity_id AND n.value = codes.address)))";

/// Length of the token in a link: 190 bits.
const LINK_TOKEN_LENGTH: usize = 32;

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Login => "login",
            Self::Verification => "verification",
            Self::VerificationLink => "verification_link",
            Self::Recovery => "recovery",
            Self::RecoveryLink => "recovery_link",
        }
    }

    fn is_link(self) -> bool {
        matches!(self, Self::VerificationLink | Self::RecoveryLink)
    }

    /// How long a code or link for this counts.
    pub fn lifespan(self, settings: &Settings) -> Duration {
        let methods = &settings.config.selfservice.methods;
        if self.is_link() { methods.link.config.lifespan } else { methods.code.config.lifespan }
    }
}

/// A code that was sent, without its digits.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The code's id, to use it up by.
    pub id: Uuid,
    /// The identity that it is for, if it is for one.
    pub identity_id: Option<Uuid>,
    /// The address that it went to.
    pub address: String,
    /// The channel by which it went: `email` or `sms`.
    pub via: String,
    /// When it ends of itself.
    pub expires_at: Time,
}

/// Where a code goes, and whose it is.
pub struct Destination<'a> {
    /// The flow that it is good for.
    pub flow: Uuid,
    /// What it is for.
    pub purpose: Purpose,
    /// The identity that it is for, if it is for one.
    pub identity_id: Option<Uuid>,
    /// The channel: `email` or `sms`.
    pub via: &'a str,
    /// The address.
    pub address: &'a str,
}

/// Adds a new code, or the token of a link, to what is written together, without sending it: the secret, and the write.
///
/// # Errors
/// Where there is no secret to keep it under.
pub fn make_into(batch: Batch, caller: &Caller, to: &Destination<'_>, lifespan: Duration) -> Result<(String, Batch), Problem> {
    let expires_at = caller.app.clock.now().plus(lifespan);
    let code = if to.purpose.is_link() { alphanumeric(LINK_TOKEN_LENGTH) } else { six_digits() };
    let digest = caller
        .settings
        .code_keys
        .digest(&place(to.purpose, to.flow), &code)
        .ok_or_else(|| Problem::misconfigured("There is no secret to keep codes under: set secrets.cookie."))?;
    let batch = batch.push(
        "INSERT INTO codes (id, flow_id, purpose, identity_id, via, address, digest, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![Uuid::now_v7(), to.flow, to.purpose.name(), to.identity_id, to.via, to.address, digest, expires_at.timestamp()],
    );
    Ok((code, batch))
}

/// Adds a new code (or the token of a link) and its message to what is written together. `template` makes the message of the
/// digits and of the minutes that they count.
///
/// # Errors
/// Where there is no secret to keep it under.
pub async fn send_into(
    batch: Batch,
    caller: &Caller,
    to: &Destination<'_>,
    occasion: Occasion,
    template: impl FnOnce(String, u64) -> Template + Send,
) -> Result<Batch, Problem> {
    let (batch, message) = write(batch, caller, to, occasion, template).await?;
    Ok(batch.append(message))
}

/// As [`send_into`], for an address that no account has, so that it takes as long: the code counts for nothing, because it is nobody's,
/// and its message is thrown away.
///
/// # Errors
/// As [`send_into`].
pub async fn pretend_into(
    batch: Batch,
    caller: &Caller,
    (purpose, flow): (Purpose, Uuid),
    occasion: Occasion,
    template: impl FnOnce(String, u64) -> Template + Send,
) -> Result<Batch, Problem> {
    let nobody = Destination { flow, purpose, identity_id: None, via: "email", address: "" };
    let (batch, _) = write(batch, caller, &nobody, occasion, template).await?;
    Ok(batch)
}

/// A new code, added to what is written together, and what queues its message.
async fn write(
    batch: Batch,
    caller: &Caller,
    to: &Destination<'_>,
    occasion: Occasion,
    template: impl FnOnce(String, u64) -> Template + Send,
) -> Result<(Batch, Batch), Problem> {
    let lifespan = to.purpose.lifespan(&caller.settings);
    let (code, batch) = make_into(batch, caller, to, lifespan)?;
    let channel = Channel::parse(to.via).unwrap_or(Channel::Email);
    let letter =
        Letter { to: Recipient { via: channel, address: to.address.to_owned() }, template: template(code, minutes(lifespan)), occasion };
    Ok((batch, letter_into(caller, &letter).await))
}

/// What queues a message.
pub async fn letter_into(caller: &Caller, letter: &Letter) -> Batch {
    let message = caller.settings.composer.compose(letter).await;
    narthex_courier::enqueue(&message, Uuid::now_v7(), caller.app.clock.now())
}

/// Adds to what is written together that no earlier code of the flow counts any more.
pub fn revoke_into(batch: Batch, flow: Uuid) -> Batch {
    batch.push("DELETE FROM codes WHERE flow_id = $1", params![flow])
}

/// Adds to what is written together that no code or link counts any more which would let somebody into this account: its owner has
/// changed how they sign in. Those that administrators made stay.
pub fn outdate_into(batch: Batch, owner: Uuid) -> Batch {
    batch.push(
        "DELETE FROM codes WHERE identity_id = $1 AND address <> '' AND purpose IN ('login', 'recovery', 'recovery_link')",
        params![owner],
    )
}

/// The code of this flow that these digits are, over or not, unless it has been used or its address has left the account.
///
/// # Errors
/// Where the database does not answer.
pub async fn find(db: &Db, caller: &Caller, purpose: Purpose, flow: Uuid, digits: &str) -> Result<Option<Sent>, DbError> {
    let rows = db
        .query(
            format!(
                "SELECT id, identity_id, address, via, expires_at, digest FROM codes \
                 WHERE flow_id = $1 AND purpose = $2 AND used_at IS NULL AND {STILL_THEIRS}"
            ),
            params![flow, purpose.name()],
        )
        .await?;
    for row in rows {
        if caller.settings.code_keys.matches(&place(purpose, flow), digits, &row.get::<Vec<u8>>(5)?) {
            return Ok(Some(Sent {
                id: row.get(0)?,
                identity_id: row.get(1)?,
                address: row.get(2)?,
                via: row.get(3)?,
                expires_at: Time::new(row.get(4)?),
            }));
        }
    }
    Ok(None)
}

/// The identity that the code of this flow was made for, used up or over or not.
///
/// # Errors
/// Where the database does not answer.
pub async fn made_for(db: &Db, purpose: Purpose, flow: Uuid) -> Result<Option<Uuid>, DbError> {
    let row = db.query_opt("SELECT identity_id FROM codes WHERE flow_id = $1 AND purpose = $2", params![flow, purpose.name()]).await?;
    row.map_or(Ok(None), |row| row.get(0))
}

/// Counts a try of a code at the address that it was sent to, over all flows; `owner` is whose address it is, if anybody's.
///
/// # Errors
/// Where the person has to wait, or the database does not answer.
pub async fn count_try<K: Kind>(caller: &Caller, flow: &Flow<K>, owner: Option<Uuid>) -> Result<Try, Failure> {
    let address = flow.sent_to.as_deref().map(Account::Named);
    throttle::count(caller, Secret::Code, address.as_slice(), owner).await
}

/// Adds to what is written together that a code has been used: the whole fails where it has been used already, or its address has
/// left the account.
pub fn use_into(batch: Batch, id: Uuid, now: Time) -> Batch {
    let sql = format!("UPDATE codes SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND {STILL_THEIRS}");
    batch.push_expecting(1, sql, params![id, now.timestamp()])
}

/// What led to a message, from the request at hand.
pub fn occasion(caller: &Caller, request_url: &str, identity: Value, transient_payload: Option<Value>) -> Occasion {
    Occasion {
        identity,
        request_url: request_url.to_owned(),
        transient_payload: transient_payload.unwrap_or(Value::Null),
        oauth2_login_request: None,
        request_headers: caller.shown_headers(),
    }
}

fn place(purpose: Purpose, flow: Uuid) -> String {
    format!("{}:{flow}", purpose.name())
}

fn minutes(lifespan: Duration) -> u64 {
    lifespan.as_secs().div_ceil(60)
}
