//! Whether the time of an answer tells which accounts exist: wrong passwords, and codes that are asked for, for an account that there
//! is and for ones that there are not, in turn, so that both meet the same machine.

use std::net::SocketAddr;
use std::time::Instant;

use serde_json::{Value, json};

use crate::load::{Connection, native};
use crate::server::{Engine, Hashing, Server, base64};
use crate::visit::{Person, sign_up};

/// The name of the measurement.
pub(crate) const NAME: &str = "enumeration";
/// A cost at which a hash takes longer than all the rest.
const BCRYPT_8: Hashing = Hashing { name: "bcrypt 8", config: &[("algorithm", "\"bcrypt\""), ("bcrypt", "{\"cost\": 8}")] };
/// Tries of each kind.
const TRIES: usize = 300;

/// What is sent of which the answer must not tell whether there is an account.
#[derive(Clone, Copy)]
enum Try {
    /// A password that is not right.
    WrongPassword,
    /// A request for a code.
    AskForCode,
    /// A code that is not right, after one was asked for.
    WrongCode,
}

impl Try {
    const ALL: [Self; 3] = [Self::WrongPassword, Self::AskForCode, Self::WrongCode];

    fn name(self) -> &'static str {
        match self {
            Self::WrongPassword => "wrong password",
            Self::AskForCode => "code asked for",
            Self::WrongCode => "wrong code",
        }
    }

    /// What is sent, and the message that it is answered with.
    fn of(self, identifier: &str) -> (Value, u64) {
        match self {
            Self::WrongPassword => (json!({ "method": "password", "identifier": identifier, "password": "certainly-not-it" }), 4_000_006),
            Self::AskForCode => (json!({ "method": "code", "identifier": identifier }), 1_010_014),
            Self::WrongCode => (json!({ "method": "code", "identifier": identifier, "code": "certainly-not-it" }), 4_010_008),
        }
    }

    /// The milliseconds that the answer takes.
    async fn time(self, address: SocketAddr, identifier: &str) -> f64 {
        let mut connection = Connection::open(address).await;
        connection.ask(&native("GET", "/self-service/login/api", "", "")).await;
        let flow = connection.json()["id"].as_str().unwrap_or_default().to_owned();
        let request = |body: &Value| native("POST", &format!("/self-service/login?flow={flow}"), "", &body.to_string());
        if matches!(self, Self::WrongCode) {
            connection.ask(&request(&Self::AskForCode.of(identifier).0)).await;
        }
        let (body, expected) = self.of(identifier);
        let request = request(&body);
        let asked = Instant::now();
        let status = connection.ask(&request).await;
        let took = asked.elapsed().as_secs_f64() * 1e3;
        assert_eq!((status, connection.json()["ui"]["messages"][0]["id"].as_u64()), (400, Some(expected)));
        took
    }
}

/// Measures and prints.
pub(crate) async fn measure(engine: &Engine) {
    let email = json!({ "type": "string", "format": "email", "ory.sh/kratos": { "credentials": {
        "password": { "identifier": true }, "code": { "identifier": true, "via": "email" },
    } } });
    let schema = json!({ "type": "object", "properties": { "traits": { "type": "object", "properties": { "email": email } } } });
    let changes = [
        ("security.account_enumeration.mitigate", json!(true)),
        // Counted as always, but so many tries are to be answered.
        ("narthex.security.throttle.account.tries", json!(1_000_000)),
        ("narthex.security.hide_unknown_recipients", json!(true)),
        // Messages that are delivered would keep the machine busy for one kind only.
        ("narthex.mailbox.enabled", json!(true)),
        ("selfservice.methods.code", json!({ "enabled": true, "passwordless_enabled": true })),
        ("identity.schemas", json!([{ "id": "person", "url": format!("base64://{}", base64(&schema.to_string())) }])),
    ];
    let server = Server::start_with(engine, BCRYPT_8, &changes).await;
    let mut connection = Connection::open(server.public()).await;
    let (status, done) = sign_up(&mut connection, &Person::random()).await;
    assert_eq!(status, 200, "nobody can sign up: {done}");
    let known = done["identity"]["traits"]["email"].as_str().unwrap_or_default().to_owned();
    for what in Try::ALL {
        compare(what, server.public(), &known).await;
    }
}

/// Measures the time of one kind of try, with an account and without, and prints how far they lie apart.
async fn compare(what: Try, address: SocketAddr, known: &str) {
    let (mut of_known, mut of_unknown) = (Vec::new(), Vec::new());
    for number in 0..TRIES {
        let unknown = format!("{}@bench.example", uuid::Uuid::new_v4().simple());
        let mut both = [(known, &mut of_known), (unknown.as_str(), &mut of_unknown)];
        both.rotate_left(number % 2);
        for (identifier, times) in both {
            times.push(what.time(address, identifier).await);
        }
    }
    // How far two halves of the same lie apart is what the machine alone does.
    let (even, odd): (Vec<_>, Vec<_>) = of_known.iter().enumerate().partition(|(number, _)| number % 2 == 0);
    let half = |half: Vec<(usize, &f64)>| median(half.into_iter().map(|(_, time)| *time).collect());
    let noise = (half(even) - half(odd)).abs();
    let (known, unknown) = (median(of_known), median(of_unknown));
    println!(
        "{}, {TRIES} tries each: median {known:.2} ms with an account, {unknown:.2} ms without; {:.2} ms apart, noise {noise:.2} ms",
        what.name(),
        (known - unknown).abs()
    );
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}
