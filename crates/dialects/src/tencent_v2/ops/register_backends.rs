use regiment_core::command::{Admission, TargetRef};
use regiment_core::model::{Backend, FaultKind, ServerId};
use regiment_core::ops::{Operation, RegisterBackends};
use regiment_core::world::World;

use super::balancers;
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// Instances in one call: as many as a load balancer may have in all, by the vendor's quota.
const BACKENDS_MAX: usize = 100;

/// `RegisterInstancesWithLoadBalancer`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let balancer = call.fields().need("loadBalancerId")?.to_owned();
    let backends = named(call)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| task::settled(order(view.world, &balancer, &backends, &issuer))))
}

/// Instances as named, with their weights.
pub fn named(call: &Call<'_>) -> Result<Vec<(String, u32)>, Refusal> {
    let fields = call.fields();
    let backends = fields.objects("backends");
    if backends.is_empty() {
        return Err(Refusal::Missing("backends.0.instanceId".to_owned()));
    }
    if backends.len() > BACKENDS_MAX {
        return Err(fields.bad("backends", format!("must be at most {BACKENDS_MAX}")));
    }
    let read = |one: &crate::tencent_v2::params::Fields<'_>| {
        Ok((one.need("instanceId")?.to_owned(), one.number("weight", 0..=100)?.unwrap_or(10)))
    };
    backends.iter().map(read).collect()
}

/// The server a client named, or the refusal that says which it named.
pub fn find(world: &World, issuer: &Issuer, id: &str) -> Result<ServerId, Refusal> {
    let server = ids::find_instance(world, issuer.project, id);
    server
        .map(|server| server.id)
        .ok_or_else(|| regiment_core::model::Fault::with(FaultKind::ServerNotFound, id).into())
}

fn order(
    world: &World,
    balancer: &str,
    backends: &[(String, u32)],
    issuer: &Issuer,
) -> Result<Action, Refusal> {
    let balancer = balancers::find(world, issuer.project, balancer)?.id;
    let read = |(id, weight): &(String, u32)| {
        Ok(Backend { server: find(world, issuer, id)?, weight: *weight })
    };
    let backends = backends.iter().map(read).collect::<Result<Vec<_>, Refusal>>()?;
    let operation = Operation::RegisterBackends(RegisterBackends { backends });
    let mut command = issuer.command(operation, vec![TargetRef::Balancer(balancer)]);
    command.admission = Admission::AllOrNothing;
    Ok(task::order_numbered(command, ""))
}
