use std::collections::BTreeMap;
use std::sync::Arc;

use regiment_core::ops::{ChangeLoadBalancer, Operation};
use serde::{Deserialize, Serialize};

use super::create_load_balancers::Internet;
use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, hints};
use crate::tencent_v3::faults::Refusal;

/// What is not here.
const ABSENT: [&str; 5] =
    ["AssociateEndpoint", "ModifyClassicDomain", "SnatPro", "SwitchFlag", "TargetRegionInfo"];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    load_balancer_name: Option<String>,
    internet_charge_info: Option<Internet>,
    load_balancer_pass_to_target: Option<bool>,
    delete_protect: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Changed {
    /// Nothing is bought.
    deal_name: Option<String>,
}

/// `ModifyLoadBalancerAttributes`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    if let Some(name) = call.input.asks_for(&ABSENT) {
        return Err(Refusal::not_served(name));
    }
    let wanted: Wanted = call.read()?;
    if let Some(name) = &wanted.load_balancer_name {
        clb::name("LoadBalancerName", name)?;
    }
    let mut said: BTreeMap<Arc<str>, Option<Arc<str>>> = BTreeMap::new();
    if let Some(internet) = &wanted.internet_charge_info {
        said.extend(internet.hints()?.into_iter().map(|(name, value)| (name, Some(value))));
    }
    for (name, on) in [
        (hints::PASS_TO_TARGET, wanted.load_balancer_pass_to_target),
        (hints::PROTECTED, wanted.delete_protect),
    ] {
        said.extend(on.map(|on| (Arc::from(name), Some(Arc::from(on.to_string())))));
    }
    let name = wanted.load_balancer_name.map(Arc::from);
    if name.is_none() && said.is_empty() {
        return Err(Refusal::missing("LoadBalancerName"));
    }
    let operation = Operation::ChangeLoadBalancer(ChangeLoadBalancer {
        name,
        domain_prefix: None,
        hints: said,
        security_groups: None,
    });
    let target = clb::target(&wanted.load_balancer_id)?;
    let issuer = call.issuer();
    let command = issuer.command(operation, vec![target]);
    Ok(issuer.order_with(command, |_| Changed { deal_name: None }))
}
