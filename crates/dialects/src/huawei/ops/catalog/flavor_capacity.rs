//! `GET …/cloudservers/flavors/{flavor_id}/resources`: the zones that still have room for so many
//! servers of a flavor.

use regiment_core::model::{Fault, FaultKind};
use serde::Serialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;
use crate::huawei::filter::Query;
use crate::huawei::limits::FLAVOR_COUNT_MAX;
use crate::huawei::stock::Stock;

#[derive(Serialize)]
struct Body<'a> {
    resources: Vec<Resource<'a>>,
}

#[derive(Serialize)]
struct Resource<'a> {
    region_id: &'a str,
    availability_zone: &'a str,
    /// It has the most room of all.
    prefer: bool,
}

pub(super) fn decode(call: &Call<'_>, flavor: &str) -> Result<Action, Row> {
    let query = Query::of(call.request);
    let wanted = query.number("count", 1..=FLAVOR_COUNT_MAX, 1)? as u64;
    let regions: Vec<String> = query.list("region_ids").into_iter().map(str::to_owned).collect();
    let (reply, project, flavor) = (call.reply, call.caller.project, flavor.to_owned());
    Ok(Action::look(move |view| {
        let Some(flavor) = view.world.flavor(&flavor) else {
            return reply.refuse(&Row::of(&Fault::with(FaultKind::FlavorNotFound, flavor)));
        };
        // A project is named like its region.
        let region = view.world.project(project).map_or("", |project| &project.name);
        let here = regions.is_empty() || regions.iter().any(|wanted| wanted == region);
        let stock = Stock::of(view.world);
        let counted = stock.zones().filter(|_| here).map(|zone| (zone, stock.count(zone, flavor)));
        let fit: Vec<_> = counted.filter(|(_, count)| *count >= wanted).collect();
        let most = fit.iter().map(|(_, count)| *count).max();
        let resources = fit.iter().map(|(zone, count)| Resource {
            region_id: region,
            availability_zone: zone,
            prefer: Some(*count) == most,
        });
        reply.json(200, &Body { resources: resources.collect() })
    }))
}
