use regiment_core::command::Admission;
use regiment_core::ops::{DeleteLoadBalancers, Operation};

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::ops::servers;
use crate::tencent_v2::task;

/// `DeleteLoadBalancers`: one task for all, so all or none.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let named = servers::values(&call.fields(), "loadBalancerIds")?;
    if named.is_empty() {
        return Err(Refusal::Missing("loadBalancerIds.0".to_owned()));
    }
    let targets = named.iter().map(|id| ids::read_balancer(id)).collect();
    let operation = Operation::DeleteLoadBalancers(DeleteLoadBalancers {});
    let mut command = call.issuer().command(operation, targets);
    command.admission = Admission::AllOrNothing;
    Ok(task::order_all(command, named, ""))
}
