use regiment_core::model::Backend;
use regiment_core::ops::{Operation, RegisterBackends};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb::{self, Named};
use crate::tencent_v2::task;

/// `RegisterInstancesWithLoadBalancer`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    order(call, &[], |backends| Operation::RegisterBackends(RegisterBackends { backends }))
}

/// An order on backends of a classic load balancer, `needed` fields of each being there.
pub fn order(
    call: &Call<'_>,
    needed: &[&str],
    operation: fn(Vec<Backend>) -> Operation,
) -> Result<Action, Refusal> {
    let fields = call.fields();
    let balancer = fields.need("loadBalancerId")?.to_owned();
    let named = Named::all(&fields, needed)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let order = || {
            let world = view.world;
            let balancer = lb::find_classic(world, issuer.project, &balancer)?;
            let backend = |one: &Named| {
                let server = one.server(world, issuer.project)?;
                Ok(Backend { server, weight: one.weight() })
            };
            let backends = named.iter().map(backend).collect::<Result<Vec<_>, Refusal>>()?;
            Ok(task::order_numbered(lb::command(&issuer, balancer, operation(backends)), ""))
        };
        task::settled(order())
    }))
}
