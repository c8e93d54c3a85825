use regiment_core::ops::{Operation, WeighMembers};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb::{self, Found, Of};

/// `ModifyForwardFourthBackendsWeight`.
pub fn decode_fourth(call: &Call<'_>) -> Result<Action, Refusal> {
    lb::order_members(call, Of::Listener, &["port", "weight"], weigh)
}

/// `ModifyForwardSeventhBackends`, in which a weight may be left out and is the usual one then.
pub fn decode_seventh(call: &Call<'_>) -> Result<Action, Refusal> {
    lb::order_members(call, Of::Rules, &["port"], weigh)
}

fn weigh(found: Vec<Found>) -> Operation {
    let members = found.into_iter().map(|one| one.at).collect();
    Operation::WeighMembers(WeighMembers { members })
}
