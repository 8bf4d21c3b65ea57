//! `hashers argon2`: how long hashes take on this machine, and which costs it can bear.
//! Next: `load.rs`, which makes the load.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use narthex::startup::StartError;
use narthex_config::Flags;
use narthex_hash::{Hasher, Password, PoolOptions, Settings};
use serde_json::json;

use crate::args::{Argon2, Argon2Costs, Argon2More, Calibrate, FormatArgs};
use crate::load::{self, Load, Sample};
use crate::output::Output;
use crate::process::{self, failed};

/// Rounds of a calibration at the most.
const ROUNDS: u32 = 5;

/// What is tried out: costs, and what they are to keep to.
#[derive(Clone, Debug)]
pub(crate) struct Costs {
    /// Bytes of memory for one hash.
    pub(crate) memory: u64,
    pub(crate) iterations: u32,
    parallelism: u32,
    salt_length: u32,
    key_length: u32,
    pub(crate) duration: Duration,
    pub(crate) deviation: Duration,
    pub(crate) dedicated_memory: u64,
}

pub(crate) fn run(command: Argon2) -> ExitCode {
    process::run(async {
        match command {
            Argon2::Hash { passwords, parallel, costs, more } => hash(passwords, parallel, &Costs::of(&costs, &more)?).await,
            Argon2::LoadTest { requests, costs, more, format } => load_test(requests, &Costs::of(&costs, &more)?, &format).await,
            Argon2::Calibrate(args) => calibrate(&args).await,
        }
    })
}

impl Costs {
    /// The configuration's, except for what the command line says.
    fn of(costs: &Argon2Costs, more: &Argon2More) -> Result<Self, StartError> {
        let known = narthex_config::argon2(&more.config.args().sources(Flags::default())).map_err(failed)?;
        Ok(Self {
            memory: costs.memory.unwrap_or(known.memory),
            iterations: costs.iterations.unwrap_or(known.iterations),
            parallelism: more.parallelism.unwrap_or(known.parallelism),
            salt_length: more.salt_length.unwrap_or(known.salt_length),
            key_length: more.key_length.unwrap_or(known.key_length),
            duration: more.min_duration.unwrap_or(known.expected_duration),
            deviation: more.expected_deviation.unwrap_or(known.expected_deviation),
            dedicated_memory: more.dedicated_memory.unwrap_or(known.dedicated_memory),
        })
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings::Argon2id {
            memory_kib: u32::try_from(self.memory / 1024).unwrap_or(u32::MAX),
            iterations: self.iterations,
            parallelism: self.parallelism,
            salt_length: self.salt_length,
            key_length: self.key_length,
        }
    }

    fn output(&self) -> Output {
        let memory = load::size(self.memory);
        let (duration, deviation) = (load::span(self.duration), load::span(self.deviation));
        let json = json!({
            "memory": memory, "iterations": self.iterations, "parallelism": self.parallelism, "salt_length": self.salt_length,
            "key_length": self.key_length, "expected_duration": duration, "expected_deviation": deviation,
            "dedicated_memory": load::size(self.dedicated_memory),
        });
        let columns = [
            ("MEMORY", memory),
            ("ITERATIONS", self.iterations.to_string()),
            ("PARALLELISM", self.parallelism.to_string()),
            ("SALT LENGTH", self.salt_length.to_string()),
            ("KEY LENGTH", self.key_length.to_string()),
            ("EXPECTED DURATION", duration),
            ("EXPECTED DEVIATION", deviation),
            ("DEDICATED MEMORY", load::size(self.dedicated_memory)),
        ];
        Output::single(&columns, json)
    }
}

/// Hashes passwords, tells how long each took, and shows none.
async fn hash(passwords: Vec<String>, parallel: bool, costs: &Costs) -> Result<ExitCode, StartError> {
    let hasher = Hasher::new(PoolOptions::default());
    let settings = costs.settings();
    let began = Instant::now();
    let one = async |password: String| {
        let began = Instant::now();
        hasher.hash(Password::from(password), &settings).await.map(|_| began.elapsed()).map_err(failed)
    };
    let mut times = Vec::new();
    if parallel {
        times = futures_util::future::try_join_all(passwords.into_iter().map(one)).await?;
    } else {
        for password in passwords {
            times.push(one(password).await?);
        }
    }
    for (number, time) in times.iter().enumerate() {
        println!("password {number}: {}", load::span(*time));
    }
    println!("total: {}", load::span(began.elapsed()));
    Ok(ExitCode::SUCCESS)
}

async fn load_test(requests: u32, costs: &Costs, format: &FormatArgs) -> Result<ExitCode, StartError> {
    let sample = Load { requests_a_minute: requests, costs: costs.clone() }.run().await?;
    sample.output().print(format)?;
    Ok(verdict(&sample, costs))
}

fn verdict(sample: &Sample, costs: &Costs) -> ExitCode {
    let complaints = sample.complaints(costs);
    for complaint in &complaints {
        eprintln!("{complaint}");
    }
    if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Looks for costs at which one hash takes about as long as it is meant to, then tries them under load and lowers them until they hold.
async fn calibrate(args: &Calibrate) -> Result<ExitCode, StartError> {
    let none = Argon2Costs { iterations: Some(args.start_iterations), memory: Some(args.start_memory) };
    let mut costs = Costs::of(&none, &args.more)?;
    if costs.memory == 0 {
        costs.memory = if args.max_memory > 0 { args.max_memory } else { costs.dedicated_memory };
    }
    if args.max_memory > 0 {
        costs.memory = costs.memory.min(args.max_memory);
    }
    let step = args.adjust_memory_by.max(1024 * 1024);
    eprintln!("Looking for costs at which a hash takes {}", load::span(costs.duration));
    while load::probe(&costs, args.probe_runs).await? > costs.duration && costs.memory > 1024 * 1024 {
        costs.memory = costs.memory.saturating_sub(step).max(costs.memory / 2);
    }
    loop {
        let more = Costs { iterations: costs.iterations + 1, ..costs.clone() };
        if load::probe(&more, args.probe_runs).await? > costs.duration {
            break;
        }
        costs = more;
    }
    let mut last = None;
    for _ in 0..ROUNDS {
        eprintln!("Trying {} of memory and {} iterations under load", load::size(costs.memory), costs.iterations);
        let sample = Load { requests_a_minute: args.requests, costs: costs.clone() }.run().await?;
        if sample.complaints(&costs).is_empty() {
            costs.output().print(&args.format)?;
            return Ok(ExitCode::SUCCESS);
        }
        last = Some((sample, costs.clone()));
        if costs.iterations > 1 {
            costs.iterations -= 1;
        } else {
            costs.memory = costs.memory.saturating_sub(step).max(costs.memory / 2).max(1024 * 1024);
        }
    }
    let Some((sample, costs)) = last else { return Ok(ExitCode::FAILURE) };
    sample.output_of_failure(&costs).print(&args.format)?;
    Ok(verdict(&sample, &costs))
}
