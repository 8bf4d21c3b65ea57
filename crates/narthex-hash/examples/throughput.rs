//! Hashes a second of processor time, one after the other and with many waiting, and of elapsed time with all threads.
//!
//! `cargo run --profile quick -p narthex-hash --example throughput` (Linux: processor time is read from `/proc`)

use std::error::Error;
use std::time::{Duration, Instant};

use narthex_hash::{HashError, Hasher, Password, PoolOptions, Settings};

/// How long each measurement runs at least.
const SPAN: Duration = Duration::from_secs(3);

/// Ticks a second in which Linux counts processor time.
const TICKS: f64 = 100.0;

struct Rate {
    by_processor_time: f64,
    by_elapsed_time: f64,
}

/// The processor time that all threads of this process have taken, in seconds.
fn processor_time() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(") ").ok_or("/proc/self/stat has another form")?;
    // User and system time are the 12th and 13th field after the name.
    let mut ticks = 0.0;
    for field in fields.split(' ').skip(11).take(2) {
        ticks += field.parse::<f64>()?;
    }
    Ok(ticks / TICKS)
}

/// Measures with so many callers, each of which asks for its next hash when it has the last.
async fn rate(threads: usize, callers: usize, how: &Settings) -> Result<Rate, Box<dyn Error>> {
    let hasher = Hasher::new(PoolOptions { threads, queue: 256 });
    let (started, used) = (Instant::now(), processor_time()?);
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (hasher, how) = (hasher.clone(), how.clone());
            tokio::spawn(async move {
                let mut done = 0_u32;
                while started.elapsed() < SPAN {
                    let password = Password::from("a password to measure with".to_owned());
                    hasher.hash(password, &how).await?;
                    done += 1;
                }
                Ok::<u32, HashError>(done)
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await??;
    }
    Ok(Rate {
        by_processor_time: f64::from(done) / (processor_time()? - used),
        by_elapsed_time: f64::from(done) / started.elapsed().as_secs_f64(),
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let argon2id = |memory_kib, iterations| Settings::Argon2id { memory_kib, iterations, parallelism: 1, salt_length: 16, key_length: 32 };
    let threads = PoolOptions::default().threads;
    println!("hashes a second of processor time: one waits, eight wait, ratio; a second of elapsed time: {threads} threads, 16 wait");
    for (name, how) in [
        ("bcrypt, cost 8", Settings::Bcrypt { cost: 8 }),
        ("bcrypt, cost 12", Settings::Bcrypt { cost: 12 }),
        ("argon2id, 19 MiB, t=2, p=1", argon2id(19 * 1024, 2)),
        ("argon2id, 128 MiB, t=1, p=1", argon2id(128 * 1024, 1)),
    ] {
        let one = rate(1, 1, &how).await?.by_processor_time;
        let eight = rate(1, 8, &how).await?.by_processor_time;
        let all = rate(threads, 16, &how).await?.by_elapsed_time;
        println!("{name:<28} {one:>8.1} {eight:>8.1} {:>6.2} {all:>10.1}", eight / one);
    }
    Ok(())
}
