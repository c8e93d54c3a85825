use regiment_core::ops::{Operation, RegisterMembers};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb::{self, Found, Of};

/// `RegisterInstancesWithForwardLBFourthListener`.
pub fn decode_fourth(call: &Call<'_>) -> Result<Action, Refusal> {
    lb::order_members(call, Of::Listener, &["port"], register)
}

/// `RegisterInstancesWithForwardLBSeventhListener`.
pub fn decode_seventh(call: &Call<'_>) -> Result<Action, Refusal> {
    lb::order_members(call, Of::Rules, &["port"], register)
}

fn register(found: Vec<Found>) -> Operation {
    let members = found.into_iter().map(|one| one.at).collect();
    Operation::RegisterMembers(RegisterMembers { members })
}
