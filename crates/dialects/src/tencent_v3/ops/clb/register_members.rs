use regiment_core::ops::{Operation, RegisterMembers};
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
}

/// `RegisterTargets`: one that is there already gets the weight that is said.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    WantedTarget::check_all(&wanted.targets)?;
    Ok(call.consult(move |view, issuer| {
        let Wanted { place, targets } = &wanted;
        let balancer = clb::find_routing(view, issuer.project, &place.load_balancer_id)?;
        let listener = place.find(balancer)?;
        let members = WantedTarget::members(targets, view, issuer.project, listener, None)?;
        let operation = Operation::RegisterMembers(RegisterMembers { members });
        Ok(issuer.order(clb::command(issuer, balancer, operation)))
    }))
}
