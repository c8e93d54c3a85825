use regiment_core::command::{Admission, TargetRef};
use regiment_core::ops::{DeregisterBackends, Operation};
use regiment_core::world::World;

use super::{balancers, register_backends};
use crate::Action;
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// `DeregisterInstancesFromLoadBalancer`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let balancer = call.fields().need("loadBalancerId")?.to_owned();
    let backends = register_backends::named(call)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| task::settled(order(view.world, &balancer, &backends, &issuer))))
}

fn order(
    world: &World,
    balancer: &str,
    backends: &[(String, u32)],
    issuer: &Issuer,
) -> Result<Action, Refusal> {
    let balancer = balancers::find(world, issuer.project, balancer)?.id;
    let find = |(id, _): &(String, u32)| register_backends::find(world, issuer, id);
    let servers = backends.iter().map(find).collect::<Result<Vec<_>, Refusal>>()?;
    let operation = Operation::DeregisterBackends(DeregisterBackends { servers });
    let mut command = issuer.command(operation, vec![TargetRef::Balancer(balancer)]);
    command.admission = Admission::AllOrNothing;
    Ok(task::order_numbered(command, ""))
}
