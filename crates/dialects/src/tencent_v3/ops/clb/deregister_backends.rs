use regiment_core::ops::{DeregisterBackends, Operation};
use serde::Deserialize;

use super::register_backends::BACKENDS_MAX;
use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb;
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    instance_ids: Vec<String>,
}

/// `DeregisterTargetsFromClassicalLB`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let Wanted { load_balancer_id, instance_ids } = call.read()?;
    if !(1..=BACKENDS_MAX).contains(&instance_ids.len()) {
        return Err(Refusal::bad_length("InstanceIds", 1, BACKENDS_MAX));
    }
    Ok(call.consult(move |view, issuer| {
        let balancer = clb::find_classic(view, issuer.project, &load_balancer_id)?;
        let servers = clb::servers(view, issuer.project, &instance_ids)?;
        let operation = Operation::DeregisterBackends(DeregisterBackends { servers });
        Ok(issuer.order(clb::command(issuer, balancer, operation)))
    }))
}
