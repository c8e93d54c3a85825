use regiment_core::ops::{Operation, WeighBackends};

use super::register_backends::order;
use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;

/// `ModifyLoadBalancerBackends`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    order(call, &["weight"], |backends| Operation::WeighBackends(WeighBackends { backends }))
}
