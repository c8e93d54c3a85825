use regiment_core::ops::{Operation, Rename};
use serde::Deserialize;

use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;

/// Characters in a name given to what is there already.
const NAME_CHARS_MAX: usize = 60;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_ids: Vec<String>,
    instance_name: Option<String>,
}

/// `ModifyInstancesAttribute`: of the attributes the name can be changed.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let name = wanted.instance_name.ok_or_else(|| Refusal::missing("InstanceName"))?;
    if name.chars().count() > NAME_CHARS_MAX {
        return Err(Refusal::bad("InvalidInstanceName.TooLong", "InstanceName", name));
    }
    call.order(Operation::Rename(Rename { name: name.into() }), &wanted.instance_ids)
}
