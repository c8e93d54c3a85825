//! `PUT …/servers/{server_id}`

use std::sync::Arc;

use regiment_core::edits::{Describe, Edit};
use regiment_core::limits::NAME_CHARS_MAX;
use regiment_core::model::Server;
use regiment_core::ops::{Operation, Rename};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::huawei::fields::description;
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
    name: Option<String>,
    description: Option<String>,
}

#[derive(Serialize)]
struct Done<'a> {
    server: Changed<'a>,
}

pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>, id: &str) -> Result<Action, Refusal> {
    let Body { server: Wanted { name, description: said } } = read(call.call.request.body)?;
    if let Some(name) = &name {
        check_name(name, NAME_CHARS_MAX)?;
    }
    match (name, said) {
        (Some(name), None) => Ok(rename(call, id, name)),
        (name, said) => describe(call, id, name, said),
    }
}

/// An order, since a change of name is one in every dialect.
fn rename(call: &NovaCall<'_>, id: &str, name: String) -> Action {
    let errand = call.errand(id, "update");
    let command = call.command(Operation::Rename(Rename { name: name.into() }), &errand);
    let (reply, project, links) = (call.reply, call.call.caller.project, Links::of(call.call));
    let id = errand.id.clone();
    call.order(command, errand, move |view| match find(view, project, &id) {
        Some(server) => {
            let glass = Glass::new(view, links, reply);
            reply.json(200, &Done { server: glass.changed(server) })
        }
        // Somebody else was quicker to delete it.
        None => reply.refuse(&Refusal::missing("Instance", &id)),
    })
}

fn describe(
    call: &NovaCall<'_>,
    id: &str,
    name: Option<String>,
    said: Option<String>,
) -> Result<Action, Refusal> {
    let said: Option<Arc<str>> = match said {
        Some(said) => Some(description(Some(said))?),
        None => None,
    };
    let (reply, links) = (call.reply, Links::of(call.call));
    let edit = move |server: &Server, _: &View<'_>| {
        let name = name.map(Into::into);
        Ok(Edit::Describe(Describe { name, description: said, ..Describe::of(server.id) }))
    };
    let answer = move |server: &Server, view: &View<'_>| {
        let glass = Glass::new(view, links, reply);
        reply.json(200, &Done { server: glass.changed(server) })
    };
    Ok(call.edit(call.errand(id, "update"), edit, answer))
}
