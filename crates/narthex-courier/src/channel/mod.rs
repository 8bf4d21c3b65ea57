//! The ways out: each takes a message and says whether it was accepted.
//! Never reads or writes the queue, and never tries twice on its own.
//! Next: `smtp` and `http.rs` deliver; `dispatcher` calls them.

mod smtp;

use std::sync::Arc;

use smtp::Smtp;

use crate::error::CourierError;
use crate::message::Via;
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
    Smtp(Arc<Smtp>),
    /// Nothing is configured.
    Missing,
}

impl Channels {
    pub(crate) fn new(settings: &Settings) -> Result<Self, CourierError> {
        let email = match &settings.email {
            Email::Mailbox => Channel::Mailbox,
            Email::Smtp(server) => Channel::Smtp(Arc::new(Smtp::new(server)?)),
            Email::Http(_) => Channel::Missing,
        };
        let sms = match (&settings.sms, &email) {
            (None, Channel::Mailbox) => Channel::Mailbox,
            (_, _) => Channel::Missing,
        };
        Ok(Self { email, sms })
    }

    /// Delivers a message, or says why not. Ends within [`LONGEST`].
    pub(crate) async fn deliver(&self, message: &Outgoing) -> Result<(), Refusal> {
        let channel = match message.via {
            Via::Email => &self.email,
            Via::Sms => &self.sms,
        };
        match channel {
            Channel::Mailbox => Ok(()),
            Channel::Smtp(smtp) => smtp.deliver(message).await,
            Channel::Missing => Err(format!("courier.channels has no channel \"{}\"", message.via.as_str())),
        }
    }
}
