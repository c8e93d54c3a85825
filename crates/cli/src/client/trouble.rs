//! Why a call came to nothing.

use serde::Deserialize;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum Trouble {
    #[error("failed to reach {endpoint}: {why}")]
    Unreachable { endpoint: String, why: String },

    /// The server said no, in its own words.
    #[error("{}", .0.detail)]
    Refused(Problem),

    /// Something answered that is not this API.
    #[error("{endpoint} answered with status {status} and not as this API does: is it a regiment?")]
    Strange { endpoint: String, status: u16 },

    #[error(
        "there are no credentials for {endpoint}: give --token, or --access-key and REGIMENT_SECRET_KEY, or a context that has them"
    )]
    NoCredentials { endpoint: String },
}

/// A refusal as the API writes it.
#[derive(Debug, Deserialize)]
pub struct Problem {
    pub status: u16,
    pub code: String,
    pub detail: String,
}

impl Trouble {
    /// Whether the same call may well succeed in a moment: nothing is wrong with what was asked.
    pub fn passes(&self) -> bool {
        match self {
            Trouble::Unreachable { .. } => true,
            Trouble::Refused(problem) => matches!(problem.status, 429 | 503),
            Trouble::Strange { status, endpoint: _ } => matches!(status, 502..=504),
            Trouble::NoCredentials { .. } => false,
        }
    }

    pub fn is_code(&self, code: &str) -> bool {
        matches!(self, Trouble::Refused(problem) if problem.code == code)
    }

    /// The token was not taken.
    pub fn is_unauthorized(&self) -> bool {
        matches!(self, Trouble::Refused(problem) if problem.status == 401)
    }
}
