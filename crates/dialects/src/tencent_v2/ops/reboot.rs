use regiment_core::ops::{Operation, Reboot};

use super::stop;
use crate::Action;
use crate::tencent_v2::batch;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;

/// `RestartInstances`: each instance must be running.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    batch::order(call, Operation::Reboot(Reboot { force: stop::force(call)? }), None)
}
