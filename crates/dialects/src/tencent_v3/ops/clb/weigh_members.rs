use regiment_core::ops::{Operation, WeighMembers};

use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb;
use crate::tencent_v3::faults::Refusal;

/// `ModifyTargetWeight`: a target's own weight goes before the one said for all.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    clb::order_members(call, |members| Operation::WeighMembers(WeighMembers { members }))
}
