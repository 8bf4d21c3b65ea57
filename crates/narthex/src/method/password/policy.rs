//! What a password has to be: long enough, unlike the identifier, and not known from breaches.

use narthex_api::message::Message;
use narthex_config::PasswordSettings;
use narthex_hash::{BCRYPT_MAX_PASSWORD, Password, Settings as Hashing};
use serde_json::json;

use crate::edge::{Caller, Problem};

mod breaches;
mod similarity;

/// Why a password is not taken.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Another one has to be chosen: said to the person who chose it.
    Unfit(Box<Message>),
    /// It could not be checked.
    Unchecked(Box<Problem>),
}

impl From<Message> for Refusal {
    fn from(message: Message) -> Self {
        Self::Unfit(Box::new(message))
    }
}

/// Checks a password that somebody wants to have.
///
/// # Errors
/// With what is wrong with it, or that it cannot be told.
pub(super) async fn check(caller: &Caller, password: &Password, identifiers: &[String]) -> Result<(), Refusal> {
    let policy = &caller.settings.config.selfservice.methods.password.config;
    check_length(policy, &caller.settings.hashing, password)?;
    if policy.identifier_similarity_check_enabled && identifiers.iter().any(|identifier| similarity::alike(identifier, password.as_str())) {
        return Err(Message::error(4_000_031, "The password is too much like your identifier. Please choose another one.").into());
    }
    breaches::check(caller, policy, password).await
}

fn check_length(policy: &PasswordSettings, hashing: &Hashing, password: &Password) -> Result<(), Refusal> {
    let (least, length) = (policy.min_password_length, password.len());
    if length < least {
        let message = Message::error(4_000_032, "")
            .with_text(format!("The password has to have at least {least} characters, but has {length}."))
            .with_context(json!({ "min_length": least, "actual_length": length }));
        return Err(message.into());
    }
    if matches!(hashing, Hashing::Bcrypt { .. }) && length > BCRYPT_MAX_PASSWORD {
        let message = Message::error(4_000_033, "")
            .with_text(format!("The password can have at most {BCRYPT_MAX_PASSWORD} characters, but has {length}."))
            .with_context(json!({ "max_length": BCRYPT_MAX_PASSWORD, "actual_length": length }));
        return Err(message.into());
    }
    Ok(())
}
