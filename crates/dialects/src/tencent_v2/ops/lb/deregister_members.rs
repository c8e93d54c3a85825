//! An instance without a port leaves with all of its ports.

use regiment_core::ops::{DeregisterMembers, Operation};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb::{self, Found, Of};

/// `DeregisterInstancesFromForwardLBFourthListener`.
pub fn decode_fourth(call: &Call<'_>) -> Result<Action, Refusal> {
    lb::order_members(call, Of::Listener, &[], deregister)
}

/// `DeregisterInstancesFromForwardLB`: from all rules of the listener when none is named.
pub fn decode_seventh(call: &Call<'_>) -> Result<Action, Refusal> {
    lb::order_members(call, Of::AnyRules, &[], deregister)
}

fn deregister(found: Vec<Found>) -> Operation {
    let members = found.into_iter().map(|one| one.at).collect();
    Operation::DeregisterMembers(DeregisterMembers { members })
}
