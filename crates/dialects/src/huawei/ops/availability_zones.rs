//! `GET …/availability-zones`

use serde::Serialize;

use crate::Action;
use crate::huawei::Call;

#[derive(Serialize)]
struct Body<'a> {
    availability_zones: Vec<Zone<'a>>,
}

#[derive(Serialize)]
struct Zone<'a> {
    availability_zone_id: &'a str,
    alias: &'a str,
    public_border_group: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    mode: &'static str,
    category: u8,
    az_group_ids: [&'a str; 1],
}

pub(in crate::huawei) fn decode(call: &Call<'_>) -> Action {
    let reply = call.reply;
    Action::look(move |view| {
        let zone = |id| Zone {
            availability_zone_id: id,
            alias: id,
            public_border_group: "center",
            kind: "Core",
            mode: "shared",
            category: 0,
            az_group_ids: [id],
        };
        let zones = view.world.zones();
        reply.json(200, &Body { availability_zones: zones.map(|id| zone(&**id)).collect() })
    })
}
