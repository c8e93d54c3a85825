//! `GET …/os-availability-zone`

use serde::Serialize;

use crate::Action;
use crate::huawei::nova::NovaCall;

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "availabilityZoneInfo")]
    zones: Vec<Zone<'a>>,
}

#[derive(Serialize)]
struct Zone<'a> {
    #[serde(rename = "zoneName")]
    name: &'a str,
    #[serde(rename = "zoneState")]
    state: State,
    /// Only the operator sees them.
    hosts: (),
}

#[derive(Serialize)]
struct State {
    available: bool,
}

pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>) -> Action {
    let reply = call.reply;
    Action::look(move |view| {
        let up = |zone: &str| view.world.hosts().any(|host| *host.zone == *zone && host.up);
        let zones = view.world.zones().map(|name| Zone {
            name,
            state: State { available: up(name) },
            hosts: (),
        });
        reply.json(200, &Body { zones: zones.collect() })
    })
}
