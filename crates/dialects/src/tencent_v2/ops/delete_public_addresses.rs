use regiment_core::edits::{Edit, RemovePublicAddresses};

use super::public_addresses::find;
use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// Addresses in one call.
const IDS_MAX: usize = 100;

/// `DeleteEip`: all of them or none.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let named: Vec<String> = fields.list("eipIds").into_iter().map(str::to_owned).collect();
    if named.is_empty() {
        return Err(Refusal::Missing("eipIds.0".to_owned()));
    }
    if named.len() > IDS_MAX {
        return Err(fields.bad("eipIds", format!("must have at most {IDS_MAX} values")));
    }
    Ok(task::consult_edit(call, move |world, project| {
        let ids = named.iter().map(|named| Ok(find(world, project, named)?.id));
        let mut ids = ids.collect::<Result<Vec<_>, Refusal>>()?;
        ids.sort_unstable();
        ids.dedup();
        Ok(Edit::RemovePublicAddresses(RemovePublicAddresses { ids }))
    }))
}
