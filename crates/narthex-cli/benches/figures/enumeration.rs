//! Whether the time of an answer tells which accounts exist: wrong passwords for an account that there is and for ones that there
//! are not, in turn, so that both meet the same machine.

use std::net::SocketAddr;
use std::time::Instant;

use crate::load::{Connection, native};
use crate::server::{Engine, Hashing, Server};
use crate::visit::{Person, sign_up};

/// The name of the measurement.
pub(crate) const NAME: &str = "enumeration";
/// A cost at which a hash takes longer than all the rest.
const BCRYPT_8: Hashing = Hashing { name: "bcrypt 8", config: &[("algorithm", "\"bcrypt\""), ("bcrypt", "{\"cost\": 8}")] };
/// Tries of each kind.
const TRIES: usize = 300;

/// Measures and prints.
pub(crate) async fn measure(engine: &Engine) {
    let changes = [
        ("security", serde_json::json!({ "account_enumeration": { "mitigate": true } })),
        // Counted as always, but so many tries are to be answered.
        ("narthex", serde_json::json!({ "security": { "throttle": { "account": { "tries": 1_000_000 } } } })),
    ];
    let server = Server::start_with(engine, BCRYPT_8, &changes).await;
    let mut connection = Connection::open(server.public()).await;
    let (status, done) = sign_up(&mut connection, &Person::random()).await;
    assert_eq!(status, 200, "nobody can sign up: {done}");
    let known = done["identity"]["traits"]["email"].as_str().unwrap_or_default().to_owned();
    let (mut of_known, mut of_unknown) = (Vec::new(), Vec::new());
    for number in 0..TRIES {
        let unknown = format!("{}@bench.example", uuid::Uuid::new_v4().simple());
        let mut both = [(&known, &mut of_known), (&unknown, &mut of_unknown)];
        both.rotate_left(number % 2);
        for (identifier, times) in both {
            times.push(wrong_password(server.public(), identifier).await);
        }
    }
    drop(server);
    // How far two halves of the same lie apart is what the machine alone does.
    let (even, odd): (Vec<_>, Vec<_>) = of_known.iter().enumerate().partition(|(number, _)| number % 2 == 0);
    let half = |half: Vec<(usize, &f64)>| median(half.into_iter().map(|(_, time)| *time).collect());
    let noise = (half(even) - half(odd)).abs();
    let (known, unknown) = (median(of_known), median(of_unknown));
    println!(
        "wrong password, {TRIES} tries each: median {known:.2} ms with an account, {unknown:.2} ms without; {:.2} ms apart, noise {noise:.2} ms",
        (known - unknown).abs()
    );
}

/// The milliseconds that the answer to a wrong password takes.
async fn wrong_password(address: SocketAddr, identifier: &str) -> f64 {
    let mut connection = Connection::open(address).await;
    connection.ask(&native("GET", "/self-service/login/api", "", "")).await;
    let flow = connection.json()["id"].as_str().unwrap_or_default().to_owned();
    let body = serde_json::json!({ "method": "password", "identifier": identifier, "password": "certainly-not-it" }).to_string();
    let request = native("POST", &format!("/self-service/login?flow={flow}"), "", &body);
    let asked = Instant::now();
    let status = connection.ask(&request).await;
    let took = asked.elapsed().as_secs_f64() * 1e3;
    assert_eq!((status, connection.json()["ui"]["messages"][0]["id"].as_u64()), (400, Some(4_000_006)));
    took
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}
