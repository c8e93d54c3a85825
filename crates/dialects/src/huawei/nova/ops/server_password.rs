//! `GET …/servers/{server_id}/os-server-password`, and `DELETE` to forget it.

use regiment_core::edits::{Edit, ForgetPassword};

use crate::Action;
use crate::huawei::nova::NovaCall;
use crate::huawei::ops::guest::server_password::Body;

pub(in crate::huawei::nova) fn show(call: &NovaCall<'_>, id: &str) -> Action {
    let reply = call.reply;
    call.look(call.errand(id, "show"), move |server, _| reply.json(200, &Body::of(server)))
}

pub(in crate::huawei::nova) fn delete(call: &NovaCall<'_>, id: &str) -> Action {
    let reply = call.reply;
    call.edit(
        call.errand(id, "clear_password"),
        |server, _| Ok(Edit::ForgetPassword(ForgetPassword { server: server.id })),
        move |_, _| reply.empty(204),
    )
}
