//! The figures of the README: what a server of this build does on this machine, printed as tables.
//!
//! `cargo bench` measures everything; `cargo bench -- whoami` what has that word in its name. `SECONDS` sets the length of
//! each measurement (3 unless set), `CLIENTS` the numbers of clients (`16,64` unless set). Server, load and database share the
//! machine: quote figures only from a quiet one.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a measurement that cannot go on ends with a message"
)]

mod load;
mod report;
mod server;

use std::time::Duration;

use load::{Load, Outcome, Request};
use server::{Engine, Server};

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(measure());
}

async fn measure() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let chosen = |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str()));
    let seconds = std::env::var("SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3.0);
    let clients = std::env::var("CLIENTS").unwrap_or_else(|_| "16,64".to_owned());
    let clients: Vec<usize> = clients.split(',').filter_map(|text| text.trim().parse().ok()).collect();
    println!("binary: {:.1} MB", server::binary_size());
    for engine in Engine::all() {
        let mut server = Server::start(&engine, &[]).await;
        report::start(engine.name(), &server);
        report::head();
        for count in &clients {
            for (name, request) in server.requests().await {
                if chosen(&name) {
                    let outcome = run(&server, *count, seconds, request).await;
                    report::line(&name, *count, &outcome);
                }
            }
        }
        report::memory(engine.name(), &server);
        server.stop();
        for hashing in [server::BCRYPT, server::ARGON2ID] {
            if !chosen(hashing.name) {
                continue;
            }
            let mut server = Server::start(&engine, hashing.config).await;
            for count in &clients {
                let outcome = load::sign_up(server.public(), *count, Duration::from_secs_f64(seconds)).await;
                report::line(hashing.name, *count, &outcome);
            }
            if hashing.name == server::ARGON2ID.name {
                report::head_of("while 16 clients sign up with argon2id");
                for (name, outcome) in load::beside_sign_ups(&server, Duration::from_secs_f64(seconds)).await {
                    report::line(&name, 16, &outcome);
                }
            }
            server.stop();
        }
    }
}

async fn run(server: &Server, clients: usize, seconds: f64, request: Request) -> Outcome {
    let load = Load { address: server.public(), clients, duration: Duration::from_secs_f64(seconds), request };
    load.warm_up().await;
    load.run().await
}
