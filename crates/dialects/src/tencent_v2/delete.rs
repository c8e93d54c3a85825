use regiment_core::ops::{Delete, Operation};

use super::call::Call;
use super::faults::Refusal;
use super::{ids, task};
use crate::Action;

/// `ReturnInstance`: the instance and all it holds. Every instance here is paid by use, so every
/// one can be returned.
pub(super) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let instance = ids::read_instance(call.fields().need("instanceId")?);
    let operation = Operation::Delete(Delete { volumes: true, public_address: true });
    Ok(task::order_plain(call.issuer().command(operation, vec![instance]), "ok"))
}
