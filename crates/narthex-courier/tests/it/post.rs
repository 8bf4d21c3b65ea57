//! What the scenarios share: letters, settings, and looking at what became of a message.

use std::sync::{Arc, Once};
use std::time::Duration;

use jiff::Timestamp;
use narthex_api::Time;
use narthex_courier::{
    Clock, Composer, Dispatcher, Email, Letter, Message, Occasion, Outside, Recipient, Settings, SmtpServer, Status, Template, Via, Worker,
    enqueue,
};
use narthex_db::Db;
use narthex_jsonnet::{Evaluator, Limits};
use serde_json::json;
use uuid::Uuid;

use crate::sink::Sink;

pub(crate) fn now() -> Time {
    Time::new(Timestamp::now())
}

pub(crate) fn clock() -> Clock {
    Arc::new(now)
}

pub(crate) fn outside() -> Outside {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        tokio_rustls::rustls::crypto::ring::default_provider().install_default().unwrap();
    });
    let http = reqwest::Client::new().into();
    Outside { http, forbidden: None, jsonnet: Evaluator::in_process(Limits::default()) }
}

pub(crate) fn recovery_code(via: Via, address: &str) -> Letter {
    Letter {
        to: Recipient { via, address: address.to_owned() },
        template: Template::RecoveryCodeValid { recovery_code: "482913".into(), expires_in_minutes: 60 },
        occasion: Occasion {
            identity: json!({"id": "7", "traits": {"email": address}}),
            request_url: "http://127.0.0.1:4433/self-service/recovery/api".into(),
            ..Occasion::default()
        },
    }
}

/// Queues a mail to this address.
pub(crate) async fn queue(db: &Db, address: &str) -> Uuid {
    queue_letter(db, &recovery_code(Via::Email, address)).await
}

pub(crate) async fn queue_letter(db: &Db, letter: &Letter) -> Uuid {
    let id = Uuid::now_v7();
    let message = Composer::default().compose(letter).await;
    db.write(enqueue(&message, id, now())).await.unwrap();
    id
}

pub(crate) fn smtp(uri: &str) -> SmtpServer {
    SmtpServer {
        connection_uri: uri.to_owned(),
        from_address: "no-reply@issuer.test".into(),
        from_name: Some("Test Desk".into()),
        headers: [("X-Test".to_owned(), "yes".to_owned())].into(),
        local_name: "issuer.test".into(),
        client_certificate: None,
    }
}

/// Looks often and pauses shortly.
pub(crate) fn settings(email: Email, message_retries: u32) -> Settings {
    let worker = Worker { pull_count: 10, pull_wait: Duration::from_millis(10), message_retries };
    Settings { keeps_texts: matches!(email, Email::Mailbox), email, sms: None, worker }
}

pub(crate) fn to_sink(sink: &Sink, message_retries: u32) -> Settings {
    settings(Email::Smtp(smtp(&sink.uri())), message_retries)
}

pub(crate) fn start(db: &Db, settings: &Settings) -> Dispatcher {
    Dispatcher::start(db.clone(), settings, &outside(), clock()).unwrap()
}

pub(crate) async fn get(db: &Db, id: Uuid) -> Message {
    narthex_courier::get(db, id).await.unwrap().unwrap()
}

/// The message, once it has this status.
pub(crate) async fn become_of(db: &Db, id: Uuid, status: Status) -> Message {
    for _ in 0..1000 {
        let message = get(db, id).await;
        if message.status == status {
            return message;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let message = get(db, id).await;
    panic!("{message:?} did not become {status:?}: {:?}", ends(&message));
}

/// The dispatches as `success` or the error, newest first.
pub(crate) fn ends(message: &Message) -> Vec<&str> {
    let dispatches = message.dispatches.as_ref().unwrap();
    dispatches.iter().map(|dispatch| dispatch.error.as_deref().unwrap_or("success")).collect()
}
