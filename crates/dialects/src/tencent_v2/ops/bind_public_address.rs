use regiment_core::edits::{BindPublicAddress, Edit};
use regiment_core::model::FaultKind;

use super::interfaces;
use super::public_addresses::find;
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// `EipBindInstance`: to an instance's first interface, or to an address of a certain interface.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let named = fields.need("eipId")?.to_owned();
    let instance = fields.text("unInstanceId").map(str::to_owned);
    let interface = fields.text("networkInterfaceId").map(str::to_owned);
    let address = interfaces::address(&fields, "privateIpAddress")?;
    match (&instance, &interface, address) {
        (None, None, _) => return Err(Refusal::Missing("unInstanceId".to_owned())),
        (Some(_), Some(_), _) => {
            return Err(fields.bad("networkInterfaceId", "cannot go with unInstanceId"));
        }
        (None, Some(_), None) => return Err(Refusal::Missing("privateIpAddress".to_owned())),
        (Some(_), None, _) | (None, Some(_), Some(_)) => {}
    }
    Ok(task::consult_edit(call, move |world, project| {
        let id = find(world, project, &named)?.id;
        let port = match (&instance, &interface) {
            (Some(instance), _) => {
                let server = ids::find_instance(world, project, instance);
                let server = server.ok_or(FaultKind::ServerNotFound)?;
                server.details.nics.first().ok_or(FaultKind::NicNotFound)?.port
            }
            (None, named) => interfaces::find(world, project, named.as_deref().unwrap_or(""))?,
        };
        let edit = BindPublicAddress { id, port, address };
        Ok(Edit::BindPublicAddress(edit))
    }))
}
