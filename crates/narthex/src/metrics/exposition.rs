//! The counters in the text format of Prometheus (exposition format 0.0.4), under the names and labels that dashboards for the reference server know.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::histogram::{Bounds, Totals};
use super::{DURATIONS, Metrics, SIZES, Series};
use crate::backlog::Backlog;

/// How many units of a counter make one of what is shown.
const MICROSECONDS: f64 = 1e6;
const BYTES: f64 = 1.0;

impl Metrics {
    /// All counters as text, and what waits to be delivered, if that is known.
    pub(super) fn exposition(&self, backlog: Option<&Backlog>) -> String {
        let mut page = Page::default();
        let endpoints = self.all();
        let (mut by_status, mut by_endpoint) = (BTreeMap::new(), BTreeMap::new());
        let (mut sizes_in, mut sizes_out) = (BTreeMap::new(), BTreeMap::new());
        let mut routes = BTreeMap::new();
        for endpoint in &endpoints {
            for (method, status, series) in endpoint.series() {
                let code = if status == 0 { "other".to_owned() } else { status.to_string() };
                let Series { durations, request_sizes, response_sizes } = series;
                *by_status.entry((method, bucket(status))).or_insert(0) += durations.count();
                *by_endpoint.entry(endpoint.label.as_str()).or_insert_with(Totals::default) += durations.totals();
                *sizes_in.entry((code.clone(), method)).or_insert_with(Totals::default) += request_sizes.totals();
                *sizes_out.entry((code.clone(), method)).or_insert_with(Totals::default) += response_sizes.totals();
                *routes.entry((code, endpoint.label.as_str(), method)).or_insert_with(Totals::default) += durations.totals();
            }
        }
        page.head("http_requests_total", "counter", "Requests by route, method and status.");
        for ((code, endpoint, method), totals) in &routes {
            page.value("http_requests_total", &[("code", code), ("endpoint", endpoint), ("method", method)], count(totals));
        }
        page.head("http_requests_statuses_total", "counter", "Requests by method and class of status.");
        for ((method, bucket), count) in &by_status {
            page.value("http_requests_statuses_total", &[("method", method), ("status_bucket", bucket)], *count);
        }
        page.head("http_requests_duration_seconds", "histogram", "How long answers took, by route, method and status.");
        for ((code, endpoint, method), totals) in &routes {
            page.histogram(
                "http_requests_duration_seconds",
                &[("code", code), ("endpoint", endpoint), ("method", method)],
                (&DURATIONS, MICROSECONDS),
                totals,
            );
        }
        page.head("http_response_time_seconds", "histogram", "How long answers took, by route.");
        for (endpoint, totals) in &by_endpoint {
            page.histogram("http_response_time_seconds", &[("endpoint", endpoint)], (&DURATIONS, MICROSECONDS), totals);
        }
        for (name, help, sizes) in [
            ("http_requests_size_bytes", "Sizes of requests' bodies.", &sizes_in),
            ("http_response_size_bytes", "Sizes of answers' bodies.", &sizes_out),
        ] {
            page.head(name, "histogram", help);
            for ((code, method), totals) in sizes {
                page.histogram(name, &[("code", code), ("method", method)], (&SIZES, BYTES), totals);
            }
        }
        if let Some(backlog) = backlog {
            page.backlog(backlog);
        }
        page.process();
        page.0
    }
}

fn count(totals: &Totals) -> u64 {
    totals.cumulative.last().copied().unwrap_or(0)
}

fn bucket(status: u16) -> &'static str {
    match status / 100 {
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        5 => "5xx",
        _ => "other",
    }
}

