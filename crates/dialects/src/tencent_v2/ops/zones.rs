//! `DescribeAvailabilityZones`.

use std::sync::Arc;

use regiment_core::world::World;
use serde::Serialize;

use crate::Action;
use crate::tencent::zones::Zones;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::reply;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List {
    total_count: usize,
    zone_set: Vec<Zone>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Zone {
    zone_name: Arc<str>,
    zone_id: u32,
}

#[expect(clippy::unnecessary_wraps, reason = "every action has this signature")]
pub fn decode(_call: &Call<'_>) -> Result<Action, Refusal> {
    Ok(Action::look(|view| reply::success("", list(view.world))))
}

fn list(world: &World) -> List {
    let numbers = Zones::of(world);
    let zone = |name: &Arc<str>| Zone { zone_name: name.clone(), zone_id: numbers.number(name) };
    let zone_set: Vec<Zone> = world.zones().map(zone).collect();
    List { total_count: zone_set.len(), zone_set }
}
