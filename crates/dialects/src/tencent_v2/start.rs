use regiment_core::ops::{Operation, Start};

use super::batch;
use super::call::Call;
use super::faults::Refusal;
use crate::Action;

/// `StartInstances`: each instance must be shut down.
pub(super) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    batch::order(call, Operation::Start(Start {}), None)
}
