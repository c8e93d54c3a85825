//! How a command ended, for whoever looks at the exit status alone.

use std::process::ExitCode;

use thiserror::Error;

use crate::client::{JobState, Submitted};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Well,
    /// Some servers are as ordered and some are not.
    SomeFailed,
    AllFailed,
    /// A person stopped waiting; the work goes on.
    Detached,
}

/// What is wrong with how a command was called, found only after its words were read.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct Misuse(pub String);

/// As a shell says it of a process that was interrupted.
const INTERRUPTED: u8 = 130;
const MISUSE: u8 = 2;

impl Ended {
    pub const fn of(state: JobState) -> Ended {
        match state {
            JobState::Running | JobState::AllSucceeded => Ended::Well,
            JobState::SomeFailed => Ended::SomeFailed,
            JobState::AllFailed => Ended::AllFailed,
        }
    }

    /// As far as it is known when an order is taken.
    pub fn judged(submitted: &Submitted) -> Ended {
        let verdicts = &submitted.verdicts;
        match (verdicts.admitted + verdicts.already_so, verdicts.refused.len()) {
            (_, 0) => Ended::Well,
            (0, _) => Ended::AllFailed,
            (_, _) => Ended::SomeFailed,
        }
    }
}

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> ExitCode {
        match ended {
            Ended::Well => ExitCode::SUCCESS,
            Ended::SomeFailed => ExitCode::from(3),
            Ended::AllFailed => ExitCode::from(4),
            Ended::Detached => ExitCode::from(INTERRUPTED),
        }
    }
}

/// The status for what kept a command from its work.
pub fn of_error(error: &anyhow::Error) -> ExitCode {
    if error.is::<Misuse>() { ExitCode::from(MISUSE) } else { ExitCode::FAILURE }
}

/// What the statuses mean, for the foot of a help text.
pub const STATUSES: &str = "\
Exit status: 0 every server is as ordered, 3 some failed, 4 all failed, 1 nothing was ordered, \
2 the command was not understood, 130 waiting was interrupted. Without --wait it tells of what was \
refused at once.";
