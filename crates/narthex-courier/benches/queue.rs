//! Messages a second through the queue, from claimed to noted down, into a mail server on this machine.
//! Never touches a network; PostgreSQL is left out where there is none.
//! Next: `../tests/it/sink.rs` is the mail server.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a bench that cannot run says so by them")]

#[path = "../tests/it/engines.rs"]
mod engines;
#[path = "../tests/it/post.rs"]
#[expect(dead_code, reason = "the tests need more of it")]
mod post;
#[path = "../tests/it/sink.rs"]
#[expect(dead_code, reason = "the tests need more of it")]
mod sink;

use std::time::{Duration, Instant};

use narthex_courier::{Composer, Via, Worker, backlog, enqueue};
use narthex_db::{Batch, Db};
use uuid::Uuid;

use post::{now, recovery_code, start, to_sink};
use sink::Sink;

const MESSAGES: usize = 5_000;

fn main() {
    println!("{:<12} {:>12}", "engine", "messages/s");
    engines::on_sqlite(|db| measure("SQLite", db));
    engines::on_postgres(|db| measure("PostgreSQL", db));
}

async fn measure(engine: &str, db: Db) {
    let sink = Sink::start().await;
    let composer = Composer::default();
    for part in 0..MESSAGES / 100 {
        let mut batch = Batch::durable();
        for n in 0..100 {
            let letter = recovery_code(Via::Email, &format!("u{part}-{n}@example.org"));
            let message = composer.compose(&letter).await;
            batch = batch.append(enqueue(&message, Uuid::now_v7(), now()));
        }
        db.write(batch).await.expect("the queue takes messages");
    }
    let mut settings = to_sink(&sink, 0);
    settings.worker = Worker::default();
    let begin = Instant::now();
    let dispatcher = start(&db, &settings);
    while !backlog(&db).await.expect("the queue can be counted").is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let seconds = begin.elapsed().as_secs_f64();
    assert_eq!(sink.mails().len(), MESSAGES);
    dispatcher.stop(Duration::from_secs(10)).await;
    let count = u32::try_from(MESSAGES).map_or(0.0, f64::from);
    println!("{engine:<12} {:>12.0}", count / seconds);
}
