//! `POST …/cloudservers/{server_id}/actions/update-auto-terminate-time`

use regiment_core::edits::{Edit, SetTerminateTime};
use regiment_core::model::Server;
use regiment_core::view::View;
use serde::Deserialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::read;
use crate::huawei::detail::{HINT_CHARGING, PREPAID, hint};
use crate::huawei::faults::{PREPAID_STAYS, Row};
use crate::huawei::fields::auto_terminate;

#[derive(Deserialize)]
struct Body {
    /// Empty: there is none from now on.
    auto_terminate_time: String,
}

pub(super) fn decode(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let Body { auto_terminate_time } = read(call.request.body)?;
    let at = auto_terminate(Some(auto_terminate_time), call.context.now)?;
    let reply = call.reply;
    let edit = move |server: &Server, _: &View<'_>| {
        if at.is_some() && hint(server, HINT_CHARGING) == Some(PREPAID) {
            return Err(PREPAID_STAYS);
        }
        Ok(Edit::SetTerminateTime(SetTerminateTime { server: server.id, at }))
    };
    Ok(call.edit_one(id, edit, move |_, _| reply.empty(204)))
}
