//! Refusals in this service's codes, whose last three digits tell the status.

use regiment_core::model::{Fault, FaultKind};

use crate::huawei::faults::Row;

/// What is wrong with a request's own words.
pub(super) fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Row {
    Row::new("EVS.5400", 400, "").saying(message)
}

pub(super) fn missing(what: &str, words: &str) -> Row {
    let shown: String = words.chars().take(64).collect();
    Row::new("EVS.5404", 404, "").saying(format!("{what} {shown} could not be found."))
}

pub(super) const IN_USE: Row = Row::new(
    "EVS.5400",
    400,
    "The disk is attached to a server, or another operation is running on it.",
);

/// The row of a fault.
pub(in crate::huawei) fn row(fault: &Fault) -> Row {
    let row = Row::of(fault);
    let kind = fault.kind;
    let (code, status) = if kind == FaultKind::VolumeInUse {
        return IN_USE;
    } else if kind == FaultKind::VolumeNotFound {
        ("EVS.5404", 404)
    } else if kind == FaultKind::VolumeNotSmaller {
        ("EVS.1015", 400)
    } else if kind == FaultKind::QuotaExceeded {
        return Row::new("EVS.5413", 413, "The disk quota is exceeded.");
    } else if kind == FaultKind::NoCapacity {
        return Row::new("EVS.5500", 500, "There is no room for the disk.");
    } else if is_ours(kind) {
        let story = fault.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
        let row = Row::new("EVS.5500", 500, "");
        return row.saying(format!("The operation on the disk failed{story}"));
    } else if is_of_all_services(kind) {
        // The same in all services.
        (row.code, row.status)
    } else {
        ("EVS.5400", 400)
    };
    Row { code, status, ..row }
}

const fn is_of_all_services(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::TokenReused
            | FaultKind::TooManyJobs
            | FaultKind::NotAllowed
            // What never came to be work.
            | FaultKind::Cancelled
            | FaultKind::TooManyFailures
            | FaultKind::DeadlinePassed
    )
}

/// What went wrong at work, which no client can help.
const fn is_ours(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::HostDown
            | FaultKind::StepFailed
            | FaultKind::StepTimedOut
            | FaultKind::Unreachable
            | FaultKind::Internal
    )
}
