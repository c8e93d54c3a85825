use regiment_core::ops::{Delete, Operation};

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// `ReturnInstance`: the instance and all it holds. Every instance here is paid by use, so every
/// one can be returned.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let instance = ids::read_instance(call.fields().need("instanceId")?);
    let operation = Operation::Delete(Delete::new(true, true));
    Ok(task::order_plain(call.issuer().command(operation, vec![instance]), "ok"))
}
