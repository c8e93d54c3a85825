use regiment_core::ops::{DeleteNics, Operation};

use super::interfaces::order_on_own;
use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;

/// `DetachNetworkInterface`: the interface goes on to be, with its addresses.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    order_on_own(call, |interface| {
        Operation::DeleteNics(DeleteNics { ports: vec![interface.nic.port] })
    })
}
