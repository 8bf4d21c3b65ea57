//! The ways out: each takes a message and says whether it was accepted.
//! Never reads or writes the queue, and never tries twice on its own.
//! Next: `smtp` and `http.rs` deliver; `dispatcher` calls them.

mod http;
mod smtp;

use http::Http;
use smtp::Smtp;

use crate::error::CourierError;
use crate::message::Via;
use crate::outside::Outside;
use crate::settings::{Email, Settings};
use crate::store::Outgoing;

/// Why a message was not accepted, in words for an administrator, without anything of its text.
pub(crate) type Refusal = String;

/// The channels of one configuration.
pub(crate) struct Channels {
    email: Channel,
    sms: Channel,
}

enum Channel {
    /// Keeps messages where they are.
    Mailbox,
    Smtp(Box<Smtp>),
    Http(Box<Http>),
    /// Nothing is configured; the text says what is missing.
    Missing(&'static str),
}

impl Channels {
    pub(crate) fn new(settings: &Settings, outside: &Outside) -> Result<Self, CourierError> {
        let email = match &settings.email {
            Email::Mailbox => Channel::Mailbox,
            Email::Missing => Channel::Missing("courier.smtp.connection_uri is not set"),
            Email::Smtp(server) => Channel::Smtp(Box::new(Smtp::new(server, outside.forbidden)?)),
            Email::Http(request) => Channel::Http(Box::new(Http::new(request, outside)?)),
        };
        let sms = match (&settings.sms, &email) {
            (None, Channel::Mailbox) => Channel::Mailbox,
            (None, _) => Channel::Missing("courier.channels has no channel of id sms"),
            (Some(request), _) => Channel::Http(Box::new(Http::new(request, outside)?)),
        };
        Ok(Self { email, sms })
    }

    /// Delivers a message, or says why not. No way out takes longer than 45 s; claims hold longer than that.
    pub(crate) async fn deliver(&self, message: &Outgoing) -> Result<(), Refusal> {
        let channel = match message.via {
            Via::Email => &self.email,
            Via::Sms => &self.sms,
        };
        match channel {
            Channel::Mailbox => Ok(()),
            Channel::Smtp(smtp) => smtp.deliver(message).await,
            Channel::Http(http) => http.deliver(message).await,
            Channel::Missing(what) => Err((*what).to_owned()),
        }
    }
}
