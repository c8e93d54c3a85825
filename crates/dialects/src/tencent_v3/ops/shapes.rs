use std::collections::BTreeMap;

use regiment_core::model::Flavor;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::shapes::mem_gib;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::filters::{self, Filter};
use crate::tencent_v3::places::Zones;
use crate::tencent_v3::types;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    filters: Option<Vec<Filter>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    instance_type_config_set: Vec<Config>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Config {
    zone: String,
    instance_type: String,
    instance_family: String,
    #[serde(rename = "GPU")]
    gpu: u32,
    #[serde(rename = "CPU")]
    cpu: u32,
    memory: u32,
    #[serde(rename = "FPGA")]
    fpga: u32,
    gpu_count: f64,
}

fn known(name: &str) -> bool {
    ["zone", "instance-family", "instance-type"].contains(&name)
}

/// `DescribeInstanceTypeConfigs`: every type in every zone.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let filters = filters::check(wanted.filters.as_ref(), known)?;
    let region = call.region.clone();
    Ok(call.look(move |view| {
        let zones = Zones::of(view.world, &region);
        let configs = zones.all().flat_map(|zone| {
            view.world.flavors().map(move |flavor| Config::of(flavor, zone.clone()))
        });
        let taken = |config: &Config| filters.iter().all(|filter| config.passes(filter));
        Ok(List { instance_type_config_set: configs.filter(taken).collect() })
    }))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Families {
    instance_family_config_set: Vec<Family>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Family {
    instance_family_name: String,
    instance_family: String,
}

/// `DescribeInstanceFamilyConfigs`: each family once.
#[expect(clippy::unnecessary_wraps, reason = "every action has this signature")]
pub fn families(call: &Call<'_>) -> Result<Action, Refusal> {
    let language = call.reply.language;
    Ok(call.look(move |view| {
        let mut names = BTreeMap::new();
        for flavor in view.world.flavors() {
            let name = || types::family_name(flavor, language);
            names.entry(types::family(flavor)).or_insert_with(name);
        }
        let family = |(instance_family, instance_family_name)| Family {
            instance_family_name,
            instance_family,
        };
        Ok(Families { instance_family_config_set: names.into_iter().map(family).collect() })
    }))
}

impl Config {
    pub fn of(flavor: &Flavor, zone: String) -> Config {
        Config {
            zone,
            instance_type: types::name(flavor),
            instance_family: types::family(flavor),
            gpu: 0,
            cpu: flavor.vcpus,
            memory: mem_gib(flavor),
            fpga: 0,
            gpu_count: 0.0,
        }
    }

    fn passes(&self, filter: &Filter) -> bool {
        match &*filter.name {
            "zone" => filter.is(&self.zone),
            "instance-family" => filter.is(&self.instance_family),
            _ => filter.is(&self.instance_type),
        }
    }
}
