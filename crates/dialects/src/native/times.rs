//! How points in time are written: RFC 3339, UTC, milliseconds.

use jiff::Timestamp;
use regiment_core::model::Time;

/// `2026-01-02T03:04:05.678Z`
pub(super) fn time(time: Time) -> String {
    let stamp = Timestamp::from_millisecond(time.0).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{stamp:.3}")
}
