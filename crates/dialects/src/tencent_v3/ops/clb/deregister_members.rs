use regiment_core::ops::{DeregisterMembers, Operation};

use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb;
use crate::tencent_v3::faults::Refusal;

/// `DeregisterTargets`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    clb::order_members(call, |members| Operation::DeregisterMembers(DeregisterMembers { members }))
}
