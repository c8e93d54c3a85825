use regiment_core::ops::{Operation, Start};

use crate::Action;
use crate::tencent_v2::batch;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;

/// `StartInstances`: each instance must be shut down.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    batch::order(call, Operation::Start(Start {}), None)
}
