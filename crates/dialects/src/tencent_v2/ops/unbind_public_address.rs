use regiment_core::edits::{Edit, UnbindPublicAddress};

use super::public_addresses::find;
use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// `EipUnBindInstance`. With `allocWanIp` the instance gets an ordinary public IP instead, which goes
/// with it.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let named = fields.need("eipId")?.to_owned();
    let replaced = fields.flag("allocWanIp")?.unwrap_or(false);
    Ok(task::consult_edit(call, move |world, project| {
        let id = find(world, project, &named)?.id;
        let edit = UnbindPublicAddress { id, replaced };
        Ok(Edit::UnbindPublicAddress(edit))
    }))
}
