//! `GET …/cloudservers/{server_id}/os-server-password`, and `DELETE` to forget it: the password that was
//! made for the server, as only the holder of its key pair can read it.

use regiment_core::edits::{Edit, ForgetPassword};
use regiment_core::model::Server;
use regiment_core::view::View;
use serde::Serialize;

use crate::Action;
use crate::huawei::Call;

/// Empty where none was made, or it was forgotten.
#[derive(Serialize)]
pub(in crate::huawei) struct Body<'a> {
    password: &'a str,
}

impl<'a> Body<'a> {
    pub fn of(server: &'a Server) -> Body<'a> {
        Body { password: server.details.encrypted_password.as_deref().unwrap_or_default() }
    }
}

pub(super) fn decode_show(call: &Call<'_>, id: &str) -> Action {
    let reply = call.reply;
    call.look_at(id, move |server, _| reply.json(200, &Body::of(server)))
}

pub(super) fn decode_delete(call: &Call<'_>, id: &str) -> Action {
    let reply = call.reply;
    let edit = |server: &Server, _: &View<'_>| {
        Ok(Edit::ForgetPassword(ForgetPassword { server: server.id }))
    };
    call.edit_one(id, edit, move |_, _| reply.empty(204))
}
