//! `GET …/cloudservers/os-server-groups`

use regiment_core::model::ServerGroupId;
use serde::Serialize;

use super::Told;
use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;
use crate::huawei::filter::Query;
use crate::huawei::ids;
use crate::huawei::limits::PAGE_MAX;

#[derive(Serialize)]
struct Body<'a> {
    server_groups: Vec<Told<'a>>,
    page_info: PageInfo,
}

#[derive(Serialize)]
struct PageInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<ServerGroupId>,
}

pub(super) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let query = Query::of(call.request);
    let limit = query.number("limit", 1..=PAGE_MAX, PAGE_MAX)?;
    let marker = query.get("marker").map(|text| ids::wide("marker", text)).transpose()?;
    let (reply, project) = (call.reply, call.caller.project);
    Ok(Action::look(move |view| {
        let after = |id: ServerGroupId| marker.is_none_or(|marker| id > ServerGroupId(marker));
        let mut page: Vec<_> = view
            .world
            .server_groups(project)
            .filter(|group| after(group.id))
            .take(limit + 1)
            .collect();
        let more = page.len() > limit;
        page.truncate(limit);
        let next_marker = page.last().filter(|_| more).map(|group| group.id);
        let server_groups = page.into_iter().map(|group| Told::of(group, view)).collect();
        reply.json(200, &Body { server_groups, page_info: PageInfo { next_marker } })
    }))
}
