//! `DescribeZoneInstanceConfigInfos`: every type in every zone, in every way of paying for it.

use std::cmp::Reverse;

use regiment_core::model::Flavor;
use regiment_core::world::World;
use serde::{Deserialize, Serialize};

use super::prices::ItemPrice;
use crate::Action;
use crate::tencent::prices::Parts;
use crate::tencent::shapes::mem_gib;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::charges::{BY_HOUR, Charge, PREPAID, SPOT_PAID};
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::filters::{self, Filter};
use crate::tencent_v3::language::Language;
use crate::tencent_v3::places::Zones;
use crate::tencent_v3::types;

const FILTERS: [&str; 5] =
    ["instance-charge-type", "instance-family", "instance-type", "sort-keys", "zone"];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    filters: Option<Vec<Filter>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    instance_type_quota_set: Vec<Offer>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Offer {
    zone: String,
    instance_type: String,
    instance_charge_type: &'static str,
    network_card: u32,
    externals: Externals,
    cpu: u32,
    memory: u32,
    instance_family: String,
    type_name: String,
    local_disk_type_list: [(); 0],
    status: &'static str,
    price: ItemPrice,
    sold_out_reason: &'static str,
    gpu: u32,
    fpga: u32,
    gpu_count: f64,
    remark: &'static str,
    status_category: &'static str,
}

#[derive(Serialize)]
struct Externals {}

/// An order by one member.
#[derive(Clone, Copy)]
struct SortKey {
    by_cpu: bool,
    down: bool,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let filters = filters::check(wanted.filters.as_ref(), |name| FILTERS.contains(&name))?;
    let (sorting, filters): (Vec<Filter>, Vec<Filter>) =
        filters.into_iter().partition(|filter| filter.name == "sort-keys");
    let keys = sorting.iter().flat_map(|filter| &filter.values).map(|text| SortKey::read(text));
    let keys = keys.collect::<Result<Vec<SortKey>, Refusal>>()?;
    let (region, language) = (call.region.clone(), call.reply.language);
    Ok(call.look(move |view| {
        let zones = Zones::of(view.world, &region);
        let mut offers = Vec::new();
        for (zone, shown) in zones.with_names() {
            for flavor in view.world.flavors() {
                for charge in [PREPAID, BY_HOUR, SPOT_PAID] {
                    offers.push(Offer::of(view.world, zone, &shown, flavor, charge, language));
                }
            }
        }
        offers.retain(|offer| filters.iter().all(|filter| offer.passes(filter)));
        // The first key counts most, so it sorts last.
        for key in keys.iter().rev() {
            key.sort(&mut offers);
        }
        Ok(List { instance_type_quota_set: offers })
    }))
}

impl Offer {
    fn of(
        world: &World,
        zone: &str,
        shown: &str,
        flavor: &Flavor,
        charge: &'static str,
        language: Language,
    ) -> Offer {
        let sold = world.rooms(zone).any(|(_, room)| room.holds(flavor) > 0);
        let hour = Parts::of(flavor, 0, []).hour();
        let price = match charge {
            PREPAID => ItemPrice::of(Charge::InAdvance { months: 1, renewal: None }, hour),
            SPOT_PAID => ItemPrice::of(Charge::Spot, hour),
            _ => ItemPrice::of(Charge::ByHour, hour),
        };
        Offer {
            zone: shown.to_owned(),
            instance_type: types::name(flavor),
            instance_charge_type: charge,
            network_card: 0,
            externals: Externals {},
            cpu: flavor.vcpus,
            memory: mem_gib(flavor),
            instance_family: types::family(flavor),
            type_name: types::family_name(flavor, language),
            local_disk_type_list: [],
            status: if sold { "SELL" } else { "SOLD_OUT" },
            price,
            sold_out_reason: if sold { "" } else { "no host of the zone has room" },
            gpu: 0,
            fpga: 0,
            gpu_count: 0.0,
            remark: "",
            status_category: if sold { "EnoughStock" } else { "WithoutStock" },
        }
    }

    fn passes(&self, filter: &Filter) -> bool {
        match &*filter.name {
            "zone" => filter.is(&self.zone),
            "instance-family" => filter.is(&self.instance_family),
            "instance-type" => filter.is(&self.instance_type),
            _ => filter.is(self.instance_charge_type),
        }
    }
}

impl SortKey {
    /// `cpu:desc`, `mem:asc`.
    fn read(text: &str) -> Result<SortKey, Refusal> {
        let bad = || Refusal::bad("InvalidFilter", "sort-keys", text);
        let (member, way) = text.split_once(':').ok_or_else(bad)?;
        let by_cpu = match member {
            "cpu" => true,
            "mem" => false,
            _ => return Err(bad()),
        };
        match way {
            "asc" => Ok(SortKey { by_cpu, down: false }),
            "desc" => Ok(SortKey { by_cpu, down: true }),
            _ => Err(bad()),
        }
    }

    fn sort(self, offers: &mut [Offer]) {
        let member = |offer: &Offer| if self.by_cpu { offer.cpu } else { offer.memory };
        if self.down {
            offers.sort_by_key(|offer| Reverse(member(offer)));
        } else {
            offers.sort_by_key(member);
        }
    }
}
