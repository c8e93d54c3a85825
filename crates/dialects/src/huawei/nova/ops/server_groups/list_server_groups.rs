//! `GET …/os-server-groups`

use regiment_core::model::ServerGroupId;
use serde::Serialize;

use super::Told;
use crate::Action;
use crate::huawei::filter::Query;
use crate::huawei::ids;
use crate::huawei::limits::PAGE_MAX;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::faults::Refusal;
use crate::huawei::nova::page::limit;

#[derive(Serialize)]
struct Body<'a> {
    server_groups: Vec<Told<'a>>,
}

pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>) -> Result<Action, Refusal> {
    let query = Query::of(call.call.request);
    let limit = limit(&query, PAGE_MAX)?;
    let marker = query.get("marker").map(|text| ids::wide("marker", text)).transpose()?;
    let (reply, project) = (call.reply, call.call.caller.project);
    Ok(Action::look(move |view| {
        let after = |id: ServerGroupId| marker.is_none_or(|marker| id > ServerGroupId(marker));
        let groups = view.world.server_groups(project).filter(|group| after(group.id));
        let server_groups = groups.take(limit).map(|group| Told::of(group, view, reply)).collect();
        reply.json(200, &Body { server_groups })
    }))
}
