use regiment_core::ops::{Operation, RegisterMembers};

use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb;
use crate::tencent_v3::faults::Refusal;

/// `RegisterTargets`: one that is there already gets the weight that is said.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    clb::order_members(call, |members| Operation::RegisterMembers(RegisterMembers { members }))
}
