//! `GET …/cloudservers/resize_flavors`: what a server, or any of a flavor, may be resized to.

use std::sync::Arc;

use regiment_core::model::{Fault, FaultKind, Flavor};
use serde::Serialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::target;
use crate::huawei::faults::{Row, no_such_server};
use crate::huawei::filter::Query;
use crate::huawei::limits::PAGE_MAX;
use crate::huawei::ops::flavors::{FlavorOf, resize_target};
use crate::huawei::ops::tokens::base_url;
use crate::huawei::stock::Stock;

#[derive(Serialize)]
struct Body<'a> {
    flavors: Vec<FlavorOf<'a>>,
}

#[derive(Clone, Copy)]
enum SortKey {
    Name,
    RamMib,
    Vcpus,
    /// None has a disk of its own, so all are equal.
    RootGib,
}

impl SortKey {
    fn of(query: &Query) -> Result<SortKey, Row> {
        match query.get("sort_key") {
            None | Some("flavorid" | "sort_key" | "name") => Ok(SortKey::Name),
            Some("memory_mb") => Ok(SortKey::RamMib),
            Some("vcpus") => Ok(SortKey::Vcpus),
            Some("root_gb") => Ok(SortKey::RootGib),
            Some(_) => Err(Row::invalid(
                "sort_key must be flavorid, sort_key, name, memory_mb, vcpus or root_gb.",
            )),
        }
    }

    /// Of equals the name decides.
    fn value(self, flavor: &Flavor) -> (u32, Arc<str>) {
        let number = match self {
            SortKey::Name | SortKey::RootGib => 0,
            SortKey::RamMib => flavor.ram_mib,
            SortKey::Vcpus => flavor.vcpus,
        };
        (number, flavor.name.clone())
    }
}

pub(super) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let query = Query::of(call.request);
    let limit = query.number("limit", 1..=PAGE_MAX, PAGE_MAX)?;
    let key = SortKey::of(&query)?;
    let descending = match query.get("sort_dir") {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => return Err(Row::invalid("sort_dir must be asc or desc.")),
    };
    let owned = |key| query.get(key).map(str::to_owned);
    let (server, marker) = (owned("instance_uuid"), owned("marker"));
    // A flavor's name is its id.
    let source = owned("source_flavor_id").or_else(|| owned("source_flavor_name"));
    if server.is_none() && source.is_none() {
        return Err(Row::invalid(
            "One of instance_uuid, source_flavor_id and source_flavor_name is required.",
        ));
    }
    let (reply, project, base) = (call.reply, call.caller.project, base_url(call.request));
    Ok(Action::look(move |view| {
        let world = view.world;
        let server = match &server {
            None => None,
            Some(id) => match world.named(project, &target(id)) {
                Some(server) => Some(server),
                None => return reply.refuse(&no_such_server(id)),
            },
        };
        if let Some(source) = source.as_ref().filter(|name| world.flavor(name).is_none()) {
            let fault = Fault::with(FaultKind::FlavorNotFound, source.clone());
            return reply.refuse(&Row::of(&fault));
        }
        let stock = Stock::of(world);
        let now = server.and_then(|server| world.flavor(&server.flavor));
        let fits = |flavor: &Flavor| match server {
            Some(server) => {
                flavor.name != server.flavor
                    && stock.has_for(server, now.map(AsRef::as_ref), flavor)
            }
            None => true,
        };
        let other = |flavor: &Flavor| source.as_deref() != Some(&*flavor.name);
        let mut found: Vec<&Flavor> = world
            .flavors()
            .map(AsRef::as_ref)
            .filter(|flavor| other(flavor) && fits(flavor))
            .collect();
        found.sort_by_cached_key(|flavor| key.value(flavor));
        if descending {
            found.reverse();
        }
        if let Some(marker) = &marker {
            match found.iter().position(|flavor| *flavor.name == **marker) {
                Some(at) => drop(found.drain(..=at)),
                None => return reply.refuse(&Row::invalid("marker is not in the list.")),
            }
        }
        let project = project.plain();
        let told = found.into_iter().take(limit);
        let flavors = told.map(|flavor| resize_target(flavor, &stock, &base, &project)).collect();
        reply.json(200, &Body { flavors })
    }))
}
