//! The counters: one row for each account, device and network, and one statement that counts only where nobody has to wait. They are
//! ephemeral. Instances share them through the database.
//!
//! A counter is kept as the time at which all its tries will be forgotten: each try moves that on by one recovery time, so that the
//! number of tries that still count follows from it (the generic cell rate algorithm).

use std::sync::LazyLock;
use std::time::Duration;

use narthex_api::Time;
use narthex_config::Brake;
use narthex_db::{Batch, Db, DbError, Value, params};

/// How much of a counter a right try takes back.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refund {
    /// All: the person has shown who they are.
    Whole,
    /// Its own try: others of the same network still count.
    One,
}

/// One counter and its brake, times in microseconds.
#[derive(Debug)]
pub(super) struct Counter {
    digest: Vec<u8>,
    refund: Refund,
    tries: i64,
    first_delay: i64,
    max_delay: i64,
    recovery: i64,
}

impl Counter {
    pub(super) fn new(digest: Vec<u8>, brake: &Brake, refund: Refund) -> Self {
        let first_delay = micros(brake.first_delay);
        Self {
            digest,
            refund,
            tries: i64::from(brake.tries),
            first_delay,
            max_delay: micros(brake.max_delay).max(first_delay),
            recovery: micros(brake.recovery),
        }
    }

    /// After so many doublings the delay is at its longest.
    fn doublings(&self) -> i64 {
        (0..62).find(|doublings| self.first_delay >= self.max_delay >> doublings).unwrap_or(62)
    }

    /// How long the next try has to wait after the very first one.
    fn delay_after_one(&self) -> i64 {
        if self.tries > 1 { 0 } else { self.first_delay }
    }
}

/// Nobody has to wait. It is no moment, because the clocks of instances differ, and requests overtake each other.
const FREE: i64 = 0;

/// Microseconds, at least one and at most about three years, so that sums of them fit.
fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX).clamp(1, 100_000_000_000_000)
}

/// $1 digest, $2 now, $3 recovery, $4 tries, $5 first delay, $6 longest delay, $7 doublings, $8 and $9 the values of a new row.
static COUNT: LazyLock<String> = LazyLock::new(|| {
    let now = "CAST($2 AS BIGINT)";
    let recovery = "CAST($3 AS BIGINT)";
    let forgotten = format!("(CASE WHEN throttle.forgotten_at > {now} THEN throttle.forgotten_at ELSE {now} END + {recovery})");
    let rest = format!("({forgotten} - {now} + {recovery} - 1)");
    // Nothing is left over, so that engines that divide into fractions count alike.
    let count = format!("CAST(({rest} - {rest} % {recovery}) / {recovery} AS BIGINT)");
    let over = format!("({count} - CAST($4 AS BIGINT))");
    format!(
        "INSERT INTO throttle (digest, forgotten_at, held_until) VALUES ($1, $8, $9) \
         ON CONFLICT (digest) DO UPDATE SET forgotten_at = {forgotten}, held_until = CASE \
         WHEN {over} < 0 THEN 0 \
         WHEN {over} >= CAST($7 AS BIGINT) THEN {now} + CAST($6 AS BIGINT) \
         ELSE {now} + (CAST($5 AS BIGINT) << CAST({over} AS INTEGER)) END \
         WHERE throttle.held_until <= {now}"
    )
});

/// Adds one try to what is written together; the whole is not done where it has to wait.
pub(super) fn count_into(batch: Batch, counter: &Counter, now: Time) -> Batch {
    let now = now.timestamp().as_microsecond();
    let new = params![
        counter.digest.clone(),
        now,
        counter.recovery,
        counter.tries,
        counter.first_delay,
        counter.max_delay,
        counter.doublings(),
        now + counter.recovery,
        match counter.delay_after_one() {
            0 => FREE,
            delay => now + delay,
        },
    ];
    batch.push_expecting(1, COUNT.as_str(), new)
}

/// Adds to what is written together that a try was right.
pub(super) fn refund_into(batch: Batch, counter: &Counter) -> Batch {
    match counter.refund {
        Refund::Whole => batch.push("DELETE FROM throttle WHERE digest = $1", params![counter.digest.clone()]),
        Refund::One => take_back_into(batch, counter),
    }
}

/// Adds to what is written together that a try does not count, nor the wait that it began: since it was let through, there was none.
pub(super) fn take_back_into(batch: Batch, counter: &Counter) -> Batch {
    batch.push(
        "UPDATE throttle SET forgotten_at = forgotten_at - $2, held_until = $3 WHERE digest = $1",
        params![counter.digest.clone(), counter.recovery, FREE],
    )
}

/// When the last of these counters lets a try through again.
///
/// # Errors
/// Where the database does not answer.
pub(super) async fn held_until(db: &Db, counters: &[Counter]) -> Result<Option<Time>, DbError> {
    let places = (1..=counters.len()).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ");
    let digests: Vec<Value> = counters.iter().map(|counter| counter.digest.clone().into()).collect();
    let rows = db.query(format!("SELECT held_until FROM throttle WHERE digest IN ({places})"), digests).await?;
    let mut latest = None;
    for row in rows {
        latest = latest.max(Some(Time::new(row.get(0)?)));
    }
    Ok(latest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_until_they_are_at_their_longest() {
        let brake = |first, longest| Brake {
            tries: 1,
            first_delay: Duration::from_secs(first),
            max_delay: Duration::from_secs(longest),
            recovery: Duration::from_secs(1),
        };
        let doublings = |first, longest| Counter::new(Vec::new(), &brake(first, longest), Refund::One).doublings();
        assert_eq!((doublings(1, 1), doublings(1, 8), doublings(1, 900), doublings(5, 1)), (0, 3, 10, 0));
    }
}
