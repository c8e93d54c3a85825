//! `GET …/flavors`, `…/flavors/detail`, `…/flavors/{flavor_id}` and its `os-extra_specs`.

use std::collections::BTreeMap;
use std::sync::Arc;

use regiment_core::model::Flavor;
use serde::Serialize;

use crate::Action;
use crate::huawei::filter::Query;
use crate::huawei::limits::PAGE_MAX;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::answer::NovaReply;
use crate::huawei::nova::faults::Refusal;
use crate::huawei::nova::links::{Link, Links};
use crate::huawei::nova::page;
use crate::huawei::nova::version::FLAVOR_DESCRIPTION;
use crate::huawei::ops::flavors::specs;
use crate::huawei::ops::list_servers::next_page;
use crate::huawei::stock::Stock;

/// The largest measure that can be asked for: numbers have 32 bits.
const MEASURE_MAX: usize = 0x7FFF_FFFF;

#[derive(Serialize)]
struct Body<T> {
    flavors: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flavors_links: Option<[Link; 1]>,
}

#[derive(Serialize)]
struct Simple<'a> {
    id: &'a str,
    name: &'a str,
    links: [Link; 2],
}

#[derive(Serialize)]
struct Detail<'a> {
    #[serde(flatten)]
    simple: Simple<'a>,
    vcpus: u32,
    ram: u32,
    disk: u32,
    swap: &'static str,
    #[serde(rename = "OS-FLV-EXT-DATA:ephemeral")]
    ephemeral: u32,
    #[serde(rename = "OS-FLV-DISABLED:disabled")]
    disabled: bool,
    rxtx_factor: f32,
    #[serde(rename = "os-flavor-access:is_public")]
    is_public: bool,
    /// Nobody describes a flavor here.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'static str>,
}

fn simple<'a>(flavor: &'a Flavor, links: &Links) -> Simple<'a> {
    let links = links.both("flavors", &flavor.name);
    Simple { id: &flavor.name, name: &flavor.name, links }
}

fn describe<'a>(flavor: &'a Flavor, links: &Links, reply: NovaReply) -> Detail<'a> {
    Detail {
        simple: simple(flavor, links),
        vcpus: flavor.vcpus,
        ram: flavor.ram_mib,
        // Servers boot from disks of their own, which no flavor brings.
        disk: 0,
        swap: "",
        ephemeral: 0,
        disabled: false,
        rxtx_factor: 1.0,
        is_public: true,
        description: reply.since(FLAVOR_DESCRIPTION).then_some(""),
    }
}

pub(in crate::huawei::nova) fn list(call: &NovaCall<'_>, detail: bool) -> Result<Action, Refusal> {
    let query = Query::of(call.call.request);
    let limit = page::limit(&query, PAGE_MAX)?;
    let least_ram = query.number("minRam", 0..=MEASURE_MAX, 0)?;
    let least_disk = query.number("minDisk", 0..=MEASURE_MAX, 0)?;
    let marker = query.get("marker").map(str::to_owned);
    let key = Key::of(query.get("sort_key").unwrap_or("flavorid"))?;
    let descending = match query.get("sort_dir") {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => return Err(Refusal::invalid("sort_dir must be asc or desc.")),
    };
    let next = next_page(call.call);
    let (reply, links) = (call.reply, Links::of(call.call));
    Ok(Action::look(move |view| {
        let enough = |flavor: &&Arc<Flavor>| {
            usize::try_from(flavor.ram_mib).is_ok_and(|ram| ram >= least_ram) && least_disk == 0
        };
        let mut flavors: Vec<&Arc<Flavor>> = view.world.flavors().filter(enough).collect();
        flavors.sort_by_key(|flavor| key.value(flavor));
        if descending {
            flavors.reverse();
        }
        if let Some(marker) = marker {
            let Some(at) = flavors.iter().position(|flavor| *flavor.name == *marker) else {
                let shown: String = marker.chars().take(64).collect();
                return reply.refuse(&Refusal::invalid(format!("marker [{shown}] not found")));
            };
            flavors.drain(..=at);
        }
        let more = flavors.len() > limit;
        flavors.truncate(limit);
        let last = flavors.last().filter(|_| more);
        let flavors_links =
            last.map(|last| [Link { rel: "next", href: format!("{next}{}", last.name) }]);
        let flavors = flavors.into_iter();
        if detail {
            let flavors = flavors.map(|flavor| describe(flavor, &links, reply)).collect();
            reply.json(200, &Body { flavors, flavors_links })
        } else {
            let flavors = flavors.map(|flavor| simple(flavor, &links)).collect();
            reply.json(200, &Body { flavors, flavors_links })
        }
    }))
}

/// What flavors may be ordered by. Their disks are all alike.
enum Key {
    Name,
    Ram,
    Cpus,
}

impl Key {
    fn of(name: &str) -> Result<Key, Refusal> {
        match name {
            "name" | "flavorid" | "root_gb" => Ok(Key::Name),
            "memory_mb" => Ok(Key::Ram),
            "vcpus" => Ok(Key::Cpus),
            _ => Err(Refusal::invalid(
                "sort_key must be one of name, memory_mb, vcpus, root_gb, flavorid.",
            )),
        }
    }

    fn value(&self, flavor: &Flavor) -> u32 {
        match self {
            // The table is in this order.
            Key::Name => 0,
            Key::Ram => flavor.ram_mib,
            Key::Cpus => flavor.vcpus,
        }
    }
}

pub(in crate::huawei::nova) fn show(call: &NovaCall<'_>, id: &str) -> Action {
    let (reply, links, id) = (call.reply, Links::of(call.call), id.to_owned());
    Action::look(move |view| match view.world.flavor(&id) {
        Some(flavor) => {
            reply.json(200, &BTreeMap::from([("flavor", describe(flavor, &links, reply))]))
        }
        None => reply.refuse(&Refusal::missing("Flavor", &id)),
    })
}

pub(in crate::huawei::nova) fn extra_specs(call: &NovaCall<'_>, id: &str) -> Action {
    let (reply, id) = (call.reply, id.to_owned());
    Action::look(move |view| match view.world.flavor(&id) {
        Some(flavor) => {
            let stock = Stock::of(view.world);
            reply.json(200, &BTreeMap::from([("extra_specs", specs(flavor, &stock))]))
        }
        None => reply.refuse(&Refusal::missing("Flavor", &id)),
    })
}
