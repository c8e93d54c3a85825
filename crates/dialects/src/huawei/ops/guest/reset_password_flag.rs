//! `GET …/cloudservers/{server_id}/os-resetpwd-flag`: whether the server has what it takes to have its
//! password reset.

use serde::Serialize;

use crate::Action;
use crate::huawei::Call;

#[derive(Serialize)]
struct Body {
    resetpwd_flag: &'static str,
}

pub(super) fn decode(call: &Call<'_>, id: &str) -> Action {
    let reply = call.reply;
    call.look_at(id, move |server, view| {
        let has_agent = view.machines().has_agent(server.id);
        reply.json(200, &Body { resetpwd_flag: if has_agent { "True" } else { "False" } })
    })
}
