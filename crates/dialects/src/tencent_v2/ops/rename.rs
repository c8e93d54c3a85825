use regiment_core::ops::{Operation, Rename};

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::{names, task};

/// `ModifyInstanceAttributes`: the name is the only attribute.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let instance = ids::read_instance(fields.need("instanceId")?);
    let name = names::read(&fields, "instanceName", names::INSTANCE_CHARS_MAX)?
        .ok_or_else(|| Refusal::Missing("instanceName".to_owned()))?;
    let operation = Operation::Rename(Rename { name: name.into() });
    Ok(task::order_plain(call.issuer().command(operation, vec![instance]), ""))
}
