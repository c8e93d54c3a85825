use regiment_core::model::Backend;
use regiment_core::ops::{Operation, RegisterBackends};
use serde::Deserialize;

use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb;
use crate::tencent_v3::faults::Refusal;

/// Backends in one call.
pub const BACKENDS_MAX: usize = 100;
const WEIGHT: u32 = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    targets: Vec<WantedBackend>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WantedBackend {
    instance_id: String,
    weight: Option<i64>,
}

/// `RegisterTargetsWithClassicalLB`: behind all listeners of a classic one.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let Wanted { load_balancer_id, targets } = call.read()?;
    if !(1..=BACKENDS_MAX).contains(&targets.len()) {
        return Err(Refusal::bad_length("Targets", 1, BACKENDS_MAX));
    }
    let weights = targets
        .iter()
        .map(|target| target.weight.map_or(Ok(WEIGHT), clb::weight))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(call.consult(move |view, issuer| {
        let balancer = clb::find_classic(view, issuer.project, &load_balancer_id)?;
        let named = targets.iter().map(|target| &target.instance_id);
        let servers = clb::servers(view, issuer.project, named)?;
        let both = servers.into_iter().zip(weights);
        let backends = both.map(|(server, weight)| Backend { server, weight }).collect();
        let operation = Operation::RegisterBackends(RegisterBackends { backends });
        Ok(issuer.order(clb::command(issuer, balancer, operation)))
    }))
}
