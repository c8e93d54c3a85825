use regiment_core::ops::{Operation, Reboot};
use serde::Deserialize;

use super::stop::force;
use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_ids: Vec<String>,
    stop_type: Option<String>,
    /// What older clients say instead of the type.
    force_reboot: Option<bool>,
}

/// `RebootInstances`: each instance must be running.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let force = force(wanted.stop_type.as_deref(), wanted.force_reboot, "ForceReboot")?;
    call.order(Operation::Reboot(Reboot { force }), &wanted.instance_ids)
}
