//! What has been counted since the start, for `/metrics/prometheus`.
//! Counting takes no lock and writes no text: each route, method and status has its own counters, made when they are first needed.
//! Next: `exposition.rs` for how they are shown.

mod exposition;
mod histogram;
pub(crate) mod http;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use ::http::Method;

use histogram::Histogram;

/// Upper bounds of durations, in microseconds.
const DURATIONS: [u64; 11] = [5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000];
/// Upper bounds of sizes, in bytes.
const SIZES: [u64; 11] = [64, 256, 1_024, 2_048, 4_096, 8_192, 16_384, 65_536, 262_144, 1_048_576, 5_242_880];
/// The methods that are told apart, as they are shown.
const METHODS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "unknown"];
/// The statuses that are told apart; all others count as the last.
const STATUSES: [u16; 27] =
    [200, 201, 204, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 422, 429, 431, 500, 501, 502, 503, 504, 0];

/// All counters.
#[derive(Default)]
pub struct Metrics {
    endpoints: Mutex<Vec<Arc<Endpoint>>>,
}

/// The counters of one route.
pub struct Endpoint {
    label: String,
    methods: [OnceLock<Box<Statuses>>; METHODS.len()],
}

type Statuses = [OnceLock<Box<Series>>; STATUSES.len()];

/// The counters of one route, method and status.
#[derive(Default)]
struct Series {
    durations: Histogram,
    request_sizes: Histogram,
    response_sizes: Histogram,
}

/// What there is to count of one request.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// The answer's status.
    pub status: u16,
    /// How long the answer took.
    pub elapsed: Duration,
    /// The length of the request's body.
    pub request_bytes: u64,
    /// The length of the answer's body.
    pub response_bytes: u64,
}

impl Metrics {
    /// The counters of the route with this path; the same ones for the same path.
    pub fn endpoint(&self, path: &str) -> Arc<Endpoint> {
        let label = label(path);
        let mut endpoints = self.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = endpoints.iter().find(|endpoint| endpoint.label == label) {
            return known.clone();
        }
        let endpoint = Arc::new(Endpoint { label, methods: Default::default() });
        endpoints.push(endpoint.clone());
        endpoint
    }

    fn all(&self) -> Vec<Arc<Endpoint>> {
        self.endpoints.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A route's path with all parameters alike.
fn label(path: &str) -> String {
    let segment =
        |segment: &str| if segment.starts_with('{') && segment != "{unmatched}" { "{param}".to_owned() } else { segment.to_owned() };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

impl Endpoint {
    /// Counts one request.
    pub fn record(&self, method: &Method, seen: &Seen) {
        let Some(statuses) = self.methods.get(method_index(method)) else { return };
        let statuses = statuses.get_or_init(Box::default);
        let place = STATUSES.iter().position(|status| *status == seen.status).unwrap_or(STATUSES.len() - 1);
        let Some(series) = statuses.get(place) else { return };
        let series = series.get_or_init(Box::default);
        series.durations.record(&DURATIONS, u64::try_from(seen.elapsed.as_micros()).unwrap_or(u64::MAX));
        series.request_sizes.record(&SIZES, seen.request_bytes);
        series.response_sizes.record(&SIZES, seen.response_bytes);
    }

    /// Every method, status and its counters that there are so far.
    fn series(&self) -> impl Iterator<Item = (&'static str, u16, &Series)> {
        METHODS.iter().zip(&self.methods).flat_map(|(method, statuses)| {
            let statuses = statuses.get().map(|statuses| STATUSES.iter().zip(statuses.iter())).into_iter().flatten();
            statuses.filter_map(move |(status, series)| Some((*method, *status, series.get()?.as_ref())))
        })
    }
}

fn method_index(method: &Method) -> usize {
    match *method {
        Method::GET => 0,
        Method::POST => 1,
        Method::PUT => 2,
        Method::PATCH => 3,
        Method::DELETE => 4,
        Method::HEAD => 5,
        Method::OPTIONS => 6,
        _ => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_a_path_look_alike() {
        assert_eq!(label("/identities/{id}/credentials/{type}"), "/identities/{param}/credentials/{param}");
        assert_eq!(label("{unmatched}"), "{unmatched}");
    }

    #[test]
    fn every_status_and_method_is_counted_somewhere() {
        let metrics = Metrics::default();
        let endpoint = metrics.endpoint("/a");
        let seen = |status| Seen { status, elapsed: Duration::from_millis(1), request_bytes: 1, response_bytes: 2 };
        for status in 100..600 {
            endpoint.record(&Method::GET, &seen(status));
            metrics.endpoint("/a").record(&Method::from_bytes(b"BREW").unwrap(), &seen(status));
        }
        let counted: u64 = endpoint.series().map(|(_, _, series)| series.durations.count()).sum();
        assert_eq!(counted, 1000);
        assert_eq!(metrics.all().len(), 1);
    }
}
