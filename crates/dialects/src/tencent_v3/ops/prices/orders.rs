//! One function for each order whose price can be asked for.

use std::collections::BTreeMap;

use regiment_core::command::TargetRef;
use regiment_core::model::{ProjectId, Server};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use super::{DiskSize, ItemPrice, Prices, Told, hour, hour_of_network, left_ms, of_change};
use crate::Action;
use crate::tencent::charging::{self, Network};
use crate::tencent::ids;
use crate::tencent::prices::{Parts, Price, hour_of_bandwidth};
use crate::tencent_v3::call::{Call, named, sole_target, target, targets};
use crate::tencent_v3::charges::{self, Charge, Internet, Prepaid, charge_type};
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::ops::bandwidth::{self, Change};
use crate::tencent_v3::ops::create::{COUNT_MAX, image, size_gib};
use crate::tencent_v3::ops::extend_volumes::Sizes;
use crate::tencent_v3::ops::reinstall::check_system_disk;
use crate::tencent_v3::places::Zones;
use crate::tencent_v3::types;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Run {
    placement: Placement,
    image_id: String,
    instance_charge_type: Option<String>,
    instance_charge_prepaid: Option<Prepaid>,
    instance_type: Option<String>,
    system_disk: Option<DiskSize>,
    #[serde(default)]
    data_disks: Vec<DiskSize>,
    #[serde(default)]
    internet_accessible: Internet,
    instance_count: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Placement {
    zone: String,
}

/// `InquiryPriceRunInstances`: of all instances together.
pub fn run(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Run = call.read()?;
    if let Some(name) = call.input.asks_for(&["LaunchTemplate"]) {
        return Err(Refusal::not_served(name));
    }
    let charge = Charge::read(
        wanted.instance_charge_type.as_deref(),
        wanted.instance_charge_prepaid.as_ref(),
    )?;
    let network = wanted.internet_accessible.network(charge.is_in_advance())?;
    let mbps = wanted.internet_accessible.mbps()?;
    let count = wanted.instance_count.unwrap_or(1);
    if !(1..=COUNT_MAX).contains(&count) {
        return Err(Refusal::out_of_range("InstanceCount", 1, COUNT_MAX));
    }
    let count = u64::try_from(count).unwrap_or(1);
    let (project, region) = (call.project(), call.region.clone());
    Ok(call.look(move |view| {
        let zone = &wanted.placement.zone;
        if Zones::of(view.world, &region).find(zone).is_none() {
            return Err(Refusal::bad("InvalidZone.MismatchRegion", "Placement.Zone", zone));
        }
        let image = image(view.world, project, &region, &wanted.image_id)?;
        let kind = wanted.instance_type.as_deref().unwrap_or("S1.SMALL1");
        let (flavor, _) = types::find(view.world, kind)?;
        let least = i64::from(image.disk_gib_min);
        let root = wanted.system_disk.as_ref().and_then(|disk| disk.disk_size);
        let root = root.map(|size| size_gib("SystemDisk.DiskSize", size, least)).transpose()?;
        let data = wanted
            .data_disks
            .iter()
            .map(|disk| size_gib("DataDisks.DiskSize", disk.disk_size.unwrap_or(0), 10))
            .collect::<Result<Vec<u32>, Refusal>>()?;
        let parts = Parts::of(&flavor, root.unwrap_or(image.disk_gib_min), data);
        Ok(told(
            Some(ItemPrice::of(charge, parts.hour().times(count))),
            Some(ItemPrice::of_network(network, charge, mbps, count)),
        ))
    }))
}

fn told(instance_price: Option<ItemPrice>, bandwidth_price: Option<ItemPrice>) -> Told {
    Told { price: Prices { instance_price, bandwidth_price } }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct One {
    instance_id: String,
    image_id: Option<String>,
    system_disk: Option<DiskSize>,
}

/// `InquiryPriceResetInstance`: images cost nothing, and the system disk keeps its size.
pub fn reinstall(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: One = call.read()?;
    let target = target(&wanted.instance_id)?;
    let (project, region) = (call.project(), call.region.clone());
    Ok(call.look(move |view| {
        let server = named(view, project, &target)?;
        if let Some(id) = &wanted.image_id {
            image(view.world, project, &region, id)?;
        }
        check_system_disk(server, wanted.system_disk.as_ref().and_then(|disk| disk.disk_size))?;
        let present = hour(server, view);
        Ok(told(Some(of_change(server, view, present, present)), None))
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resized {
    instance_ids: Vec<String>,
    instance_type: String,
}

/// `InquiryPriceResetInstancesType`: of one instance, as it is resized.
pub fn resize(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Resized = call.read()?;
    let target = sole_target("InstanceIds", &wanted.instance_ids)?;
    let project = call.project();
    Ok(call.look(move |view| {
        let server = named(view, project, &target)?;
        let (flavor, _) = types::find(view.world, &wanted.instance_type)?;
        let to = Parts::of_server(server, view.world, Some(&flavor), |_, gib| gib).hour();
        Ok(told(Some(of_change(server, view, hour(server, view), to)), None))
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Renewed {
    instance_ids: Vec<String>,
    instance_charge_prepaid: Prepaid,
}

/// `InquiryPriceRenewInstances`: of all instances together.
pub fn renew(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Renewed = call.read()?;
    let targets = targets("InstanceIds", &wanted.instance_ids)?;
    let (months, _) = wanted.instance_charge_prepaid.read()?;
    let project = call.project();
    Ok(call.look(move |view| {
        let servers = all(view, project, &targets)?;
        for server in &servers {
            charges::must_be_prepaid(server)?;
        }
        let sum = |price: fn(&Server, &View<'_>) -> Price| {
            let prices = servers.iter().map(|server| price(server, view));
            ItemPrice::at_once(prices.fold(Price::default(), Price::and).months(months))
        };
        Ok(told(Some(sum(hour)), Some(sum(hour_of_network))))
    }))
}

fn all<'v>(
    view: &View<'v>,
    project: ProjectId,
    targets: &[TargetRef],
) -> Result<Vec<&'v Server>, Refusal> {
    targets.iter().map(|target| named(view, project, target)).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rebanded {
    instance_ids: Vec<String>,
    #[serde(flatten)]
    change: Change,
}

/// `InquiryPriceResetInstancesInternetMaxBandwidth`: what is raised is paid for its time, everything
/// else by use.
pub fn reset_bandwidth(call: &Call<'_>) -> Result<Action, Refusal> {
    let Rebanded { instance_ids, change } = call.read()?;
    let targets = targets("InstanceIds", &instance_ids)?;
    let mbps = change.mbps()?;
    let project = call.project();
    Ok(call.look(move |view| {
        let servers = all(view, project, &targets)?;
        bandwidth::check_together(&servers)?;
        let mut price = ItemPrice::default();
        for server in &servers {
            let said = &server.details.hints;
            price = match change.raise(server, view)? {
                Some(raise) => {
                    let present = hour_of_bandwidth(charging::bandwidth(said, view.now));
                    let more = hour_of_bandwidth(raise.mbps).beyond(present);
                    ItemPrice::at_once(more.part_of_months(raise.until.ms_since(raise.from)))
                }
                None => {
                    let count = servers.len() as u64;
                    ItemPrice::of_network(Network::of(said), Charge::ByHour, mbps, count)
                }
            };
        }
        Ok(told(None, Some(price)))
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Extended {
    instance_id: String,
    #[serde(flatten)]
    sizes: Sizes,
}

/// `InquiryPriceResizeInstanceDisks`.
pub fn extend_volumes(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Extended = call.read()?;
    let target = target(&wanted.instance_id)?;
    let project = call.project();
    Ok(call.look(move |view| {
        let server = named(view, project, &target)?;
        let sizes = wanted.sizes.read(server, view.world)?;
        let by_place: BTreeMap<usize, u32> = server
            .details
            .volumes
            .iter()
            .enumerate()
            .filter_map(|(at, volume)| Some((at, *sizes.get(&volume.id)?)))
            .collect();
        let size = |at, gib| by_place.get(&at).copied().unwrap_or(gib);
        let to = Parts::of_server(server, view.world, None, size).hour();
        Ok(told(Some(of_change(server, view, hour(server, view), to)), None))
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Recharged {
    instance_ids: Vec<String>,
    instance_charge_type: String,
    instance_charge_prepaid: Option<Prepaid>,
}

/// `InquiryPriceModifyInstancesChargeType`: of all instances together.
pub fn change_charging(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Recharged = call.read()?;
    let targets = targets("InstanceIds", &wanted.instance_ids)?;
    let kind = wanted.instance_charge_type;
    let charge = Charge::read(Some(&kind), wanted.instance_charge_prepaid.as_ref())?;
    if charge == Charge::Spot {
        return Err(Refusal::bad("InvalidParameterValue", "InstanceChargeType", kind));
    }
    let project = call.project();
    Ok(call.look(move |view| {
        let servers = all(view, project, &targets)?;
        let is_so = |server: &&&Server| charge_type(&server.details.hints) == kind;
        if let Some(server) = servers.iter().find(is_so) {
            return Err(charges::wrong_type(server));
        }
        let hours = servers.iter().map(|server| hour(server, view));
        let instances = hours.fold(Price::default(), Price::and);
        Ok(told(Some(ItemPrice::of(charge, instances)), None))
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Terminated {
    instance_ids: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Refunds {
    instance_refunds_set: Vec<Refund>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Refund {
    instance_id: String,
    refunds: Price,
    price_detail: &'static str,
}

/// `InquiryPriceTerminateInstances`: the time that is paid for and not over is worth what it cost.
pub fn terminate(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Terminated = call.read()?;
    let targets = targets("InstanceIds", &wanted.instance_ids)?;
    let project = call.project();
    Ok(call.look(move |view| {
        let refund = |server: &Server| {
            let hour = hour(server, view).and(hour_of_network(server, view));
            Refund {
                instance_id: ids::instance(server.id.handle()),
                refunds: hour.part_of_months(left_ms(server, view)),
                price_detail: "",
            }
        };
        let servers = all(view, project, &targets)?;
        Ok(Refunds { instance_refunds_set: servers.into_iter().map(refund).collect() })
    }))
}
