//! `GET …/cloudservers/flavors`

use std::collections::BTreeMap;

use regiment_core::model::Flavor;
use serde::Serialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;
use crate::huawei::filter::Query;
use crate::huawei::limits::{NICS_MAX, PAGE_MAX};
use crate::huawei::stock::Stock;

#[derive(Serialize)]
struct Body<'a> {
    flavors: Vec<FlavorOf<'a>>,
}

#[derive(Serialize)]
pub(in crate::huawei::ops) struct FlavorOf<'a> {
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
    #[serde(flatten)]
    rest: Rest,
}

pub(in crate::huawei) type Specs = BTreeMap<&'static str, String>;

/// What the two lists do not share.
#[derive(Serialize)]
#[serde(untagged)]
enum Rest {
    Sold {
        os_extra_specs: Specs,
        #[serde(rename = "attachableQuantity")]
        attachable: Attachable,
    },
    ResizeTarget {
        extra_specs: Specs,
        /// Nothing is known to stand in it.
        instance_quota: Nothing,
    },
}

/// An object without fields.
#[derive(Serialize)]
struct Nothing {}

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
    nic: usize,
}

pub(in crate::huawei) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let query = Query::of(call.request);
    let limit = query.number("limit", 1..=PAGE_MAX, PAGE_MAX)?;
    let owned = |key| query.get(key).map(str::to_owned);
    let (zone, id, marker) = (owned("availability_zone"), owned("flavor_id"), owned("marker"));
    let (reply, project) = (call.reply, call.caller.project.plain());
    let base = super::tokens::base_url(call.request);
    Ok(Action::look(move |view| {
        let stock = Stock::of(view.world);
        let sold = |zone: &String| stock.zones().any(|known| **known == **zone);
        let flavors = view.world.flavors().filter(|flavor| {
            zone.as_ref().is_none_or(sold)
                && id.as_deref().is_none_or(|id| *flavor.name == *id)
                && marker.as_deref().is_none_or(|marker| &*flavor.name > marker)
        });
        let flavors =
            flavors.take(limit).map(|flavor| sold_flavor(flavor, &stock, &base, &project));
        reply.json(200, &Body { flavors: flavors.collect() })
    }))
}

fn sold_flavor<'a>(
    flavor: &'a Flavor,
    stock: &Stock<'_>,
    base: &str,
    project: &str,
) -> FlavorOf<'a> {
    let attachable = Attachable { scsi: 60, blk: 24, disk: 24, nic: NICS_MAX };
    let rest = Rest::Sold { os_extra_specs: specs(flavor, stock), attachable };
    describe(flavor, base, project, rest)
}

/// A flavor as the list of what a server may be resized to tells it.
pub(super) fn resize_target<'a>(
    flavor: &'a Flavor,
    stock: &Stock<'_>,
    base: &str,
    project: &str,
) -> FlavorOf<'a> {
    let extra_specs = specs(flavor, stock);
    describe(flavor, base, project, Rest::ResizeTarget { extra_specs, instance_quota: Nothing {} })
}

/// What a flavor is beyond its numbers, and where it is sold. Of bandwidth there is nothing: no packet
/// flows.
pub(in crate::huawei) fn specs(flavor: &Flavor, stock: &Stock<'_>) -> Specs {
    let states = stock.states(flavor);
    let specs = [
        ("cond:operation:az", states.clone()),
        ("cond:operation:charge:stop", "free".to_owned()),
        ("cond:operation:status", "normal".to_owned()),
        ("cond:spot:operation:az", states),
        ("cond:spot:operation:status", "normal".to_owned()),
        ("cond:storage", "scsi".to_owned()),
        ("ecs:generation", flavor.name.split('.').next().unwrap_or_default().to_owned()),
        ("ecs:performancetype", flavor.class.to_string()),
        ("ecs:virtualization_env_types", "CloudCompute".to_owned()),
        ("hw:numa_nodes", "1".to_owned()),
        ("quota:vif_max_num", NICS_MAX.to_string()),
        ("resource_type", "IOoptimized".to_owned()),
    ];
    specs.into_iter().collect()
}

fn describe<'a>(flavor: &'a Flavor, base: &str, project: &str, rest: Rest) -> FlavorOf<'a> {
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
        rest,
    }
}
