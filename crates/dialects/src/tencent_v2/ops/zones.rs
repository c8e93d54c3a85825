//! `DescribeAvailabilityZones` and `DescribeZoneAbility`.

use std::sync::Arc;

use regiment_core::world::World;
use serde::Serialize;

use crate::Action;
use crate::tencent::zones::Zones;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::{reply, task};

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
pub fn list_all(_call: &Call<'_>) -> Result<Action, Refusal> {
    Ok(Action::look(|view| reply::success("", list(view.world))))
}

fn list(world: &World) -> List {
    let numbers = Zones::of(world);
    let zone = |name: &Arc<str>| Zone { zone_name: name.clone(), zone_id: numbers.number(name) };
    let zone_set: Vec<Zone> = world.zones().map(zone).collect();
    List { total_count: zone_set.len(), zone_set }
}

/// What zones can have here: disks with a life of their own, and private networks. All have both.
const ABILITIES: [&str; 2] = ["cbs", "vpc"];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Abilities {
    capacity_set: Vec<Ability>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ability {
    is_supported: u32,
    capacity: [String; 1],
}

/// `DescribeZoneAbility`.
pub fn abilities(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let zone = fields.need_number("zoneId", 0..=u32::MAX)?;
    let asked = fields.list("capacity");
    if asked.is_empty() {
        return Err(Refusal::Missing("capacity.0".to_owned()));
    }
    let ability = |word: &str| Ability {
        is_supported: u32::from(ABILITIES.contains(&word)),
        capacity: [word.to_owned()],
    };
    let capacity_set: Vec<Ability> = asked.into_iter().map(ability).collect();
    Ok(Action::look(move |view| {
        let known = Zones::of(view.world).name(zone).is_some();
        task::shown(known.then_some(Abilities { capacity_set }).ok_or(Refusal::ZoneUnknown))
    }))
}
