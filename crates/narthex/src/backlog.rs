//! What waits to be delivered, messages and calls of web hooks: shown by metrics, and warned of where it grows.
//! Next: `narthex_db::Queue`, which counts.

use std::time::Duration;

use narthex_courier::Via;
use narthex_db::DbError;
use tokio::sync::watch;

use crate::app::App;
use crate::hook::outbox;

/// The pause between two looks.
const PAUSE: Duration = Duration::from_secs(30);
/// How long a queue is when it is warned of first.
const LONG: u64 = 1000;

/// What waits in a queue, or in a part of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// How much it is.
    pub(crate) count: u64,
    /// How long the oldest of it has waited.
    pub(crate) oldest: Duration,
}

impl Waiting {
    fn add(&mut self, count: u64, oldest: Duration) {
        self.count += count;
        self.oldest = self.oldest.max(oldest);
    }
}

/// What waits, of all kinds.
#[derive(Clone, Debug)]
pub(crate) struct Backlog {
    /// Messages, channel by channel.
    pub(crate) messages: [(&'static str, Waiting); Via::ALL.len()],
    /// Calls of web hooks that the outbox keeps.
    pub(crate) calls: Waiting,
}

/// What waits now.
///
/// # Errors
/// Where the database does not answer.
pub(crate) async fn now(app: &App) -> Result<Backlog, DbError> {
    let age = |oldest| app.clock.now().since(narthex_api::Time::new(oldest));
    let mut backlog = Backlog { messages: Via::ALL.map(|via| (via.as_str(), Waiting::default())), calls: Waiting::default() };
    for lane in narthex_courier::backlog(&app.db).await? {
        if let Some((_, waiting)) = backlog.messages.iter_mut().find(|(channel, _)| *channel == lane.lane) {
            waiting.add(lane.waiting, age(lane.oldest));
        }
    }
    for lane in outbox::backlog(&app.db).await? {
        backlog.calls.add(lane.waiting, age(lane.oldest));
    }
    Ok(backlog)
}

/// When a queue is warned of: once it is long, and again each time that it has doubled since.
struct Alarm {
    next: u64,
}

impl Alarm {
    fn new() -> Self {
        Self { next: LONG }
    }

    fn rings(&mut self, count: u64) -> bool {
        if count < LONG / 2 {
            self.next = LONG;
        }
        let rings = count >= self.next;
        if rings {
            self.next = count.saturating_mul(2);
        }
        rings
    }
}

/// Warns of queues that grow, until `stop` says so.
pub(crate) async fn watch(app: App, mut stop: watch::Receiver<bool>) {
    let mut messages = Via::ALL.map(|_| Alarm::new());
    let mut calls = Alarm::new();
    loop {
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = stop.changed() => return,
        }
        // Whatever keeps the database from answering is told by those who work the queues off.
        let Ok(backlog) = now(&app).await else { continue };
        for ((channel, Waiting { count, oldest }), alarm) in backlog.messages.into_iter().zip(&mut messages) {
            if alarm.rings(count) {
                tracing::warn!(channel, count, oldest_seconds = oldest.as_secs(), "more and more messages wait to be delivered");
            }
        }
        let Waiting { count, oldest } = backlog.calls;
        if calls.rings(count) {
            tracing::warn!(count, oldest_seconds = oldest.as_secs(), "more and more calls of web hooks wait to be made");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_warned_of_when_it_is_long_and_when_it_has_doubled() {
        let mut alarm = Alarm::new();
        let lengths = [999, 1000, 1500, 1999, 2100, 4199, 4200, 600, 5000, 499, 1000];
        let told: Vec<u64> = lengths.into_iter().filter(|length| alarm.rings(*length)).collect();
        assert_eq!(told, [1000, 2100, 4200, 1000]);
    }
}
