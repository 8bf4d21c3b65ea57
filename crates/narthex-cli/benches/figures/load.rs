//! The load: connections that are kept open, each with one request under way at a time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::server::Server;
use crate::visit::Visit;

/// How long connections, statements and caches are given to get ready.
const WARM_UP: Duration = Duration::from_millis(500);

/// The bytes of a request, and the status that it is to be answered with.
#[derive(Clone)]
pub(crate) struct Request {
    /// Method, path, headers.
    pub bytes: Vec<u8>,
    /// The HTTP status.
    pub status: u16,
}

/// What a measurement saw.
#[derive(Default)]
pub(crate) struct Outcome {
    /// Seconds that it took.
    pub seconds: f64,
    /// Microseconds that each answer took, sorted.
    pub latencies: Vec<u32>,
    /// Answers of another status than the one wanted.
    pub wrong: usize,
    /// Processor time of the server meanwhile; the database's and the load's are not in it.
    pub processor_time: Duration,
}

impl Outcome {
    fn of(seconds: f64, parts: Vec<(Vec<u32>, usize)>) -> Self {
        let wrong = parts.iter().map(|(_, wrong)| wrong).sum();
        let mut latencies: Vec<u32> = parts.into_iter().flat_map(|(latencies, _)| latencies).collect();
        latencies.sort_unstable();
        Self { seconds, latencies, wrong, processor_time: Duration::ZERO }
    }
}

/// One measurement.
pub(crate) struct Load {
    /// Whom to ask.
    pub address: SocketAddr,
    /// How many at a time.
    pub clients: usize,
    /// For how long.
    pub duration: Duration,
    /// What: each client takes them in turn, from a place of its own.
    pub requests: Vec<Request>,
}

impl Load {
    /// Asks for a short while, so that connections, statements and caches are there.
    pub(crate) async fn warm_up(&self) {
        let short = Self { address: self.address, clients: self.clients, duration: WARM_UP, requests: self.requests.clone() };
        short.run().await;
    }

    /// Asks for the whole time.
    pub(crate) async fn run(&self) -> Outcome {
        let began = Instant::now();
        let until = began + self.duration;
        let mut tasks = JoinSet::new();
        let requests = Arc::new(self.requests.clone());
        for client in 0..self.clients {
            let (address, requests) = (self.address, requests.clone());
            let start = requests.len() * client / self.clients;
            tasks.spawn(async move {
                let mut connection = Connection::open(address).await;
                let (mut latencies, mut wrong) = (Vec::with_capacity(65_536), 0);
                for request in requests.iter().cycle().skip(start) {
                    let asked = Instant::now();
                    if asked >= until {
                        break;
                    }
                    let status = connection.ask(&request.bytes).await;
                    latencies.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
                    wrong += usize::from(status != request.status);
                }
                (latencies, wrong)
            });
        }
        let parts = tasks.join_all().await;
        Outcome::of(began.elapsed().as_secs_f64(), parts)
    }
}

/// A connection that is kept open.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    body: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server accepts connections");
        stream.set_nodelay(true).expect("a socket option");
        Self { stream, buffer: vec![0; 65_536], body: Vec::new() }
    }

    /// Sends a request, reads the whole answer, tells its status.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> u16 {
        self.stream.write_all(request).await.expect("the server reads");
        let mut filled = 0;
        let (head, length, status) = loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await.expect("the server answers");
            assert!(read > 0, "the server hung up");
            filled += read;
            if let Some(head) = find(&self.buffer[..filled], b"\r\n\r\n") {
                let text = std::str::from_utf8(&self.buffer[..head]).expect("headers are text");
                let status = text.get(9..12).and_then(|digits| digits.parse().ok()).expect("a status line");
                let length = text
                    .lines()
                    .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").and_then(|n| n.trim().parse().ok()));
                break (head + 4, length.unwrap_or(0), status);
            }
        };
        self.body.clear();
        self.body.extend_from_slice(&self.buffer[head..filled]);
        while self.body.len() < length {
            let read = self.stream.read(&mut self.buffer).await.expect("the server answers");
            assert!(read > 0, "the server hung up");
            self.body.extend_from_slice(&self.buffer[..read]);
        }
        status
    }

    /// The body of the last answer.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// A native request.
pub(crate) fn native(method: &str, target: &str, headers: &str, body: &str) -> Vec<u8> {
    let length =
        if body.is_empty() { String::new() } else { format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()) };
    format!("{method} {target} HTTP/1.1\r\nHost: bench\r\n{headers}{length}\r\n{body}").into_bytes()
}

/// Has clients do again and again what takes several requests: the time of all of them together.
pub(crate) async fn visits(address: SocketAddr, clients: usize, duration: Duration, visit: &Visit) -> Outcome {
    let began = Instant::now();
    let until = began + duration;
    let mut tasks = JoinSet::new();
    for client in 0..clients {
        let visit = visit.clone();
        tasks.spawn(async move {
            let mut connection = Connection::open(address).await;
            let (mut latencies, mut wrong) = (Vec::new(), 0);
            while Instant::now() < until {
                let asked = Instant::now();
                let (status, _) = visit.pay(&mut connection, client).await;
                latencies.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
                wrong += usize::from(status != 200);
            }
            (latencies, wrong)
        });
    }
    let parts = tasks.join_all().await;
    Outcome::of(began.elapsed().as_secs_f64(), parts)
}

/// How health and whoami answer while all cores hash passwords.
pub(crate) async fn beside_sign_ups(server: &Server, duration: Duration) -> Vec<(String, Outcome)> {
    let address = server.public();
    let mut measured = Vec::new();
    for (name, request) in server.requests().await {
        if name != "alive" && name != "whoami" {
            continue;
        }
        let hashing = tokio::spawn(async move { visits(address, 16, duration + Duration::from_secs(1), &Visit::SignUp).await });
        tokio::time::sleep(WARM_UP).await;
        let load = Load { address, clients: 4, duration, requests: vec![request] };
        let outcome = load.run().await;
        let _ = hashing.await;
        measured.push((name, outcome));
    }
    measured
}
