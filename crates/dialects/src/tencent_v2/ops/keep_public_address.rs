use regiment_core::edits::{Edit, KeepPublicAddress};
use regiment_core::model::FaultKind;

use super::public_addresses::UNNAMED;
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// `TransformWanIpToEip`: what would go with the instance stays.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let named = call.fields().need("unInstanceId")?.to_owned();
    Ok(task::consult_edit(call, move |world, project| {
        let server = ids::find_instance(world, project, &named).ok_or(FaultKind::ServerNotFound)?;
        let edit = KeepPublicAddress { server: server.id, name: UNNAMED.into() };
        Ok(Edit::KeepPublicAddress(edit))
    }))
}
