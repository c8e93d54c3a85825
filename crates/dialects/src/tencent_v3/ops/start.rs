use regiment_core::ops::{Operation, Start};
use serde::Deserialize;

use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_ids: Vec<String>,
}

/// `StartInstances`: each instance must be shut down.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    call.order(Operation::Start(Start {}), &wanted.instance_ids)
}
