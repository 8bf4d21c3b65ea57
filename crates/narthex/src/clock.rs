//! The time, as an argument: tests hold it still.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use narthex_api::Time;

/// Tells the time.
#[derive(Clone)]
pub struct Clock(Kind);

#[derive(Clone)]
enum Kind {
    System,
    Held(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Kind::System)
    }

    /// A clock that stands at `start` until it is told otherwise through the returned handle (microseconds since 1970).
    pub fn held(start: Timestamp) -> (Self, Arc<AtomicI64>) {
        let hand = Arc::new(AtomicI64::new(start.as_microsecond()));
        (Self(Kind::Held(hand.clone())), hand)
    }

    /// Now, to the microsecond.
    pub fn now(&self) -> Time {
        match &self.0 {
            Kind::System => Time::new(Timestamp::now()),
            Kind::Held(hand) => Time::new(Timestamp::from_microsecond(hand.load(Ordering::Relaxed)).unwrap_or(Timestamp::MAX)),
        }
    }
}
