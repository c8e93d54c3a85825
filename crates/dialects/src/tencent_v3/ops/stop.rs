use regiment_core::ops::{Force, Operation, Stop};
use serde::Deserialize;

use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_ids: Vec<String>,
    stop_type: Option<String>,
    /// What older clients say instead of the type.
    force_stop: Option<bool>,
    stopped_mode: Option<String>,
}

/// `StopInstances`: each instance must be running. Nothing is billed, so both modes of being
/// stopped are the same.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let modes = ["KEEP_CHARGING", "STOP_CHARGING"];
    if let Some(mode) = wanted.stopped_mode.as_deref().filter(|mode| !modes.contains(mode)) {
        return Err(Refusal::bad("InvalidParameterValue", "StoppedMode", mode));
    }
    let force = force(wanted.stop_type.as_deref(), wanted.force_stop, "ForceStop")?;
    call.order(Operation::Stop(Stop { force }), &wanted.instance_ids)
}

/// How hard to press, in the newer word or the older one, never both.
pub fn force(stop_type: Option<&str>, forced: Option<bool>, older: &str) -> Result<Force, Refusal> {
    match (stop_type, forced) {
        (Some(_), Some(_)) => Err(Refusal::conflict("StopType", older)),
        (Some("SOFT"), None) | (None, None | Some(false)) => Ok(Force::Soft),
        (Some("SOFT_FIRST"), None) | (None, Some(true)) => Ok(Force::SoftThenHard),
        (Some("HARD"), None) => Ok(Force::Hard),
        (Some(other), None) => Err(Refusal::bad("InvalidParameterValue", "StopType", other)),
    }
}
