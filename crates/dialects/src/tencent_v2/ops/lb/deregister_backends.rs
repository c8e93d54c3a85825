use regiment_core::model::Backend;
use regiment_core::ops::{DeregisterBackends, Operation};

use super::register_backends::order;
use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;

/// `DeregisterInstancesFromLoadBalancer`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    order(call, &[], |backends| {
        let servers = backends.iter().map(|Backend { server, weight: _ }| *server).collect();
        Operation::DeregisterBackends(DeregisterBackends { servers })
    })
}
