use regiment_core::ops::{AddNics, NicOrder, Operation};

use super::interfaces::order_on_own;
use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;

/// `AttachNetworkInterface`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    order_on_own(call, |interface| {
        let order = NicOrder {
            subnet: interface.nic.subnet,
            port: Some(interface.nic.port),
            ..NicOrder::default()
        };
        Operation::AddNics(AddNics::new(vec![order]))
    })
}
