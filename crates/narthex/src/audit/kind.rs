//! What can happen, and what is told of it. Every field is of a type that holds no text which somebody has typed: names that the
//! program knows, numbers, ids, and addresses of which only the ends are seen.

use narthex_api::Time;
use serde::Serialize;
use uuid::Uuid;

use super::Reason;
use crate::edge::admin_key;

/// Declares the events: their names, and what is told of each.
macro_rules! kinds {
    ($($(#[$about:meta])* $name:literal $kind:ident { $($(#[$what:meta])* $field:ident: $type:ty),* })*) => {
        /// What has happened, and what is told of it.
        #[derive(Clone, Debug, Serialize)]
        #[serde(untagged)]
        pub enum Kind {
            $($(#[$about])* $kind { $($(#[$what])* $field: $type),* },)*
        }

        impl Kind {
            /// The names of all events.
            pub const NAMES: &[&str] = &[$($name),*];

            /// The event's name.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$kind { .. } => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// Somebody has signed up.
    "registration.succeeded" RegistrationSucceeded {
        /// With this method.
        method: &'static str
    }
    /// Somebody could not sign up.
    "registration.failed" RegistrationFailed {
        /// With this method, if it is one.
        method: Option<&'static str>,
        /// Why.
        reason: Reason
    }
    /// Somebody has signed in.
    "login.succeeded" LoginSucceeded {
        /// With this method.
        method: &'static str,
        /// What the session is worth now.
        aal: &'static str,
        /// Whether they were signed in before, and have shown once more who they are.
        refreshed: bool
    }
    /// Somebody could not sign in.
    "login.failed" LoginFailed {
        /// With this method, if it is one.
        method: Option<&'static str>,
        /// Why.
        reason: Reason
    }
    /// A password or code was not looked at, because there had been too many tries.
    "attempt.throttled" AttemptThrottled {
        /// What was tried: a password or a code.
        secret: &'static str,
        /// How long to wait.
        wait_seconds: u64
    }
    /// A request was turned away at the door.
    "request.refused" RequestRefused {
        /// Why.
        reason: Refusal
    }
    /// Somebody has signed out.
    "logout.succeeded" LogoutSucceeded {}
    /// It was shown whose an address is.
    "verification.succeeded" VerificationSucceeded {
        /// By a code, a link, or signing in with one.
        method: &'static str,
        /// The address.
        address: Masked
    }
    /// A code or link of a verification did not count.
    "verification.failed" VerificationFailed {
        /// By a code or a link.
        method: &'static str,
        /// Why.
        reason: Reason
    }
    /// A code or link that lets somebody in again was sent, or made by an administrator.
    "recovery.begun" RecoveryBegun {
        /// By a code or a link.
        method: &'static str
    }
    /// Somebody was let in by such a code or link.
    "recovery.succeeded" RecoverySucceeded {
        /// By a code or a link.
        method: &'static str
    }
    /// Such a code or link did not count.
    "recovery.failed" RecoveryFailed {
        /// By a code or a link.
        method: &'static str,
        /// Why.
        reason: Reason
    }
    /// A way to sign in was set up, changed or taken away.
    "credential.changed" CredentialChanged {
        /// Of this method.
        credential: &'static str,
        /// What has become of it.
        change: Change
    }
    /// An administrator was shown what credentials hold.
    "credential.read" CredentialRead {
        /// Of these methods.
        credentials: Vec<&'static str>
    }
    /// Addresses came or went.
    "address.changed" AddressChanged {
        /// Those that came.
        added: Vec<Masked>,
        /// Those that went.
        removed: Vec<Masked>
    }
    /// An identity was made.
    "identity.created" IdentityCreated {
        /// The methods that it can sign in with.
        credentials: Vec<&'static str>
    }
    /// An identity was changed.
    "identity.updated" IdentityUpdated {
        /// What is not as it was.
        changed: Vec<Field>
    }
    /// An identity was deleted, with all that is its own.
    "identity.deleted" IdentityDeleted {}
    /// Sessions have ended before their time.
    "session.revoked" SessionRevoked {
        /// Which.
        scope: Scope,
        /// Whether nothing of them is left.
        deleted: bool
    }
    /// A session lasts longer.
    "session.extended" SessionExtended {
        /// Until then.
        expires_at: Time
    }
    /// A session has ended because it was left unused for too long.
    "session.timed_out" SessionTimedOut {}
    /// The token of a session was handed to the application that had its owner sign in through a browser.
    "session.handed_over" SessionHandedOver {}
    /// A web hook could not be called, or answered with nothing of use.
    "hook.failed" HookFailed {
        /// Its id in the configuration.
        hook: Option<String>,
        /// The host of its target.
        target: String,
        /// What went wrong.
        fault: HookFault
    }
    /// A call of a web hook that was settled is made once more.
    "webhook.replayed" WebhookReplayed {
        /// The call.
        delivery: Uuid
    }
}

impl Kind {
    /// Whether it takes the identity itself to do this: it has shown who it is.
    pub(super) fn is_by_owner(&self) -> bool {
        !matches!(
            self,
            Self::RegistrationFailed { .. }
                | Self::LoginFailed { .. }
                | Self::AttemptThrottled { .. }
                | Self::RequestRefused { .. }
                | Self::VerificationFailed { .. }
                | Self::RecoveryBegun { .. }
                | Self::RecoveryFailed { .. }
                | Self::HookFailed { .. }
        )
    }
}

/// Why a request was turned away before anything else was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The admin listener asks for a key, and it showed none.
    NoKey,
    /// It showed a key that is not taken.
    WrongKey,
    /// The admin listener asks for a certificate, and its connection showed none.
    NoCertificate,
    /// Its connection showed a certificate that is not taken.
    WrongCertificate,
    /// It could not be told from one that another site has a browser make.
    Forged,
}

impl From<admin_key::Refusal> for Refusal {
    fn from(refusal: admin_key::Refusal) -> Self {
        match refusal {
            admin_key::Refusal::NoKey => Self::NoKey,
            admin_key::Refusal::WrongKey => Self::WrongKey,
        }
    }
}

/// What has become of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// There was none before.
    Added,
    /// It is another one.
    Replaced,
    /// There is none any more.
    Removed,
}

/// A part of an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Its schema.
    SchemaId,
    /// Its traits.
    Traits,
    /// Whether it may sign in.
    State,
    /// What another system knows it by.
    ExternalId,
    /// The organization that it belongs to.
    OrganizationId,
    /// What applications keep with it and the person may see.
    MetadataPublic,
    /// What applications keep with it and only administrators may see.
    MetadataAdmin,
    /// Its addresses, or what is known of them.
    Addresses,
}

/// Which sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The one that is named.
    One,
    /// All of the identity but the one in use.
    Others,
    /// Those of the identity that are more than it may have.
    Oldest,
    /// All of the identity.
    Identity,
    /// Everyone's.
    Everyone,
}

/// What went wrong with a web hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HookFault {
    /// It did not answer in time.
    TimedOut,
    /// It answered that it does not take what it was told, or with nothing of use.
    BadAnswer,
    /// There was too much to do at the moment to call it.
    Busy,
    /// It could not be called, or not be understood.
    Failed,
}

/// An address of which only the ends are seen: enough to tell which one is meant, too little to write to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Masked(String);

impl Masked {
    /// The address, masked: `a***@example.org`, `+49***89`.
    pub fn new(address: &str) -> Self {
        let ends = |text: &str, first: usize, last: usize| {
            let length = text.chars().count();
            if length < first + last + 3 {
                return "***".to_owned();
            }
            let (head, tail): (String, String) = (text.chars().take(first).collect(), text.chars().skip(length - last).collect());
            format!("{head}***{tail}")
        };
        match address.rsplit_once('@') {
            Some((local, domain)) => Self(format!("{}@{domain}", ends(local, 1, 0))),
            None => Self(ends(address, 3, 2)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_show_their_ends_only() {
        let masked = |address: &str| Masked::new(address).0;
        assert_eq!(masked("alice@example.org"), "a***@example.org");
        assert_eq!(masked("al@example.org"), "***@example.org");
        assert_eq!(masked("+4915112345689"), "+49***89");
        assert_eq!(masked("12345"), "***");
    }

    #[test]
    fn names_are_those_of_the_document() {
        let document = include_str!("../../../../docs/audit.md");
        let table = document.split("## ").find(|section| section.starts_with("What is told")).unwrap();
        let told: Vec<&str> = table.lines().filter_map(|line| Some(line.strip_prefix("| `")?.split_once("` |")?.0)).collect();
        assert_eq!(told, Kind::NAMES, "the table of docs/audit.md has all events, in their order");
    }
}
