//! Moments as JSON shows them.

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment in UTC, to the microsecond: written as RFC 3339 with the trailing zeros of the fraction left out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(Timestamp);

impl Time {
    /// The moment that `timestamp` names, cut to the microsecond, which is what databases keep.
    pub fn new(timestamp: Timestamp) -> Self {
        Self(Timestamp::from_microsecond(timestamp.as_microsecond()).unwrap_or(timestamp))
    }

    /// The moment as the time library has it.
    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    /// Seconds since 1970.
    pub fn unix(self) -> i64 {
        self.0.as_second()
    }

    /// This moment and `by` more; the last moment that can be named where that is too far away.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        Self(self.0.saturating_add(by).unwrap_or(Timestamp::MAX))
    }

    /// This moment and `by` less; the first moment that can be named where that is too far away.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        Self(self.0.saturating_sub(by).unwrap_or(Timestamp::MIN))
    }

    /// How long after `earlier` this is; nothing where it is not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::try_from(self.0.duration_since(earlier.0)).unwrap_or_default()
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Timestamp> for Time {
    fn from(timestamp: Timestamp) -> Self {
        Self::new(timestamp)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self::new).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Time::new(text.parse().unwrap()).to_string()
    }

    #[test]
    fn fractions_lose_their_trailing_zeros() {
        assert_eq!(shown("2026-01-02T03:04:05.120000Z"), "2026-01-02T03:04:05.12Z");
        assert_eq!(shown("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05Z");
        assert_eq!(shown("2026-01-02T03:04:05.123456789Z"), "2026-01-02T03:04:05.123456Z");
    }

    #[test]
    fn moments_beyond_the_calendar_stay_at_its_end() {
        let far = Time::new(Timestamp::MAX).plus(Duration::MAX);
        assert_eq!(far.timestamp(), Timestamp::MAX);
    }
}
