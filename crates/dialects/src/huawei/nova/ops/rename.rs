//! `PUT …/servers/{server_id}`

use regiment_core::limits::NAME_CHARS_MAX;
use regiment_core::ops::{Operation, Rename};
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::body::{check_name, read};
use crate::huawei::nova::faults::Refusal;
use crate::huawei::nova::links::Links;
use crate::huawei::nova::server::{Changed, Glass, find};

#[derive(Deserialize)]
struct Body {
    server: Wanted,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: String,
}

#[derive(Serialize)]
struct Done<'a> {
    server: Changed<'a>,
}

pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>, id: &str) -> Result<Action, Refusal> {
    let Body { server: Wanted { name } } = read(call.call.request.body)?;
    check_name(&name, NAME_CHARS_MAX)?;
    let errand = call.errand(id, "update");
    let command = call.command(Operation::Rename(Rename { name: name.into() }), &errand);
    let (reply, project, links) = (call.reply, call.call.caller.project, Links::of(call.call));
    let id = errand.id.clone();
    Ok(call.order(command, errand, move |view| match find(view, project, &id) {
        Some(server) => {
            let glass = Glass::new(view, links, reply);
            reply.json(200, &Done { server: glass.changed(server) })
        }
        // Somebody else was quicker to delete it.
        None => reply.refuse(&Refusal::missing("Instance", &id)),
    }))
}
