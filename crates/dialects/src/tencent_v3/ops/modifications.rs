use std::collections::BTreeSet;

use regiment_core::model::Flavor;
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use super::shapes::Config;
use crate::Action;
use crate::tencent_v3::call::{Call, named, targets};
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::filters::{self, Filter};
use crate::tencent_v3::places::Zones;

/// Instances in one call.
const INSTANCES_MAX: usize = 20;

const SELL: &str = "SELL";
const UNAVAILABLE: &str = "UNAVAILABLE";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_ids: Vec<String>,
    filters: Option<Vec<Filter>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    total_count: usize,
    instance_type_config_status_set: Vec<Status>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Status {
    status: &'static str,
    message: &'static str,
    instance_type_config: Config,
}

/// `DescribeInstancesModification`: what all these instances can be made, each type once for each of
/// their zones, and whether a host there has room for it.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let targets = targets("InstanceIds", &wanted.instance_ids)?;
    if targets.len() > INSTANCES_MAX {
        return Err(Refusal::too_many("InstanceIds", INSTANCES_MAX));
    }
    let filters = filters::check(wanted.filters.as_ref(), |name| name == "status")?;
    let (project, region) = (call.project(), call.region.clone());
    Ok(call.look(move |view| {
        let (mut zones, mut own) = (BTreeSet::new(), BTreeSet::new());
        for target in &targets {
            let server = named(view, project, target)?;
            zones.insert(server.details.zone.clone());
            own.insert(server.flavor.clone());
        }
        let shown = Zones::of(view.world, &region);
        let mut all = Vec::new();
        for zone in &zones {
            for flavor in view.world.flavors().filter(|flavor| !own.contains(&flavor.name)) {
                let (status, message) = status(view, zone, flavor);
                if filters.iter().all(|filter| filter.is(status)) {
                    let instance_type_config = Config::of(flavor, shown.shown(zone));
                    all.push(Status { status, message, instance_type_config });
                }
            }
        }
        Ok(List { total_count: all.len(), instance_type_config_status_set: all })
    }))
}

fn status(view: &View<'_>, zone: &str, flavor: &Flavor) -> (&'static str, &'static str) {
    if view.world.rooms(zone).any(|(_, room)| room.holds(flavor) > 0) {
        (SELL, "")
    } else {
        (UNAVAILABLE, "no host of the zone has room")
    }
}
