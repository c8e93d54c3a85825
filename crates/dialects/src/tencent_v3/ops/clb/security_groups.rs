//! `SetLoadBalancerSecurityGroups` and `SetSecurityGroupForLoadbalancers`.

use std::collections::BTreeMap;

use regiment_core::model::{NetworkId, ProjectId};
use regiment_core::ops::{ChangeLoadBalancer, GroupsChange, Operation};
use regiment_core::view::View;
use serde::Deserialize;

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb;
use crate::tencent_v3::faults::Refusal;

/// Groups of one load balancer.
const GROUPS_MAX: usize = 50;
/// Load balancers in one call.
const BALANCERS_MAX: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    #[serde(default)]
    security_groups: Vec<String>,
}

/// These and no others; none at all when none is named.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let named = wanted.security_groups;
    if named.len() > GROUPS_MAX {
        return Err(Refusal::bad_length("SecurityGroups", 0, GROUPS_MAX));
    }
    let targets = vec![clb::target(&wanted.load_balancer_id)?];
    Ok(call.consult(move |view, issuer| {
        let mut groups = Vec::new();
        for id in &named {
            let group = find(view, issuer.project, "SecurityGroups", id)?;
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        Ok(issuer.order(issuer.command(change(GroupsChange::To(groups)), targets)))
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WantedMany {
    security_group: String,
    operation_type: String,
    load_balancer_ids: Vec<String>,
}

/// One more group of each, or one less.
pub fn decode_many(call: &Call<'_>) -> Result<Action, Refusal> {
    let WantedMany { security_group, operation_type, load_balancer_ids } = call.read()?;
    if !(1..=BALANCERS_MAX).contains(&load_balancer_ids.len()) {
        return Err(Refusal::bad_length("LoadBalancerIds", 1, BALANCERS_MAX));
    }
    let turn = match &*operation_type {
        "ADD" => GroupsChange::With,
        "DEL" => GroupsChange::Without,
        word => return Err(Refusal::bad("InvalidParameterValue", "OperationType", word)),
    };
    let targets =
        load_balancer_ids.iter().map(|id| clb::target(id)).collect::<Result<Vec<_>, _>>()?;
    Ok(call.consult(move |view, issuer| {
        let group = find(view, issuer.project, "SecurityGroup", &security_group)?;
        Ok(issuer.order(issuer.command(change(turn(group)), targets)))
    }))
}

fn change(groups: GroupsChange) -> Operation {
    Operation::ChangeLoadBalancer(ChangeLoadBalancer {
        name: None,
        domain_prefix: None,
        hints: BTreeMap::new(),
        security_groups: Some(groups),
    })
}

fn find(
    view: &View<'_>,
    project: ProjectId,
    parameter: &str,
    named: &str,
) -> Result<NetworkId, Refusal> {
    let mut groups = view.world.security_groups(project);
    let found = groups.find(|group| ids::security_group(group.id) == named);
    found
        .map(|group| group.id)
        .ok_or_else(|| Refusal::bad("InvalidParameterValue", parameter, named))
}
