use regiment_core::ops::{Force, Operation, Stop};

use super::batch;
use super::call::Call;
use super::faults::Refusal;
use crate::Action;

/// `StopInstances`: each instance must be running.
pub(super) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    batch::order(call, Operation::Stop(Stop { force: force(call)? }), None)
}

/// `forceStop`: 1 cuts the power when the guest does not comply.
pub(super) fn force(call: &Call<'_>) -> Result<Force, Refusal> {
    let forced = call.fields().flag("forceStop")?.unwrap_or(false);
    Ok(if forced { Force::SoftThenHard } else { Force::Soft })
}
