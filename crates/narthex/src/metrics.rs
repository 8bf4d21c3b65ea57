//! What has been counted since the start, for `/metrics/prometheus`.

/// The counters.
#[derive(Default)]
pub struct Metrics {}
