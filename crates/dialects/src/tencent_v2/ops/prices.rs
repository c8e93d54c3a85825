//! `InquiryInstancePriceHour`: what instances paid by use cost. The prices are ours, and plain.

use regiment_core::world::World;
use serde::Serialize;

use super::reinstall::WantedImage;
use crate::Action;
use crate::tencent::shapes;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// Hundredths of a yuan for an hour of each.
const CPU: u64 = 10;
const GIB_OF_MEMORY: u64 = 6;
const TEN_GIB_OF_DISK: u64 = 1;
pub const MBPS: u64 = 6;
/// Hundredths of a yuan for a gigabyte that is sent.
pub const GB_OF_TRAFFIC: u64 = 80;

/// Instances in one call.
const GOODS_MAX: u32 = 100;

struct Wanted {
    cpu: u32,
    mem_gib: u32,
    image: WantedImage,
    storage_gib: u32,
    count: u32,
    bandwidth: u32,
    by_traffic: bool,
}

#[derive(Serialize)]
struct Body {
    data: Data,
}

#[derive(Serialize)]
struct Data {
    cvm: Price,
    bandwidth: Price,
}

#[derive(Serialize)]
struct Price {
    price: String,
    price_unit: &'static str,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let wanted = Wanted {
        cpu: fields.need_number("cpu", 1..=u32::MAX)?,
        mem_gib: fields.need_number("mem", 1..=u32::MAX)?,
        image: WantedImage::read(&fields)?.ok_or_else(|| Refusal::Missing("imageId".to_owned()))?,
        storage_gib: fields.need_number("storageSize", 0..=16_000)?,
        count: fields.number("goodsNum", 1..=GOODS_MAX)?.unwrap_or(1),
        bandwidth: fields.number("bandwidth", 0..=u32::MAX)?.unwrap_or(0),
        by_traffic: match fields.text("bandwidthType") {
            None | Some("PayByHour") => false,
            Some("PayByTraffic") => true,
            Some(_) => {
                return Err(fields.bad("bandwidthType", "must be PayByHour or PayByTraffic"));
            }
        },
    };
    fields.number("storageType", 1..=5)?;
    Ok(Action::look(move |view| task::shown(price(view.world, &wanted))))
}

/// Only what can be bought has a price.
fn price(world: &World, wanted: &Wanted) -> Result<Body, Refusal> {
    shapes::find(world, wanted.cpu, wanted.mem_gib, "normal")?;
    wanted.image.find(world)?;
    let count = u64::from(wanted.count);
    let one = u64::from(wanted.cpu) * CPU
        + u64::from(wanted.mem_gib) * GIB_OF_MEMORY
        + u64::from(wanted.storage_gib.div_ceil(10)) * TEN_GIB_OF_DISK;
    // Traffic is priced by what is sent, however many send it and however fast.
    let (bandwidth, unit) = match (wanted.bandwidth, wanted.by_traffic) {
        (0, _) => (0, "HOUR"),
        (_, true) => (GB_OF_TRAFFIC, "GB"),
        (mbps, false) => (u64::from(mbps) * MBPS * count, "HOUR"),
    };
    let cvm = Price { price: yuan(one * count), price_unit: "HOUR" };
    Ok(Body { data: Data { cvm, bandwidth: Price { price: yuan(bandwidth), price_unit: unit } } })
}

fn yuan(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
