//! Refusals as Nova words them: a status, the one word that stands for it, a message.

use std::borrow::Cow;

use regiment_core::model::{Fault, FaultKind};

use crate::huawei::faults::Row;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub status: u16,
    pub message: Cow<'static, str>,
}

impl Refusal {
    pub fn new(status: u16, message: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal { status, message: message.into() }
    }

    /// What is wrong with a request's own words.
    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal::new(400, message)
    }

    pub fn missing(what: &str, words: &str) -> Refusal {
        let shown: String = words.chars().take(255).collect();
        Refusal::new(404, format!("{what} {shown} could not be found."))
    }

    /// A fault, where Nova's status is not that of this cloud's own API.
    pub fn of(fault: &Fault) -> Refusal {
        if fault.kind == FaultKind::KeyPairNotFound {
            return Refusal::invalid("Invalid key_name provided.");
        }
        let row = Row::of(fault);
        let status = if is_conflict(fault.kind) || is_taken(fault.kind) {
            409
        } else if is_forbidden(fault.kind) {
            403
        } else if is_missing(fault.kind) {
            404
        } else {
            row.status
        };
        Refusal { status, message: row.message }
    }

    /// The word that holds the refusal.
    pub const fn key(&self) -> &'static str {
        match self.status {
            400 => "badRequest",
            401 => "unauthorized",
            403 => "forbidden",
            404 => "itemNotFound",
            409 => "conflictingRequest",
            413 | 429 => "overLimit",
            501 => "notImplemented",
            503 => "serviceUnavailable",
            _ => "computeFault",
        }
    }
}

/// Whether the state that a server is in does not allow what was asked.
pub(super) fn is_conflict(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::ServerBusy
            | FaultKind::ServerRunning
            | FaultKind::ServerStopped
            | FaultKind::ServerBroken
            | FaultKind::ServerLocked
            | FaultKind::ResizeUnconfirmed
            | FaultKind::NothingResized
            | FaultKind::StillRunning
    )
}

/// Whether there is as much of something as there may be, or it is not for callers to decide.
const fn is_forbidden(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::QuotaExceeded
            | FaultKind::NotAllowed
            | FaultKind::TooManyServerGroups
            | FaultKind::ServerGroupFull
            | FaultKind::TooManyVolumes
            | FaultKind::BootVolume
            | FaultKind::TooManyNics
            | FaultKind::NicIsPrimary
    )
}

/// Whether somebody else has what was asked for.
const fn is_taken(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::DeviceInUse
            | FaultKind::KeyPairExists
            | FaultKind::NicTaken
            | FaultKind::AddressInUse
    )
}

/// Whether what was named beside the server is not there.
const fn is_missing(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::VolumeNotFound | FaultKind::VolumeNotAttached | FaultKind::NicNotFound
    )
}

impl From<Row> for Refusal {
    fn from(row: Row) -> Refusal {
        let Row { code: _, status, message } = row;
        Refusal { status, message }
    }
}

/// How a fault is told: for the page of errors.
#[cfg(test)]
pub(in crate::huawei) fn told(kind: FaultKind) -> (u16, &'static str) {
    let refusal = Refusal::of(&kind.into());
    (refusal.status, refusal.key())
}
