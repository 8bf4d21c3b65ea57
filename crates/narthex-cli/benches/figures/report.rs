//! The tables.

use crate::load::Outcome;
use crate::server::Server;

/// What is known before any load.
pub(crate) fn start(engine: &str, server: &Server) {
    println!(
        "\n{engine}: ready after {:.0} ms, {:.1} MB resident when idle",
        server.ready_after.as_secs_f64() * 1e3,
        megabytes(server.idle)
    );
}

/// The head of a table.
pub(crate) fn head() {
    println!("{:<34}{:>8}{:>12}{:>10}{:>10}{:>10}{:>8}", "", "clients", "requests/s", "p50 ms", "p99 ms", "CPU us", "wrong");
}

/// The head of a table under a condition.
pub(crate) fn head_of(condition: &str) {
    println!("  {condition}:");
}

/// How many came in a second.
pub(crate) fn speed(name: &str, per_second: f64) {
    println!("{name:<34}{:>8}{per_second:>12.0}", "");
}

/// One measurement.
pub(crate) fn line(name: &str, clients: usize, outcome: &Outcome) {
    let rate = outcome.latencies.len() as f64 / outcome.seconds;
    println!(
        "{name:<34}{clients:>8}{rate:>12.0}{:>10.2}{:>10.2}{:>10.1}{:>8}",
        percentile(outcome, 0.50),
        percentile(outcome, 0.99),
        outcome.processor_time.as_secs_f64() * 1e6 / outcome.latencies.len().max(1) as f64,
        outcome.wrong
    );
}

/// Memory after the load.
pub(crate) fn memory(engine: &str, server: &Server) {
    println!("{engine}: {:.1} MB resident after the load", megabytes(server.memory()));
}

fn percentile(outcome: &Outcome, share: f64) -> f64 {
    let sorted = &outcome.latencies;
    let at = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(at).map_or(0.0, |micros| f64::from(*micros) / 1e3)
}

fn megabytes(kilobytes: u64) -> f64 {
    kilobytes as f64 / 1e3
}
