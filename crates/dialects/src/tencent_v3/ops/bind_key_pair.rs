use regiment_core::ops::{BindKeyPair, Operation};
use serde::Deserialize;

use super::create::key_pair;
use crate::Action;
use crate::tencent_v3::call::{Call, targets};
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::ops::key_pairs::check_ids;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_ids: Vec<String>,
    key_ids: Vec<String>,
    #[serde(default)]
    force_stop: bool,
}

/// `AssociateInstancesKeyPairs`: instead of what the instances let in.
pub fn bind(call: &Call<'_>) -> Result<Action, Refusal> {
    order(call, true)
}

/// `DisassociateInstancesKeyPairs`.
pub fn unbind(call: &Call<'_>) -> Result<Action, Refusal> {
    order(call, false)
}

fn order(call: &Call<'_>, bound: bool) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let targets = targets("InstanceIds", &wanted.instance_ids)?;
    check_ids(&wanted.key_ids)?;
    // An instance lets in one.
    let [id] = wanted.key_ids.as_slice() else { return Err(Refusal::too_many("KeyIds", 1)) };
    let (id, stop_first) = (id.clone(), wanted.force_stop);
    Ok(call.consult(move |view, issuer| {
        let name = key_pair(view.world, issuer.project, &id)?.name.clone();
        let operation = Operation::BindKeyPair(BindKeyPair { name, bound, stop_first });
        Ok(issuer.order(issuer.command(operation, targets)))
    }))
}
