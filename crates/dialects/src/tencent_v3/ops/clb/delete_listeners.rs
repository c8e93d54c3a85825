use regiment_core::ops::{DeleteListeners, Operation};
use serde::Deserialize;

use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb;
use crate::tencent_v3::faults::Refusal;

/// Listeners in one call.
const LISTENERS_MAX: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WantedMany {
    load_balancer_id: String,
    #[serde(default)]
    listener_ids: Vec<String>,
}

/// `DeleteLoadBalancerListeners`: all of them when none is named.
pub fn decode_many(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: WantedMany = call.read()?;
    if wanted.listener_ids.len() > LISTENERS_MAX {
        return Err(Refusal::bad_length("ListenerIds", 0, LISTENERS_MAX));
    }
    Ok(call.consult(move |view, issuer| {
        let balancer = clb::find(view, issuer.project, &wanted.load_balancer_id)?;
        let named = wanted.listener_ids.iter();
        let mut listeners = named
            .map(|id| clb::listener(balancer, id).map(|listener| listener.id))
            .collect::<Result<Vec<_>, _>>()?;
        if listeners.is_empty() {
            listeners = balancer.listeners.iter().map(|listener| listener.id).collect();
        }
        if listeners.is_empty() {
            return Err(Refusal::said_by_action(
                "FailedOperation.NoListenerInLB",
                "the load balancer has no listener",
                "负载均衡实例没有监听器",
            )
            .about(&wanted.load_balancer_id));
        }
        let operation = Operation::DeleteListeners(DeleteListeners { listeners });
        Ok(issuer.order(clb::command(issuer, balancer, operation)))
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    listener_id: String,
}

/// `DeleteListener`, of either kind of load balancer.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    Ok(call.consult(move |view, issuer| {
        let balancer = clb::find(view, issuer.project, &wanted.load_balancer_id)?;
        let listeners = vec![clb::listener(balancer, &wanted.listener_id)?.id];
        let operation = Operation::DeleteListeners(DeleteListeners { listeners });
        Ok(issuer.order(clb::command(issuer, balancer, operation)))
    }))
}
