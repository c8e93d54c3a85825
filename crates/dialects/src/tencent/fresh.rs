//! A request is good for a short while, and one signed in the older way once.

use std::fmt;

use regiment_core::model::Time;

use crate::Context;

/// How far a request's time may be from ours, either way.
const WINDOW_S: i64 = 300;

pub fn in_window(at_s: i64, context: &Context<'_>) -> bool {
    context.now.seconds().saturating_sub(at_s).saturating_abs() <= WINDOW_S
}

/// Whether this key has not used the nonce at this time, which must be in the window, before.
pub fn first_use(
    secret_id: &str,
    at_s: i64,
    nonce: impl fmt::Display,
    context: &Context<'_>,
) -> bool {
    // One second more than it could be accepted again.
    let forget_at = Time((at_s + WINDOW_S + 1) * 1000);
    context.gate.first_use(secret_id, &format!("{at_s}:{nonce}"), forget_at)
}
