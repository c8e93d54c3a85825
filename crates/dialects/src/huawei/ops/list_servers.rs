//! `GET …/cloudservers/detail`: v1 counts and turns pages by number, v1.1 follows a marker and is
//! told which fields to add.

mod v1;
mod v11;

pub(in crate::huawei) use v11::next_page;

use regiment_core::model::{ProjectId, Server, ServerId};
use regiment_core::view::View;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;
use crate::huawei::route::Age;

pub(in crate::huawei) fn decode(call: &Call<'_>, age: Age) -> Result<Action, Row> {
    match age {
        Age::V1 => v1::decode(call),
        Age::V11 => v11::decode(call),
    }
}

/// The caller's servers after the marker, newest first: those in the recycle bin, or the others.
pub(super) fn after<'a>(
    view: &View<'a>,
    project: ProjectId,
    marker: Option<ServerId>,
    recycled: bool,
) -> Result<Box<dyn Iterator<Item = &'a Server> + 'a>, Row> {
    let world = view.world;
    if recycled {
        let mut servers = world.recycled_of(project);
        if let Some(marker) = marker
            && !servers.by_ref().any(|server| server.id == marker)
        {
            return Err(no_marker(marker));
        }
        return Ok(Box::new(servers));
    }
    let Some(marker) = marker else { return Ok(Box::new(world.servers_of(project))) };
    let last = world.server(marker).filter(|server| server.project == project);
    let last = last.ok_or_else(|| no_marker(marker))?;
    Ok(Box::new(world.servers_older_than(project, last.order)))
}

fn no_marker(marker: ServerId) -> Row {
    Row::invalid(format!("marker [{marker}] could not be found."))
}

pub(super) fn marker(text: Option<&str>) -> Result<Option<ServerId>, Row> {
    let parse = |text| {
        ServerId::parse_dashed(text).ok_or_else(|| Row::invalid("marker must be a server id."))
    };
    text.map(parse).transpose()
}
