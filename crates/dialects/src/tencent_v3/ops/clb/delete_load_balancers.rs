use regiment_core::model::LoadBalancer;
use regiment_core::ops::{DeleteLoadBalancers, Operation};
use serde::Deserialize;

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, hints};
use crate::tencent_v3::faults::Refusal;

/// Load balancers in one call.
const BALANCERS_MAX: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_ids: Vec<String>,
}

/// `DeleteLoadBalancer`: all or none. No traffic flows here that `ForceDelete` would pass over.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let named = wanted.load_balancer_ids;
    if !(1..=BALANCERS_MAX).contains(&named.len()) {
        return Err(Refusal::bad_length("LoadBalancerIds", 1, BALANCERS_MAX));
    }
    let targets = named.iter().map(|id| clb::target(id)).collect::<Result<Vec<_>, _>>()?;
    Ok(call.consult(move |view, issuer| {
        for id in &named {
            let balancer = clb::find(view, issuer.project, id)?;
            if protected(balancer) {
                return Err(Refusal::said_by_action(
                    "FailedOperation",
                    "the load balancer is protected from being deleted",
                    "负载均衡实例已开启删除保护",
                )
                .about(&ids::balancer(balancer.id)));
            }
        }
        let operation = Operation::DeleteLoadBalancers(DeleteLoadBalancers {});
        Ok(issuer.order(issuer.command(operation, targets)))
    }))
}

fn protected(balancer: &LoadBalancer) -> bool {
    clb::flag(&balancer.hints, hints::PROTECTED)
}
