//! What people do with native applications, each a flow of two requests.

use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::load::{Connection, native};

/// What somebody comes for.
#[derive(Clone)]
pub(crate) enum Visit {
    /// Somebody new signs up.
    SignUp,
    /// People who are known sign in, each client one of them.
    SignIn(Arc<Vec<Person>>),
}

/// Somebody who has signed up.
pub(crate) struct Person {
    /// What they are called at the form.
    pub email: String,
    /// Their password.
    pub password: String,
}

impl Visit {
    /// Does it once, as this client; the last status and body.
    pub(crate) async fn pay(&self, connection: &mut Connection, client: usize) -> (u16, Value) {
        match self {
            Self::SignUp => sign_up(connection, &Person::random()).await,
            Self::SignIn(people) => sign_in(connection, &people[client % people.len()]).await,
        }
    }
}

impl Person {
    /// Somebody whom nobody knows yet.
    pub(crate) fn random() -> Self {
        let id = Uuid::new_v4();
        Self { email: format!("{}@bench.example", id.simple()), password: format!("Zq-{id}") }
    }
}

/// Signs somebody up; the status and the body of the answer.
pub(crate) async fn sign_up(connection: &mut Connection, person: &Person) -> (u16, Value) {
    let body = json!({ "method": "password", "password": person.password, "traits": { "email": person.email } });
    submit(connection, "registration", &body).await
}

/// Signs somebody in; the status and the body of the answer.
pub(crate) async fn sign_in(connection: &mut Connection, person: &Person) -> (u16, Value) {
    let body = json!({ "method": "password", "password": person.password, "identifier": person.email });
    submit(connection, "login", &body).await
}

async fn submit(connection: &mut Connection, kind: &str, body: &Value) -> (u16, Value) {
    connection.ask(&native("GET", &format!("/self-service/{kind}/api"), "", "")).await;
    let flow = connection.json();
    let id = flow["id"].as_str().unwrap_or_default();
    let status = connection.ask(&native("POST", &format!("/self-service/{kind}?flow={id}"), "", &body.to_string())).await;
    (status, connection.json())
}
