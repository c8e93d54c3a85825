use regiment_core::edits::{DeleteInterface, Edit};

use super::interfaces::own;
use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// `DeleteNetworkInterface`: one that no instance has.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let network = fields.need("vpcId")?.to_owned();
    let named = fields.need("networkInterfaceId")?.to_owned();
    Ok(task::consult_task(call, move |world, project| {
        let port = own(world, project, &network, &named)?.nic.port;
        Ok(Edit::DeleteInterface(DeleteInterface { port }))
    }))
}
