//! `GET …/servers/{server_id}`

use serde::Serialize;

use crate::Action;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::links::Links;
use crate::huawei::nova::server::{Detail, Glass, find};

#[derive(Serialize)]
struct Body<'a> {
    server: Detail<'a>,
}

pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>, id: &str) -> Action {
    let errand = call.errand(id, "show");
    let (reply, project, links) = (call.reply, call.call.caller.project, Links::of(call.call));
    Action::look(move |view| match find(view, project, &errand.id) {
        Some(server) => {
            let glass = Glass::new(view, links, reply);
            reply.json(200, &Body { server: glass.detail(server) })
        }
        None => reply.refuse(&errand.no_such_server()),
    })
}
