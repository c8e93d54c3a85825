use regiment_core::ops::{Operation, WeighMembers};
use serde::Deserialize;

use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, WantedRule, WantedTarget};
use crate::tencent_v3::faults::Refusal;

/// Targets in one call.
const TARGETS_MAX: usize = 500;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    modify_list: Vec<OfListener>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfListener {
    listener_id: String,
    #[serde(flatten)]
    rule: WantedRule,
    targets: Vec<WantedTarget>,
    weight: Option<i64>,
}

/// `BatchModifyTargetWeight`: of many listeners, all or none, and like any other order a task.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let targets = || wanted.modify_list.iter().flat_map(|rule| &rule.targets);
    if !(1..=TARGETS_MAX).contains(&targets().count()) {
        return Err(Refusal::bad_length("ModifyList", 1, TARGETS_MAX));
    }
    targets().try_for_each(WantedTarget::check)?;
    Ok(call.consult(move |view, issuer| {
        let balancer = clb::find_routing(view, issuer.project, &wanted.load_balancer_id)?;
        let mut members = Vec::new();
        for OfListener { listener_id, rule, targets, weight } in &wanted.modify_list {
            let weight = weight.map(clb::weight).transpose()?;
            let place = rule.find(balancer, listener_id)?;
            let targets = targets.iter().map(|target| (place, target));
            members.extend(WantedTarget::members(targets, view, issuer.project, weight)?);
        }
        let operation = Operation::WeighMembers(WeighMembers { members });
        Ok(issuer.order(clb::command(issuer, balancer, operation)))
    }))
}
