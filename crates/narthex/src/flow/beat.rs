//! Answers that leave in beats, where nobody may learn from their time which accounts there are.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::edge::Caller;

/// Such answers leave at multiples of this.
const LENGTH: Duration = Duration::from_millis(10);

/// The beat of one request.
pub struct Beat(Option<Instant>);

impl Beat {
    /// Begins with the request; silent where accounts may be told apart.
    pub fn begin(caller: &Caller) -> Self {
        Self(caller.settings.config.security.account_enumeration.mitigate.then(Instant::now))
    }

    /// Waits until a whole number of beats is over: what an account takes that there is, and one that there is not does not, is lost
    /// in it.
    pub async fn wait(self) {
        let Some(began) = self.0 else { return };
        let beats = began.elapsed().as_nanos() / LENGTH.as_nanos() + 1;
        sleep_until(began + LENGTH * u32::try_from(beats).unwrap_or(u32::MAX)).await;
    }
}
