use regiment_core::ops::{Operation, Resize};
use serde::Deserialize;

use crate::Action;
use crate::tencent_v3::call::{Call, sole_target};
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::types;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_ids: Vec<String>,
    instance_type: String,
    force_stop: Option<bool>,
}

/// `ResetInstancesType`: despite its name one instance, which must be shut down or is stopped for it.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let target = sole_target("InstanceIds", &wanted.instance_ids)?;
    let stop_first = wanted.force_stop.unwrap_or(false);
    Ok(call.consult(move |view, issuer| {
        let (flavor, _) = types::find(view.world, &wanted.instance_type)?;
        let operation = Operation::Resize(Resize {
            flavor: flavor.name.clone(),
            stop_first,
            upgrade_only: false,
            on_trial: false,
        });
        Ok(issuer.order(issuer.command(operation, vec![target])))
    }))
}
