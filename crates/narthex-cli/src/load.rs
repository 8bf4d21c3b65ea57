//! Hashes at the pace of many people signing in, and what they did to the machine.

use std::time::{Duration, Instant};

use narthex::startup::StartError;
use narthex_hash::{Hasher, Password, PoolOptions};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::hashers::Costs;
use crate::output::Output;
use crate::process::failed;

/// How long a load lasts: a third of the requests of a minute.
const SAMPLE: Duration = Duration::from_secs(20);

/// So many sign-ins a minute at these costs.
pub(crate) struct Load {
    pub(crate) requests_a_minute: u32,
    pub(crate) costs: Costs,
}

/// What a load did.
pub(crate) struct Sample {
    total: Duration,
    mean: Duration,
    deviation: Duration,
    min: Duration,
    max: Duration,
    memory: u64,
}

impl Load {
    /// Spreads the requests over the sample, and waits for all of them.
    pub(crate) async fn run(&self) -> Result<Sample, StartError> {
        let requests = (self.requests_a_minute / 3).max(1);
        let hasher = Hasher::new(PoolOptions { queue: requests as usize, ..PoolOptions::default() });
        let settings = self.costs.settings();
        let (began, mut running) = (Instant::now(), JoinSet::new());
        let mut pace = tokio::time::interval(SAMPLE / requests);
        for _ in 0..requests {
            pace.tick().await;
            let (hasher, settings) = (hasher.clone(), settings.clone());
            running.spawn(async move {
                let began = Instant::now();
                hasher.hash(Password::from("a password of a usual length".to_owned()), &settings).await.map(|_| began.elapsed())
            });
        }
        let mut times = Vec::new();
        while let Some(done) = running.join_next().await {
            times.push(done.map_err(failed)?.map_err(failed)?);
        }
        Ok(Sample::of(&times, began.elapsed()))
    }
}

/// The mean time of one hash at a time.
pub(crate) async fn probe(costs: &Costs, runs: u32) -> Result<Duration, StartError> {
    let hasher = Hasher::new(PoolOptions::default());
    let began = Instant::now();
    for _ in 0..runs {
        hasher.hash(Password::from("a password of a usual length".to_owned()), &costs.settings()).await.map_err(failed)?;
    }
    Ok(began.elapsed() / runs.max(1))
}

impl Sample {
    fn of(times: &[Duration], total: Duration) -> Self {
        let count = u32::try_from(times.len()).unwrap_or(u32::MAX).max(1);
        let mean = times.iter().sum::<Duration>() / count;
        let squares: f64 = times.iter().map(|time| (time.as_secs_f64() - mean.as_secs_f64()).powi(2)).sum();
        Self {
            total,
            mean,
            deviation: Duration::from_secs_f64((squares / f64::from(count)).sqrt()),
            min: times.iter().min().copied().unwrap_or_default(),
            max: times.iter().max().copied().unwrap_or_default(),
            memory: peak_memory(),
        }
    }

    /// Where the load was more than was meant to be borne.
    pub(crate) fn complaints(&self, costs: &Costs) -> Vec<String> {
        let mut complaints = Vec::new();
        if self.total > SAMPLE * 11 / 10 {
            complaints.push(format!("the requests of {} took {}: hashes wait for one another", span(SAMPLE), span(self.total)));
        }
        if self.memory > costs.dedicated_memory {
            complaints.push(format!(
                "{} of memory were used, more than the {} that are set aside",
                size(self.memory),
                size(costs.dedicated_memory)
            ));
        }
        if self.mean > costs.duration + costs.deviation {
            complaints.push(format!("a hash took {} on average, where {} are meant", span(self.mean), span(costs.duration)));
        }
        complaints
    }

    pub(crate) fn output(&self) -> Output {
        Output::single(&self.columns(), self.json())
    }

    /// The same, with the costs that did not hold.
    pub(crate) fn output_of_failure(&self, costs: &Costs) -> Output {
        let mut columns = self.columns();
        columns.extend([("MEMOry PARAM", size(costs.memory)), ("ITERATIONS PARAM", costs.iterations.to_string())]);
        let mut json = self.json();
        if let Some(members) = json.as_object_mut() {
            members.insert("memory_param".to_owned(), size(costs.memory).into());
            members.insert("iterations_param".to_owned(), costs.iterations.into());
        }
        Output::single(&columns, json)
    }

    fn columns(&self) -> Vec<(&'static str, String)> {
        // Spelled as scripts know them.
        vec![
            ("TOTAL SAMPLE TIME", span(self.total)),
            ("MEDIAN REQUEST TIME", span(self.mean)),
            ("STANDARD DEVIATION", span(self.deviation)),
            ("MIN REQUEST TIME", span(self.min)),
            ("MAX REQUEST TIME", span(self.max)),
            ("MEMOry USED", size(self.memory)),
        ]
    }

    fn json(&self) -> Value {
        json!({
            "total_time": span(self.total), "median_request_time": span(self.mean), "std_deviation": span(self.deviation),
            "min_request_time": span(self.min), "max_request_time": span(self.max), "mem_used": size(self.memory),
        })
    }
}

/// The most memory that this process has had so far.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// A size in the largest unit that leaves a whole number.
pub(crate) fn size(bytes: u64) -> String {
    [(30, "GB"), (20, "MB"), (10, "KB")]
        .into_iter()
        .find(|(shift, _)| bytes > 0 && bytes.trailing_zeros() >= *shift)
        .map_or_else(|| format!("{bytes}B"), |(shift, unit)| format!("{}{unit}", bytes >> shift))
}

/// A time in milliseconds.
pub(crate) fn span(time: Duration) -> String {
    format!("{}ms", time.as_millis())
}
