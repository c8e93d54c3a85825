use regiment_core::ops::{Operation, WeighMembers};
use serde::Deserialize;

use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, Place, WantedTarget};
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    #[serde(flatten)]
    place: Place,
    targets: Vec<WantedTarget>,
    weight: Option<i64>,
}

/// `ModifyTargetWeight`: a target's own weight goes before the one said for all.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    WantedTarget::check_all(&wanted.targets)?;
    let weight = wanted.weight.map(clb::weight).transpose()?;
    Ok(call.consult(move |view, issuer| {
        let Wanted { place, targets, weight: _ } = &wanted;
        let balancer = clb::find_routing(view, issuer.project, &place.load_balancer_id)?;
        let listener = place.find(balancer)?;
        let members = WantedTarget::members(targets, view, issuer.project, listener, weight)?;
        let operation = Operation::WeighMembers(WeighMembers { members });
        Ok(issuer.order(clb::command(issuer, balancer, operation)))
    }))
}
