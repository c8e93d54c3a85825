use regiment_core::ops::{Operation, WeighMembers};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb;

/// `ModifyForwardFourthBackendsWeight`.
pub fn decode_fourth(call: &Call<'_>) -> Result<Action, Refusal> {
    lb::order_members(call, &["port", "weight"], |members| {
        Operation::WeighMembers(WeighMembers { members })
    })
}
