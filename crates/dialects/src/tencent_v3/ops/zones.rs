use serde::Serialize;

use crate::Action;
use crate::tencent::zones;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::places::Zones;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    total_count: usize,
    zone_set: Vec<Zone>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Zone {
    zone: String,
    zone_name: String,
    zone_id: String,
    zone_state: &'static str,
}

/// `DescribeZones`.
#[expect(clippy::unnecessary_wraps, reason = "every action has this signature")]
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let region = call.region.clone();
    Ok(call.look(move |view| {
        let numbers = zones::Zones::of(view.world);
        let zone_set: Vec<Zone> = Zones::of(view.world, &region)
            .with_names()
            .map(|(name, zone)| Zone {
                zone,
                zone_name: name.to_string(),
                zone_id: numbers.number(name).to_string(),
                zone_state: "AVAILABLE",
            })
            .collect();
        Ok(List { total_count: zone_set.len(), zone_set })
    }))
}
