//! `GET /v2/{project_id}/types`

use serde::Serialize;

use crate::Action;
use crate::huawei::fields::VOLUME_TYPES;
use crate::huawei::{Call, ids};

#[derive(Serialize)]
struct Body {
    volume_types: Vec<Kind>,
}

#[derive(Serialize)]
struct Kind {
    id: String,
    name: &'static str,
    description: (),
    is_public: bool,
    qos_specs_id: (),
    extra_specs: Specs,
}

#[derive(Serialize)]
struct Specs {
    volume_backend_name: &'static str,
    #[serde(rename = "availability-zone")]
    zone: String,
    #[serde(rename = "RESKEY:availability_zones")]
    zones: String,
    #[serde(rename = "HW:availability_zone")]
    hw_zone: String,
    #[serde(rename = "os-vendor-extended:sold_out_availability_zones")]
    sold_out: &'static str,
}

pub(in crate::huawei::evs) fn decode(call: &Call<'_>) -> Action {
    let reply = call.reply;
    Action::look(move |view| {
        let zones: Vec<&str> = view.world.zones().map(AsRef::as_ref).collect();
        let first = zones.first().copied().unwrap_or_default();
        let kind = |name: &'static str| Kind {
            id: ids::disk_type(name),
            name,
            description: (),
            is_public: true,
            qos_specs_id: (),
            extra_specs: Specs {
                volume_backend_name: name,
                zone: first.to_owned(),
                zones: zones.join(","),
                hw_zone: first.to_owned(),
                sold_out: "",
            },
        };
        reply.json(200, &Body { volume_types: VOLUME_TYPES.into_iter().map(kind).collect() })
    })
}
