//! How often a value fell below each of several bounds.

use std::sync::atomic::{AtomicU64, Ordering};

/// Bounds of a histogram.
pub(super) type Bounds = [u64; 11];

/// A histogram whose bounds are the caller's.
#[derive(Default)]
pub(super) struct Histogram {
    buckets: [AtomicU64; 11],
    above: AtomicU64,
    sum: AtomicU64,
}

/// What a histogram held at some moment; several can be added up.
#[derive(Clone, Copy, Default)]
pub(super) struct Totals {
    /// How many values were at most each bound, and how many there were at all.
    pub(super) cumulative: [u64; 12],
    /// Their sum.
    pub(super) sum: u64,
}

impl Histogram {
    /// Counts a value.
    pub(super) fn record(&self, bounds: &Bounds, value: u64) {
        let place = bounds.iter().position(|bound| value <= *bound);
        place.and_then(|place| self.buckets.get(place)).unwrap_or(&self.above).fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// How many values there were.
    pub(super) fn count(&self) -> u64 {
        self.totals().cumulative.last().copied().unwrap_or(0)
    }

    /// What it holds now.
    pub(super) fn totals(&self) -> Totals {
        let mut count = 0;
        let mut cumulative = [0; 12];
        for (total, bucket) in cumulative.iter_mut().zip(self.buckets.iter().chain([&self.above])) {
            count += bucket.load(Ordering::Relaxed);
            *total = count;
        }
        Totals { cumulative, sum: self.sum.load(Ordering::Relaxed) }
    }
}

impl std::ops::AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        for (total, more) in self.cumulative.iter_mut().zip(other.cumulative) {
            *total += more;
        }
        self.sum += other.sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_count_for_every_bound_that_they_do_not_exceed() {
        let bounds = super::super::SIZES;
        let histogram = Histogram::default();
        for value in [0, 64, 65, u64::from(u32::MAX)] {
            histogram.record(&bounds, value);
        }
        let totals = histogram.totals();
        assert_eq!(totals.cumulative, [2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4]);
        assert_eq!(totals.sum, 129 + u64::from(u32::MAX));
        assert_eq!(histogram.count(), 4);
    }
}
