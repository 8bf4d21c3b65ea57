//! Removes what has expired, a few rows at a time, so that nobody waits for it. Any number of instances may do so at once: a row that
//! another one removed first is simply gone.

use std::time::Duration;

use narthex_api::Time;
use narthex_db::{Batch, Db, DbError, params};
use tokio::sync::watch;

use crate::app::App;
use crate::audit;
use crate::hook::outbox;
use crate::identity::store as identities;
use crate::session::idle;

/// How long what has expired can still be asked for: a client learns that its flow has expired, not that there never was one.
const AFTERLIFE: Duration = Duration::from_secs(60 * 60);
/// How long a session that has expired stays in the lists of operators.
const SESSION_AFTERLIFE: Duration = Duration::from_secs(24 * 60 * 60);
/// The pause between two batches of one round.
const BREATH: Duration = Duration::from_millis(20);

/// What is removed, how long after it has expired. Kept errors are flows, too.
const STATEMENTS: [(&str, Duration, &str); 6] = [
    ("flows", AFTERLIFE, "DELETE FROM flows WHERE id IN (SELECT id FROM flows WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)"),
    ("codes", AFTERLIFE, "DELETE FROM codes WHERE id IN (SELECT id FROM codes WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)"),
    (
        "changes that wait",
        AFTERLIFE,
        "DELETE FROM address_changes WHERE flow_id IN (SELECT flow_id FROM address_changes WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
    ),
    (
        "token exchanges",
        AFTERLIFE,
        "DELETE FROM token_exchanges WHERE flow_id IN (SELECT flow_id FROM token_exchanges WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
    ),
    (
        "sessions",
        SESSION_AFTERLIFE,
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
    ),
    (
        "counters of tries",
        Duration::ZERO,
        "DELETE FROM throttle WHERE digest IN (SELECT digest FROM throttle WHERE forgotten_at < $1 AND held_until < $1 ORDER BY forgotten_at LIMIT $2)",
    ),
];

/// Removes what has expired once each `narthex.cleanup.interval`, until `stop` says so.
pub(crate) async fn run(app: App, mut stop: watch::Receiver<bool>) {
    loop {
        let pause = app.settings().config.narthex.cleanup.interval;
        // Zero switches it off; whether it still does is looked at now and then.
        let wait = if pause.is_zero() { Duration::from_secs(60) } else { pause };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stop.changed() => return,
        }
        app.sessions.sweep();
        // The version of the program before may still run, and write identities without what they are looked for by.
        if let Err(error) = identities::refresh_search(&app.db).await {
            tracing::warn!(%error, "what identities are looked for by could not be brought up to date; the next round tries again");
        }
        let cleanup = app.settings().config.narthex.cleanup.clone();
        if cleanup.interval.is_zero() {
            continue;
        }
        let now = app.clock.now();
        // One that fails holds up no other.
        let done = [
            round(&app.db, cleanup.batch_size, Duration::ZERO, |afterlife| now.minus(afterlife)).await,
            unused(&app, cleanup.batch_size).await,
            settled(&app, now, cleanup.batch_size).await,
        ];
        for error in done.into_iter().filter_map(Result::err) {
            tracing::warn!(%error, "what has expired could not be removed; the next round tries again");
        }
    }
}

/// Ends sessions that have been left unused.
async fn unused(app: &App, batch_size: u32) -> Result<(), DbError> {
    while idle::end(app, batch_size).await? >= usize::try_from(batch_size).unwrap_or(usize::MAX) {
        tokio::time::sleep(BREATH).await;
    }
    Ok(())
}

/// Removes events, and messages and calls of web hooks that were settled, once they were kept as long as the configuration says.
async fn settled(app: &App, now: Time, batch_size: u32) -> Result<(), DbError> {
    let settings = app.settings();
    let narthex = &settings.config.narthex;
    if !narthex.courier.retention.is_zero() {
        let before = now.minus(narthex.courier.retention);
        while narthex_courier::cleanup(&app.db, before, batch_size).await? >= u64::from(batch_size) {
            tokio::time::sleep(BREATH).await;
        }
    }
    if !narthex.audit.retention.is_zero() {
        let before = now.minus(narthex.audit.retention);
        let some = || app.db.write(audit::expired_into(Batch::ephemeral(), before, batch_size));
        while some().await?.into_iter().sum::<u64>() >= u64::from(batch_size) {
            tokio::time::sleep(BREATH).await;
        }
    }
    if !narthex.webhooks.outbox.retention.is_zero() {
        let before = now.minus(narthex.webhooks.outbox.retention);
        while outbox::cleanup(&app.db, before, batch_size).await? >= u64::from(batch_size) {
            tokio::time::sleep(BREATH).await;
        }
    }
    Ok(())
}

/// Removes everything that had expired at `before`, on somebody's command: with as many rows at a time, and a pause between two tables.
///
/// # Errors
/// Where the database does not answer. What was removed until then stays so.
pub async fn at_once(db: &Db, before: Time, batch_size: u32, pause: Duration) -> Result<(), DbError> {
    round(db, batch_size, pause, |_| before).await
}

/// Removes everything that had expired at the time that follows from how long it is kept.
async fn round(db: &Db, batch_size: u32, pause: Duration, time: impl Fn(Duration) -> Time) -> Result<(), DbError> {
    for (number, (what, afterlife, sql)) in STATEMENTS.into_iter().enumerate() {
        if number > 0 {
            tokio::time::sleep(pause).await;
        }
        let before = time(afterlife);
        let mut removed = 0;
        loop {
            let batch = Batch::ephemeral().push(sql, params![before.timestamp(), batch_size]);
            let rows = db.write(batch).await?.into_iter().sum::<u64>();
            removed += rows;
            if rows < u64::from(batch_size) {
                break;
            }
            tokio::time::sleep(BREATH).await;
        }
        if removed > 0 {
            tracing::debug!(what, removed, "removed what had expired");
        }
    }
    Ok(())
}
