use regiment_core::ops::{Operation, Reboot};

use super::call::Call;
use super::faults::Refusal;
use super::{batch, stop};
use crate::Action;

/// `RestartInstances`: each instance must be running.
pub(super) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    batch::order(call, Operation::Reboot(Reboot { force: stop::force(call)? }), None)
}
