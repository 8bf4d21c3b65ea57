//! How many operations a second a database takes: `throughput DSN [clients] [seconds]`.
//! Use an empty database; `cargo run --profile quick -p narthex-db --example throughput -- memory`.

use std::error::Error;
use std::future::Future;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use narthex_db::{Batch, Db, DbError, Dsn, Migration, Options, params};
use tokio::task::JoinSet;
use uuid::Uuid;

const TABLE: Migration = Migration {
    number: 1,
    name: "flows",
    sql: "CREATE TABLE flows (id {uuid} PRIMARY KEY, expires_at {time} NOT NULL, state TEXT NOT NULL, csrf {bytes} NOT NULL, url TEXT NOT NULL);\nCREATE INDEX flows_expires_at ON flows (expires_at);\n",
};
const INSERT: &str = "INSERT INTO flows (id, expires_at, state, csrf, url) VALUES ($1, $2, $3, $4, $5)";
const UPDATE: &str = "UPDATE flows SET state = $2 WHERE id = $1";
const SELECT: &str = "SELECT id, expires_at, state, csrf, url FROM flows WHERE id = $1";

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let dsn = Dsn::parse(&arguments.next().unwrap_or_else(|| "memory".to_owned()))?;
    let clients = arguments.next().map_or(Ok(16), |text| text.parse())?;
    let seconds = arguments.next().map_or(Ok(2), |text| text.parse())?;
    let db = Db::open(&dsn, Options::default()).await?;
    db.migrate(&[TABLE]).await?;
    let load = Load { db, clients, length: Duration::from_secs(seconds) };
    println!("{dsn}, {clients} clients, {seconds} s each");

    load.run("ephemeral insert", |db| async move { db.write(insert(Batch::ephemeral(), Uuid::now_v7())).await.map(drop) }).await?;
    load.run("durable insert", |db| async move { db.write(insert(Batch::durable(), Uuid::now_v7())).await.map(drop) }).await?;
    load.run("durable insert + checked update", |db| async move {
        let id = Uuid::now_v7();
        let batch = insert(Batch::durable(), id).push_expecting(1, UPDATE, params![id, "done"]);
        db.write(batch).await.map(drop)
    })
    .await?;
    let known = Uuid::now_v7();
    load.db.write(insert(Batch::durable(), known)).await?;
    load.run("look-up", move |db| async move { db.query_opt(SELECT, params![known]).await.map(drop) }).await?;
    load.db.close().await;
    Ok(())
}

fn insert(batch: Batch, id: Uuid) -> Batch {
    let url = "https://id.example/self-service/login/browser?return_to=https%3A%2F%2Fapp.example%2F";
    batch.push(INSERT, params![id, Timestamp::now(), "choose_method", [7_u8; 32], url])
}

struct Load {
    db: Db,
    clients: usize,
    length: Duration,
}

impl Load {
    async fn run<F, Work>(&self, name: &str, work: F) -> Result<(), Box<dyn Error>>
    where
        F: Fn(Db) -> Work + Clone + Send + 'static,
        Work: Future<Output = Result<(), DbError>> + Send,
    {
        let start = Instant::now();
        let length = self.length;
        let mut tasks = JoinSet::new();
        for _ in 0..self.clients {
            let (db, work) = (self.db.clone(), work.clone());
            tasks.spawn(async move {
                let mut done = 0_u32;
                let mut worst = Duration::ZERO;
                while start.elapsed() < length {
                    let began = Instant::now();
                    work(db.clone()).await?;
                    worst = worst.max(began.elapsed());
                    done += 1;
                    // As a server would between two requests; look-ups in place never wait by themselves.
                    tokio::task::yield_now().await;
                }
                Ok::<_, DbError>((done, worst))
            });
        }
        let (mut done, mut worst) = (0, Duration::ZERO);
        while let Some(client) = tasks.join_next().await {
            let (count, slowest) = client??;
            done += count;
            worst = worst.max(slowest);
        }
        let rate = f64::from(done) / start.elapsed().as_secs_f64();
        println!("{name:34} {rate:9.0}/s   slowest {:.1} ms", worst.as_secs_f64() * 1000.0);
        Ok(())
    }
}
