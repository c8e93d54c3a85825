use std::sync::Arc;

use regiment_core::ops::{ChangeLoadBalancer, Operation};
use serde::Deserialize;

use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, hints};
use crate::tencent_v3::faults::Refusal;

/// Load balancers in one call.
const BALANCERS_MAX: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_ids: Vec<String>,
    project_id: u64,
}

/// `ModifyLoadBalancersProject`: all or none. The account's own projects are numbers that are
/// remembered.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let Wanted { load_balancer_ids, project_id } = call.read()?;
    if !(1..=BALANCERS_MAX).contains(&load_balancer_ids.len()) {
        return Err(Refusal::bad_length("LoadBalancerIds", 1, BALANCERS_MAX));
    }
    if u32::try_from(project_id).is_err() {
        return Err(Refusal::bad("InvalidParameterValue", "ProjectId", project_id));
    }
    let targets =
        load_balancer_ids.iter().map(|id| clb::target(id)).collect::<Result<Vec<_>, _>>()?;
    let said: Arc<str> = project_id.to_string().into();
    let operation = Operation::ChangeLoadBalancer(ChangeLoadBalancer {
        name: None,
        domain_prefix: None,
        hints: [(hints::PROJECT.into(), Some(said))].into(),
        security_groups: None,
    });
    let issuer = call.issuer();
    Ok(issuer.order(issuer.command(operation, targets)))
}
