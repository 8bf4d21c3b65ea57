//! What a message says: the kinds of message, the data each carries, and how they become text.
//! Never stores or sends anything; texts that a configuration brings along replace our own part by part.
//! Next: `words` holds our own texts, `overrides` those of the configuration, `compose.rs` joins the two.

mod compose;
mod data;
mod locale;
mod overrides;
mod words;

use narthex_api::Time;
use serde_json::Value;

pub use compose::Composer;
pub use locale::Locale;

use crate::message::Via;

/// Where a message goes.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient {
    /// How the person is reached.
    pub via: Via,
    /// The mail address or phone number.
    pub address: String,
}

/// A message before it is put into words.
#[derive(Clone)]
pub struct Letter {
    /// Who gets it.
    pub to: Recipient,
    /// What it says.
    pub template: Template,
    /// What led to it.
    pub occasion: Occasion,
}

/// What led to a message: texts of the configuration may mention all of it, our own do not.
#[derive(Clone, Default)]
pub struct Occasion {
    /// The identity as JSON; null where there is none (a code for an address that nobody has), and for a registration
    /// under way an object with `traits`. Its locale chooses the language.
    pub identity: Value,
    /// The URL by which the flow was begun.
    pub request_url: String,
    /// What the client sent along; null counts as `{}`.
    pub transient_payload: Value,
    /// The OAuth2 login that the flow serves: `challenge` and `client`.
    pub oauth2_login_request: Option<Value>,
    /// Headers of the request, name to list of values, for HTTP delivery; null counts as `{}`.
    pub request_headers: Value,
}

/// The kinds of message, by the `template_type` of the reference, with what only that kind carries.
/// `expires_in_minutes` says how long a code or link works.
#[derive(Clone)]
pub enum Template {
    /// `recovery_valid`: a link to get back into the account.
    RecoveryValid {
        /// The link.
        recovery_url: String,
        /// Minutes that it works.
        expires_in_minutes: u64,
    },
    /// `recovery_invalid`: somebody asked for such a link, but the address belongs to no account.
    RecoveryInvalid,
    /// `recovery_code_valid`: a code to get back into the account.
    RecoveryCodeValid {
        /// The code.
        recovery_code: String,
        /// Minutes that it works.
        expires_in_minutes: u64,
    },
    /// `recovery_code_invalid`: somebody asked for such a code, but the address belongs to no account.
    RecoveryCodeInvalid,
    /// `verification_valid`: a link to show that the address is the person's own.
    VerificationValid {
        /// The link.
        verification_url: String,
        /// Minutes that it works.
        expires_in_minutes: u64,
    },
    /// `verification_invalid`: somebody asked for such a link, but the address belongs to no account.
    VerificationInvalid,
    /// `verification_code_valid`: a code to show that the address is the person's own.
    VerificationCodeValid {
        /// The code.
        verification_code: String,
        /// The flow's page with the code filled in; left out of text messages.
        verification_url: String,
        /// Minutes that it works.
        expires_in_minutes: u64,
    },
    /// `verification_code_invalid`: somebody asked for such a code, but the address belongs to no account.
    VerificationCodeInvalid,
    /// `login_code_valid`: a code to sign in, as first or second factor.
    LoginCodeValid {
        /// The code.
        login_code: String,
        /// Minutes that it works.
        expires_in_minutes: u64,
    },
    /// `registration_code_valid`: a code to finish signing up.
    RegistrationCodeValid {
        /// The code.
        registration_code: String,
        /// Minutes that it works.
        expires_in_minutes: u64,
    },
    /// `verifiable_address_changed`: word to an address of before that the addresses of the account have changed.
    VerifiableAddressChanged {
        /// When.
        changed_at: Time,
        /// Whether that address is still one of them.
        stays: bool,
    },
    /// `authenticator_key_added`: word that a passkey or security key was added.
    AuthenticatorKeyAdded {
        /// When.
        added_at: Time,
    },
}

impl Template {
    /// Its `template_type`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::RecoveryValid { .. } => "recovery_valid",
            Self::RecoveryInvalid => "recovery_invalid",
            Self::RecoveryCodeValid { .. } => "recovery_code_valid",
            Self::RecoveryCodeInvalid => "recovery_code_invalid",
            Self::VerificationValid { .. } => "verification_valid",
            Self::VerificationInvalid => "verification_invalid",
            Self::VerificationCodeValid { .. } => "verification_code_valid",
            Self::VerificationCodeInvalid => "verification_code_invalid",
            Self::LoginCodeValid { .. } => "login_code_valid",
            Self::RegistrationCodeValid { .. } => "registration_code_valid",
            Self::VerifiableAddressChanged { .. } => "verifiable_address_changed",
            Self::AuthenticatorKeyAdded { .. } => "authenticator_key_added",
        }
    }

    /// The code that it carries.
    pub(crate) fn code(&self) -> Option<&str> {
        match self {
            Self::RecoveryCodeValid { recovery_code: code, .. }
            | Self::VerificationCodeValid { verification_code: code, .. }
            | Self::LoginCodeValid { login_code: code, .. }
            | Self::RegistrationCodeValid { registration_code: code, .. } => Some(code),
            _ => None,
        }
    }

    /// The link that it carries.
    pub(crate) fn link(&self) -> Option<&str> {
        match self {
            Self::RecoveryValid { recovery_url: url, .. }
            | Self::VerificationValid { verification_url: url, .. }
            | Self::VerificationCodeValid { verification_url: url, .. } => Some(url),
            _ => None,
        }
    }

    /// How many minutes its code or link works.
    pub(crate) fn expires_in_minutes(&self) -> Option<u64> {
        match self {
            Self::RecoveryValid { expires_in_minutes: minutes, .. }
            | Self::RecoveryCodeValid { expires_in_minutes: minutes, .. }
            | Self::VerificationValid { expires_in_minutes: minutes, .. }
            | Self::VerificationCodeValid { expires_in_minutes: minutes, .. }
            | Self::LoginCodeValid { expires_in_minutes: minutes, .. }
            | Self::RegistrationCodeValid { expires_in_minutes: minutes, .. } => Some(*minutes),
            _ => None,
        }
    }
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.type_name())
    }
}
