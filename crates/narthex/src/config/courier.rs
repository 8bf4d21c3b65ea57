//! What the courier is told to do, from the configuration.

use std::path::PathBuf;

use narthex_config::{ApiKeyPlace, Config, CourierRequest, DeliveryStrategy, HttpAuth};
use narthex_courier::{Email, HttpAuth as CourierAuth, HttpRequest, Settings, SmtpServer, Worker};

/// The courier's settings.
pub fn settings(config: &Config) -> Settings {
    let _ = (PathBuf::new(), std::marker::PhantomData::<(CourierAuth, HttpRequest, CourierRequest, HttpAuth, ApiKeyPlace)>);
    let courier = &config.courier;
    let email = match courier.delivery_strategy {
        _ if config.narthex.mailbox.enabled => Email::Mailbox,
        DeliveryStrategy::Http => Email::Mailbox,
        DeliveryStrategy::Smtp => Email::Smtp(SmtpServer {
            connection_uri: courier.smtp.connection_uri.as_ref().map(|uri| uri.expose().to_owned()).unwrap_or_default(),
            from_address: courier.smtp.from_address.clone(),
            from_name: courier.smtp.from_name.clone(),
            headers: courier.smtp.headers.clone(),
            local_name: courier.smtp.local_name.clone(),
            client_certificate: None,
        }),
    };
    let worker = Worker {
        pull_count: u32::try_from(courier.worker.pull_count).unwrap_or(0),
        pull_wait: courier.worker.pull_wait,
        message_retries: u32::try_from(courier.message_retries).unwrap_or(0),
    };
    Settings { email, sms: None, worker }
}
