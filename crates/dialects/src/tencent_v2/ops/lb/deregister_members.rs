use regiment_core::ops::{DeregisterMembers, Operation};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb;

/// `DeregisterInstancesFromForwardLBFourthListener`: an instance without a port leaves with all of its ports.
pub fn decode_fourth(call: &Call<'_>) -> Result<Action, Refusal> {
    lb::order_members(call, &[], |members| {
        Operation::DeregisterMembers(DeregisterMembers { members })
    })
}
