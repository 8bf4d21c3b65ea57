//! Why something did not go through.

use serde::Serialize;

use crate::flow::Failure;
use crate::throttle::HELD_OFF;

/// Why something did not go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// There is no such account, or it is another password.
    WrongCredentials,
    /// It is another code or link, one that was used before, or one whose time is over.
    WrongCode,
    /// There were more tries of codes than are allowed.
    TooManyTries,
    /// Nobody has this address.
    UnknownAccount,
    /// There is an account by this name already.
    AlreadyTaken,
    /// The password is too short, too long, like the name, or known from breaches.
    UnfitPassword,
    /// The account is switched off.
    Inactive,
    /// The address has to be verified before.
    AddressNotVerified,
    /// A web hook does not allow it.
    RefusedByHook,
    /// What the person was told is all there is to say.
    Other,
}

impl Reason {
    /// The reason behind a message to the person.
    pub fn of_message(id: u64) -> Self {
        match id {
            4_000_006 => Self::WrongCredentials,
            4_000_007 | 4_000_028 => Self::AlreadyTaken,
            4_000_010 => Self::AddressNotVerified,
            4_000_031..=4_000_034 => Self::UnfitPassword,
            4_000_035 | 4_000_037 => Self::UnknownAccount,
            4_010_008 | 4_040_003 | 4_060_006 | 4_070_006 => Self::WrongCode,
            4_010_011 => Self::Inactive,
            _ => Self::Other,
        }
    }

    /// The reason behind what a submission is answered with; nothing where the person only has to fill in the form in another way,
    /// or where it is told by an event of its own. `by_hooks` says that nobody but web hooks had yet to agree.
    pub fn of_failure(failure: &Failure, by_hooks: bool) -> Option<Self> {
        match failure {
            Failure::Refused(message) if message.id == HELD_OFF => None,
            Failure::Refused(message) => Some(Self::of_message(message.id)),
            Failure::Invalid(_) if by_hooks => Some(Self::RefusedByHook),
            Failure::Invalid(violations) => {
                violations.iter().map(|violation| Self::of_message(violation.message.id)).find(|reason| *reason != Self::Other)
            }
            Failure::Problem(_) => None,
        }
    }
}
