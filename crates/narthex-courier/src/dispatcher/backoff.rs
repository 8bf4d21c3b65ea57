//! When a failed message is tried again, and when never.
//! Never looks at why it failed: the reference gives refusals by the mail server as many tries as any other failure.
//! Next: `worker.rs` asks.

use std::time::Duration;

use narthex_api::Time;
use uuid::Uuid;

use crate::settings::Worker;
use crate::store::Verdict;

const LONGEST: Duration = Duration::from_secs(600);
/// Each pause is this many times the one before.
const GROWTH: u32 = 4;

/// What becomes of a message whose try number `tries` failed at `now`.
pub(super) fn after_failure(worker: Worker, id: Uuid, tries: u32, now: Time, error: String) -> Verdict {
    if tries > worker.message_retries {
        return Verdict::Abandoned { error };
    }
    Verdict::Retry { due: now.plus(pause(worker.pull_wait, id, tries)), error }
}

/// The pause after try number `tries`, up to a quarter longer than its base, so that messages that failed together
/// do not come back together.
fn pause(base: Duration, id: Uuid, tries: u32) -> Duration {
    let growth = GROWTH.saturating_pow(tries.saturating_sub(1));
    let pause = base.saturating_mul(growth).min(LONGEST);
    // The last bits of an id are random.
    let share = u32::try_from(id.as_u128() % 256).unwrap_or(0);
    pause + pause / 1024 * share
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn worker(message_retries: u32) -> Worker {
        Worker { message_retries, pull_wait: Duration::from_millis(50), pull_count: 10 }
    }

    #[test]
    fn a_message_is_tried_once_more_than_it_may_be_retried() {
        let now = Time::new("2026-01-02T03:04:05Z".parse().unwrap());
        for retries in [0, 1, 5] {
            let verdict = |tries| after_failure(worker(retries), Uuid::nil(), tries, now, String::new());
            assert!(matches!(verdict(retries + 1), Verdict::Abandoned { .. }));
            if retries > 0 {
                assert!(matches!(verdict(retries), Verdict::Retry { .. }));
            }
        }
    }

    #[test]
    fn pauses_grow_fourfold_up_to_ten_minutes() {
        let pauses: Vec<_> = (1..=6).map(|tries| pause(Duration::from_secs(1), Uuid::nil(), tries).as_secs()).collect();
        assert_eq!(pauses, [1, 4, 16, 64, 256, 600]);
    }

    proptest! {
        #[test]
        fn no_pause_is_shorter_than_its_base_or_a_quarter_longer(base: Duration, id: u128, tries in 1_u32..) {
            let id = Uuid::from_u128(id);
            let (least, pause) = (pause(base, Uuid::nil(), tries), pause(base, id, tries));
            prop_assert!(pause >= least && pause <= least + least / 4);
            prop_assert!(least <= LONGEST);
        }
    }
}
