//! English.
//! Never longer than a phone shows at a glance; each message says what to do when it was not asked for.
//! Next: `mod.rs` lays the sentences out.

use super::Words;
use crate::template::Template;

pub(super) fn words(template: &Template) -> Words {
    match template {
        Template::RecoveryValid { expires_in_minutes, .. } => {
            Words::new("Get back into your account", "Open this link to get back into your account:")
                .link("Recover my account")
                .note(format!("The link works once, within {}.", minutes(*expires_in_minutes)))
                .note("If you did not ask for it, ignore this message.")
                .mail_note("Nothing changes as long as nobody uses the link.")
        }
        Template::RecoveryCodeValid { expires_in_minutes, .. } => {
            Words::new("Get back into your account", "Use this code to get back into your account:")
                .note(format!("The code works once, within {}.", minutes(*expires_in_minutes)))
                .note("Never pass it on. If you did not ask for it, ignore this message.")
        }
        Template::RecoveryInvalid | Template::RecoveryCodeInvalid => Words::new(
            "Somebody tried to recover an account",
            "Somebody asked to recover the account of this mail address, but no account has it.",
        )
        .note("If that was you, try another address: you may have signed up with that one.")
        .note("If it was not you, ignore this message."),
        Template::VerificationValid { expires_in_minutes, .. } => {
            Words::new("Please confirm your mail address", "Open this link to confirm that this address is yours:")
                .link("Confirm my address")
                .note(format!("The link works once, within {}.", minutes(*expires_in_minutes)))
                .note("If you did not ask for this, ignore this message.")
        }
        Template::VerificationCodeValid { expires_in_minutes, .. } => {
            Words::new("Please confirm your address", "Use this code to confirm that this address is yours:")
                .link("Confirm my address")
                .link_lead("Or open this link, which fills it in for you:")
                .note(format!("The code works once, within {}.", minutes(*expires_in_minutes)))
                .note("If you did not ask for this, ignore this message.")
        }
        Template::VerificationInvalid | Template::VerificationCodeInvalid => {
            Words::new("Somebody tried to confirm this mail address", "Somebody asked to confirm this mail address, but no account has it.")
                .note("If that was you, try another address: you may have signed up with that one.")
                .note("If it was not you, ignore this message.")
        }
        Template::LoginCodeValid { expires_in_minutes, .. } => Words::new("Your code to sign in", "Use this code to sign in:")
            .note(format!("The code works once, within {}.", minutes(*expires_in_minutes)))
            .note("Never pass it on. If you did not try to sign in, ignore this message."),
        Template::RegistrationCodeValid { expires_in_minutes, .. } => {
            Words::new("Your code to sign up", "Use this code to finish signing up:")
                .note(format!("The code works once, within {}.", minutes(*expires_in_minutes)))
                .note("If you did not try to sign up, ignore this message.")
        }
        Template::VerifiableAddressChanged { stays, .. } => {
            let lead = if *stays {
                "The addresses of your account have changed. This one still belongs to it."
            } else {
                "The addresses of your account have changed, and this one no longer belongs to it."
            };
            Words::new("The addresses of your account have changed", lead)
                .mail_note("If that was you, there is nothing to do.")
                .note("If it was not you, get in touch with the site's operators at once.")
        }
        Template::AuthenticatorKeyAdded { .. } => {
            Words::new("A key was added to your account", "A passkey or security key was added to your account. It can be used to sign in.")
                .mail_note("If that was you, there is nothing to do.")
                .note("If it was not you, sign in, remove the key and change your password.")
        }
    }
}

fn minutes(count: u64) -> String {
    match count {
        1 => "1 minute".to_owned(),
        count if count % 60 == 0 && count > 120 => format!("{} hours", count / 60),
        count => format!("{count} minutes"),
    }
}
