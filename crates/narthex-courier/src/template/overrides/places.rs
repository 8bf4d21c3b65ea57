//! Where a configuration keeps the text of each message: its key below `courier.templates`, its directory.
//! Never reads either.
//! Next: `mod.rs` does.

use narthex_config::{Courier, MessageTexts};

use super::Part;

/// To whom a message goes, which the keys tell apart for most kinds.
#[derive(Clone, Copy)]
enum Case {
    Valid,
    Invalid,
    Only,
}

/// A kind of message and its places.
pub(super) struct Kind {
    pub(super) template_type: &'static str,
    /// Its directory.
    pub(super) path: &'static str,
    key: &'static str,
    case: Case,
}

const fn kind(template_type: &'static str, path: &'static str, key: &'static str, case: Case) -> Kind {
    Kind { template_type, path, key, case }
}

/// Every kind that a configuration may have texts for.
pub(super) const KINDS: [Kind; 12] = [
    kind("recovery_valid", "recovery/valid", "recovery", Case::Valid),
    kind("recovery_invalid", "recovery/invalid", "recovery", Case::Invalid),
    kind("recovery_code_valid", "recovery_code/valid", "recovery_code", Case::Valid),
    kind("recovery_code_invalid", "recovery_code/invalid", "recovery_code", Case::Invalid),
    kind("verification_valid", "verification/valid", "verification", Case::Valid),
    kind("verification_invalid", "verification/invalid", "verification", Case::Invalid),
    kind("verification_code_valid", "verification_code/valid", "verification_code", Case::Valid),
    kind("verification_code_invalid", "verification_code/invalid", "verification_code", Case::Invalid),
    kind("login_code_valid", "login_code/valid", "login_code", Case::Valid),
    kind("registration_code_valid", "registration_code/valid", "registration_code", Case::Valid),
    kind("verifiable_address_changed", "verifiable_address_changed", "verifiable_address_changed", Case::Only),
    kind("authenticator_key_added", "authenticator_key_added", "authenticator_key_added", Case::Only),
];

impl Kind {
    /// The URI that the configuration has for this part.
    pub(super) fn uri<'c>(&self, courier: &'c Courier, part: Part) -> Option<&'c str> {
        let texts = courier.templates.get(self.key)?;
        let texts: &MessageTexts = match self.case {
            Case::Valid => &texts.valid,
            Case::Invalid => &texts.invalid,
            Case::Only => &texts.texts,
        };
        let uri = match part {
            Part::Subject => &texts.email.subject,
            Part::Plain => &texts.email.body.plaintext,
            Part::Html => &texts.email.body.html,
            Part::Sms => &texts.sms.body.plaintext,
        };
        uri.as_ref().map(AsRef::as_ref).filter(|uri| !uri.is_empty())
    }

    /// The key of that URI.
    pub(super) fn key(&self, part: Part) -> String {
        let case = match self.case {
            Case::Valid => ".valid",
            Case::Invalid => ".invalid",
            Case::Only => "",
        };
        let part = match part {
            Part::Subject => "email.subject",
            Part::Plain => "email.body.plaintext",
            Part::Html => "email.body.html",
            Part::Sms => "sms.body.plaintext",
        };
        format!("courier.templates.{}{case}.{part}", self.key)
    }
}
