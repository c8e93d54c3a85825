//! `GET …/cloudservers/flavors`

use std::collections::BTreeMap;

use regiment_core::model::Flavor;
use serde::Serialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;
use crate::huawei::filter::Query;
use crate::huawei::limits::PAGE_MAX;

#[derive(Serialize)]
struct Body<'a> {
    flavors: Vec<FlavorOf<'a>>,
}

#[derive(Serialize)]
struct FlavorOf<'a> {
    id: &'a str,
    name: &'a str,
    vcpus: String,
    ram: u32,
    disk: &'static str,
    swap: &'static str,
    links: [Link; 2],
    #[serde(rename = "OS-FLV-EXT-DATA:ephemeral")]
    ephemeral: u32,
    #[serde(rename = "OS-FLV-DISABLED:disabled")]
    disabled: bool,
    rxtx_factor: f32,
    rxtx_quota: (),
    rxtx_cap: (),
    #[serde(rename = "os-flavor-access:is_public")]
    is_public: bool,
    os_extra_specs: BTreeMap<&'static str, String>,
    #[serde(rename = "attachableQuantity")]
    attachable: Attachable,
}

#[derive(Serialize)]
struct Link {
    rel: &'static str,
    href: String,
    #[serde(rename = "type")]
    kind: (),
}

#[derive(Serialize)]
struct Attachable {
    #[serde(rename = "free_scsi")]
    scsi: u32,
    #[serde(rename = "free_blk")]
    blk: u32,
    #[serde(rename = "free_disk")]
    disk: u32,
    #[serde(rename = "free_nic")]
    nic: u32,
}

pub(in crate::huawei) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let query = Query::of(call.request);
    let limit = query.number("limit", 1..=PAGE_MAX, PAGE_MAX)?;
    let owned = |key| query.get(key).map(str::to_owned);
    let (zone, id, marker) = (owned("availability_zone"), owned("flavor_id"), owned("marker"));
    let (reply, project) = (call.reply, call.caller.project.plain());
    let base = super::tokens::base_url(call.request);
    Ok(Action::look(move |view| {
        let zones: Vec<&str> = view.world.zones().map(AsRef::as_ref).collect();
        let sold = |zone: &String| zones.contains(&zone.as_str());
        let flavors = view.world.flavors().filter(|flavor| {
            zone.as_ref().is_none_or(sold)
                && id.as_deref().is_none_or(|id| *flavor.name == *id)
                && marker.as_deref().is_none_or(|marker| &*flavor.name > marker)
        });
        let flavors = flavors.take(limit).map(|flavor| describe(flavor, &zones, &base, &project));
        reply.json(200, &Body { flavors: flavors.collect() })
    }))
}

fn describe<'a>(flavor: &'a Flavor, zones: &[&str], base: &str, project: &str) -> FlavorOf<'a> {
    let name = &*flavor.name;
    let href = |version: &str| format!("{base}{version}/{project}/flavors/{name}");
    FlavorOf {
        id: name,
        name,
        vcpus: flavor.vcpus.to_string(),
        ram: flavor.ram_mib,
        disk: "0",
        swap: "",
        links: [
            Link { rel: "self", href: href("/v1.0"), kind: () },
            Link { rel: "bookmark", href: href(""), kind: () },
        ],
        ephemeral: 0,
        disabled: false,
        rxtx_factor: 1.0,
        rxtx_quota: (),
        rxtx_cap: (),
        is_public: true,
        os_extra_specs: specs(flavor, zones),
        attachable: Attachable { scsi: 60, blk: 24, disk: 24, nic: 12 },
    }
}

/// What a flavor is beyond its numbers, and in which of the zones it is sold.
pub(in crate::huawei) fn specs(flavor: &Flavor, zones: &[&str]) -> BTreeMap<&'static str, String> {
    let generation = flavor.name.split('.').next().unwrap_or_default();
    let sold: Vec<String> = zones.iter().map(|zone| format!("{zone}(normal)")).collect();
    BTreeMap::from([
        ("cond:operation:az", sold.join(", ")),
        ("cond:operation:status", "normal".to_owned()),
        ("ecs:generation", generation.to_owned()),
        ("ecs:performancetype", flavor.class.to_string()),
        ("ecs:virtualization_env_types", "CloudCompute".to_owned()),
        ("hw:numa_nodes", "1".to_owned()),
        ("resource_type", "IOoptimized".to_owned()),
    ])
}
