//! Why a request has no answer that can be used.

use crate::answer::Answer;

/// A request that failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The client cannot be set up.
    #[error("{0}")]
    Settings(String),
    /// Nobody answered, after every try.
    #[error("{url} cannot be reached: {reason}")]
    Unreachable {
        /// Who was asked, without a query.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// The server said no.
    #[error("{0}")]
    Refused(Answer),
    /// The server answered something that is none of the API's answers.
    #[error("{url} does not answer as an admin API does: {reason}")]
    Unexpected {
        /// Who was asked, without a query.
        url: String,
        /// What is wrong with the answer.
        reason: String,
    },
}

impl ClientError {
    /// The status of the answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused(answer) => Some(answer.status),
            _ => None,
        }
    }
}