/// A page in the making. Writing to a text cannot fail.
#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn labels(&mut self, labels: &[(&str, &str)], more: Option<&str>) {
        let version = env!("CARGO_PKG_VERSION");
        let _ = write!(self.0, "{{app=\"narthex\",buildTime=\"\",hash=\"\",version=\"{version}\"");
        for (name, value) in labels {
            let _ = write!(self.0, ",{name}=\"{value}\"");
        }
        if let Some(bound) = more {
            let _ = write!(self.0, ",le=\"{bound}\"");
        }
        self.0.push_str("} ");
    }

    /// How much waits in the queues, and how long.
    fn backlog(&mut self, Backlog { messages, calls }: &Backlog) {
        self.head("narthex_courier_queued_messages", "gauge", "Messages that are not delivered yet, by channel.");
        for (channel, waiting) in messages {
            self.value("narthex_courier_queued_messages", &[("channel", channel)], waiting.count);
        }
        self.head("narthex_courier_oldest_message_age_seconds", "gauge", "How long the oldest of them has waited.");
        for (channel, waiting) in messages {
            self.value("narthex_courier_oldest_message_age_seconds", &[("channel", channel)], waiting.oldest.as_secs());
        }
        self.head("narthex_webhooks_queued_deliveries", "gauge", "Calls of web hooks in the outbox that are not delivered yet.");
        self.value("narthex_webhooks_queued_deliveries", &[], calls.count);
        self.head("narthex_webhooks_oldest_delivery_age_seconds", "gauge", "How long the oldest of them has waited.");
        self.value("narthex_webhooks_oldest_delivery_age_seconds", &[], calls.oldest.as_secs());
    }

    fn value(&mut self, name: &str, labels: &[(&str, &str)], value: u64) {
        self.0.push_str(name);
        self.labels(labels, None);
        let _ = writeln!(self.0, "{value}");
    }

    #[expect(clippy::cast_precision_loss, reason = "Prometheus keeps every number as a floating-point one")]
    fn histogram(&mut self, name: &str, labels: &[(&str, &str)], (bounds, unit): (&Bounds, f64), totals: &Totals) {
        let bounds = bounds.iter().map(|bound| (*bound as f64 / unit).to_string()).chain(["+Inf".to_owned()]);
        for (bound, value) in bounds.zip(totals.cumulative) {
            let _ = write!(self.0, "{name}_bucket");
            self.labels(labels, Some(&bound));
            let _ = writeln!(self.0, "{value}");
        }
        let _ = write!(self.0, "{name}_sum");
        self.labels(labels, None);
        let _ = writeln!(self.0, "{}", totals.sum as f64 / unit);
        let _ = write!(self.0, "{name}_count");
        self.labels(labels, None);
        let _ = writeln!(self.0, "{}", count(totals));
    }

    /// The memory that the process takes, where the system tells.
    fn process(&mut self) {
        let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return };
        let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
        if let Some(kib) = kib {
            self.head("process_resident_memory_bytes", "gauge", "Memory of the process that is in RAM.");
            let _ = writeln!(self.0, "process_resident_memory_bytes {}", kib * 1024);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ::http::Method;

    use super::super::Seen;
    use super::*;

    #[test]
    fn what_was_counted_is_shown() {
        let metrics = Metrics::default();
        let seen = Seen { status: 404, elapsed: Duration::from_millis(7), request_bytes: 0, response_bytes: 300 };
        metrics.endpoint("/schemas/{id}").record(&Method::GET, &seen);
        metrics.endpoint("/schemas/{id}").record(&Method::GET, &seen);
        let page = metrics.exposition(None);
        let value = |start: &str, label: &str| {
            let line = page
                .lines()
                .find(|line| line.starts_with(start) && line.contains(label))
                .unwrap_or_else(|| panic!("{start} {label}: {page}"));
            line.rsplit(' ').next().unwrap().to_owned()
        };
        assert_eq!(value("http_requests_total{", "code=\"404\",endpoint=\"/schemas/{param}\",method=\"get\""), "2");
        assert_eq!(value("http_requests_statuses_total{", "status_bucket=\"4xx\""), "2");
        assert_eq!(value("http_requests_duration_seconds_bucket{", "le=\"0.005\""), "0");
        assert_eq!(value("http_response_time_seconds_bucket{", "le=\"0.01\""), "2");
        assert_eq!(value("http_requests_duration_seconds_sum{", ""), "0.014");
        assert_eq!(value("http_response_size_bytes_sum{", ""), "600");
    }
}
