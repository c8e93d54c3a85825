//! `DELETE /v3/{project_id}/launch-templates/{launch_template_id}`: the template and all its versions.

use regiment_core::edits::{Edit, RemoveLaunchTemplate};
use regiment_core::model::LaunchTemplateId;

use crate::Action;
use crate::huawei::faults::Row;
use crate::huawei::{Call, ids};

pub(super) fn decode(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let id = LaunchTemplateId(ids::wide("launch template id", id)?);
    let edit = Edit::RemoveLaunchTemplate(RemoveLaunchTemplate { id });
    let reply = call.reply;
    Ok(Action::order(call.command(edit.into(), Vec::new()), move |receipt, _| match receipt {
        Err(fault) => reply.refuse(&Row::of(fault)),
        Ok(_) => reply.empty(204),
    }))
}
