use regiment_core::ops::{Force, Operation, Stop};

use crate::Action;
use crate::tencent_v2::batch;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;

/// `StopInstances`: each instance must be running.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    batch::order(call, Operation::Stop(Stop { force: force(call)? }), None)
}

/// `forceStop`: 1 cuts the power when the guest does not comply.
pub fn force(call: &Call<'_>) -> Result<Force, Refusal> {
    let forced = call.fields().flag("forceStop")?.unwrap_or(false);
    Ok(if forced { Force::SoftThenHard } else { Force::Soft })
}
