use regiment_core::edits::{Describe, Edit};
use regiment_core::model::FaultKind;
use regiment_core::ops::Operation;

use crate::Action;
use crate::tencent::{hints, ids};
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// `ModifyInstanceProject`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let name = fields.need("instanceId")?.to_owned();
    let project = fields.need_number("projectId", 0..=u32::MAX)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let Some(server) = ids::find_instance(view.world, issuer.project, &name) else {
            return task::settled(Err(FaultKind::ServerNotFound.into()));
        };
        let mut describe = Describe::of(server.id);
        describe.hints.insert(hints::PROJECT.into(), project.to_string().into());
        let operation = Operation::from(Edit::Describe(describe));
        task::edit_plain(issuer.command(operation, Vec::new()), "ok")
    }))
}
