use regiment_core::edits::{Edit, NamePublicAddress};

use super::public_addresses::{NAME_CHARS_MAX, find};
use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::{names, task};

/// `ModifyEipAttributes`, and `ModifyEipAlias` before it: the name is the only attribute.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let named = fields.need("eipId")?.to_owned();
    let name = names::read(&fields, "eipName", NAME_CHARS_MAX)?
        .ok_or_else(|| Refusal::Missing("eipName".to_owned()))?
        .to_owned();
    Ok(task::consult_edit(call, move |world, project| {
        let id = find(world, project, &named)?.id;
        let edit = NamePublicAddress { id, name: name.into() };
        Ok(Edit::NamePublicAddress(edit))
    }))
}
