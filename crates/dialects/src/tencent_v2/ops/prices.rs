//! `InquiryInstancePriceHour` and `InquiryInstancePrice`: what instances cost, by the hour and for months
//! in advance.

use regiment_core::model::{FaultKind, Flavor, ProjectId};
use regiment_core::view::View;
use regiment_core::world::World;
use serde::Serialize;

use super::create;
use super::reinstall::WantedImage;
use crate::Action;
use crate::tencent::charging::{self, MONTHS_MAX, Network};
use crate::tencent::prices::{GB_OF_TRAFFIC, Parts, Price, hour_of_bandwidth};
use crate::tencent::shapes;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::charges;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// Instances in one call.
const GOODS_MAX: u32 = 100;
/// What is asked for is an instance.
const INSTANCE: u32 = 1;

/// What could be bought.
struct Wanted {
    cpu: u32,
    mem_gib: u32,
    image: WantedImage,
    root_gib: u32,
    storage_gib: u32,
    count: u32,
    bandwidth: u32,
    network: Network,
}

#[derive(Serialize)]
struct Hourly {
    data: Data,
}

#[derive(Serialize)]
struct Data {
    cvm: PerUnit,
    bandwidth: PerUnit,
}

#[derive(Serialize)]
struct PerUnit {
    price: String,
    price_unit: &'static str,
}

/// Hundredths of a yuan.
#[derive(Serialize)]
struct Whole {
    price: u64,
}

impl Wanted {
    fn read(call: &Call<'_>, usual: Network) -> Result<Wanted, Refusal> {
        let fields = &call.fields();
        fields.number("storageType", 1..=5)?;
        Ok(Wanted {
            cpu: fields.need_number("cpu", 1..=u32::MAX)?,
            mem_gib: fields.need_number("mem", 1..=u32::MAX)?,
            image: WantedImage::read(call)?
                .ok_or_else(|| Refusal::Missing("imageId".to_owned()))?,
            root_gib: fields.number("rootSize", 1..=16_000)?.unwrap_or(0),
            storage_gib: fields.need_number("storageSize", 0..=16_000)?,
            count: fields.number("goodsNum", 1..=GOODS_MAX)?.unwrap_or(1),
            bandwidth: fields.number("bandwidth", 0..=u32::MAX)?.unwrap_or(0),
            network: create::network(fields, usual)?,
        })
    }

    /// What all of them cost for an hour. Only what can be bought has a price.
    fn hour(&self, world: &World) -> Result<Price, Refusal> {
        let flavor = shapes::find(world, self.cpu, self.mem_gib, "normal")?;
        self.image.find(world)?;
        let parts = Parts::of(&flavor, self.root_gib, [self.storage_gib]);
        Ok(parts.hour().times(u64::from(self.count)))
    }
}

/// `InquiryInstancePriceHour`.
pub fn decode_hour(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted = Wanted::read(call, Network::Hourly)?;
    Ok(Action::look(move |view| task::shown(hourly(view.world, &wanted))))
}

fn hourly(world: &World, wanted: &Wanted) -> Result<Hourly, Refusal> {
    let cvm = PerUnit { price: wanted.hour(world)?.yuan(), price_unit: "HOUR" };
    let hour = hour_of_bandwidth(wanted.bandwidth).times(u64::from(wanted.count));
    // Traffic is priced by what is sent, however many send it and however fast.
    let (price, price_unit) = match (wanted.bandwidth, wanted.network) {
        (0, _) => (Price::default(), "HOUR"),
        (_, Network::Traffic) => (GB_OF_TRAFFIC, "GB"),
        (_, Network::Hourly | Network::Monthly | Network::Package) => (hour, "HOUR"),
    };
    Ok(Hourly { data: Data { cvm, bandwidth: PerUnit { price: price.yuan(), price_unit } } })
}

/// Which of the three things that `InquiryInstancePrice` can be asked for.
enum Question {
    /// New instances, for so many months.
    New(Wanted, u32),
    /// So many months more of an instance.
    Renewal(String, u32),
    /// Another configuration of an instance for the rest of its time.
    Upgrade { instance: String, cpu: Option<u32>, mem_gib: Option<u32>, storage_gib: Option<u32> },
}

/// `InquiryInstancePrice`.
pub fn decode_prepaid(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    fields.need_number("instanceType", INSTANCE..=INSTANCE)?;
    let question = match fields.text("instanceId") {
        None => {
            let months = fields.need_number("period", 1..=MONTHS_MAX)?;
            Question::New(Wanted::read(call, Network::Monthly)?, months)
        }
        Some(instance) => {
            let instance = instance.to_owned();
            let cpu = fields.number("cpu", 1..=u32::MAX)?;
            let mem_gib = fields.number("mem", 1..=u32::MAX)?;
            let storage_gib = fields.number("storageSize", 0..=16_000)?;
            if cpu.is_none() && mem_gib.is_none() && storage_gib.is_none() {
                let months = fields.need_number("period", 1..=MONTHS_MAX)?;
                Question::Renewal(instance, months)
            } else {
                Question::Upgrade { instance, cpu, mem_gib, storage_gib }
            }
        }
    };
    let project = call.project();
    Ok(Action::look(move |view| task::shown(whole(view, project, &question))))
}

fn whole(view: &View<'_>, project: ProjectId, question: &Question) -> Result<Whole, Refusal> {
    let world = view.world;
    let price = match question {
        Question::New(wanted, months) => {
            let bandwidth = match wanted.network {
                Network::Monthly => {
                    hour_of_bandwidth(wanted.bandwidth).times(u64::from(wanted.count))
                }
                Network::Traffic | Network::Hourly | Network::Package => Price::default(),
            };
            wanted.hour(world)?.and(bandwidth).months(*months)
        }
        Question::Renewal(instance, months) => {
            let server = charges::prepaid(world, project, instance)?;
            charges::hour(server, view).months(*months)
        }
        Question::Upgrade { instance, cpu, mem_gib, storage_gib } => {
            let server = charges::prepaid(world, project, instance)?;
            let own = world.flavor(&server.flavor).ok_or(FaultKind::FlavorNotFound)?;
            let flavor: &Flavor = &*shapes::find(
                world,
                cpu.unwrap_or(own.vcpus),
                mem_gib.unwrap_or_else(|| shapes::mem_gib(own)),
                &own.class,
            )?;
            let now = Parts::of_server(server, world, None, |_, gib| gib).hour();
            let size = |at, gib| if at == 1 { storage_gib.unwrap_or(gib) } else { gib };
            let then = Parts::of_server(server, world, Some(flavor), size).hour();
            let until = charging::paid_until(&server.details.hints, view.now);
            let left_ms = until.map_or(0, |until| until.ms_since(view.now));
            then.beyond(now).part_of_months(left_ms)
        }
    };
    Ok(Whole { price: price.0 })
}
