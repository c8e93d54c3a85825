//! `InquiryLBPrice`, `InquiryLBPriceAll`: what load balancers cost. The prices are ours, and plain.

use regiment_core::model::{ProjectId, Reach};
use regiment_core::world::World;
use serde::Serialize;

use crate::Action;
use crate::tencent::prices::{self, GB_OF_TRAFFIC, HOUR_OF_BALANCER, hour_of_bandwidth};
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{lb, reply, task};

const GOODS_MAX: u32 = 100;
const BANDWIDTH_MBPS_MAX: u32 = 2048;
const MONTHS_MAX: u32 = 36;

#[derive(Serialize)]
struct Hourly {
    /// In hundredths of a yuan.
    price: u64,
}

/// Private ones cost nothing.
fn hour_of(reach: Reach) -> prices::Price {
    match reach {
        Reach::Public => HOUR_OF_BALANCER,
        Reach::Private => prices::Price::default(),
    }
}

/// 1 is a public one too, of the first contracts.
fn reach(fields: &Fields<'_>) -> Result<Reach, Refusal> {
    Ok(match fields.need_number("loadBalancerType", 1..=3)? {
        1 | 2 => Reach::Public,
        _ => Reach::Private,
    })
}

/// `InquiryLBPrice`.
pub fn decode_one(call: &Call<'_>) -> Result<Action, Refusal> {
    let price = hour_of(reach(&call.fields())?).0;
    Ok(Action::Answer(reply::success("", Hourly { price })))
}

#[derive(Serialize)]
struct Body {
    price: Prices,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Prices {
    lb_id_price: Price,
    /// Of public ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    bandwidth_price: Option<Price>,
}

/// What is paid in advance has a price, what is paid by use one for a unit of it.
#[derive(Serialize)]
#[serde(untagged)]
enum Price {
    #[serde(rename_all = "camelCase")]
    Ahead { original_price: prices::Price, discount_price: prices::Price },
    #[serde(rename_all = "camelCase")]
    ByUse { unit_price: prices::Price, charge_unit: &'static str },
}

/// How the network is paid for.
#[derive(Clone, Copy)]
enum Network {
    ByTraffic,
    ByBandwidth { mbps: u32 },
}

struct Wanted {
    reach: Reach,
    /// Paid in advance for so many months.
    months: Option<u32>,
    count: u32,
    network: Option<Network>,
    /// One that is there already.
    balancer: Option<String>,
}

/// `InquiryLBPriceAll`.
pub fn decode_all(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted = Wanted::read(&call.fields())?;
    let project = call.project();
    Ok(Action::look(move |view| task::shown(wanted.price(view.world, project))))
}

impl Wanted {
    fn read(fields: &Fields<'_>) -> Result<Wanted, Refusal> {
        let reach = reach(fields)?;
        let months = match fields.need("lbChargeType")? {
            "POSTPAID_BY_HOUR" => None,
            "PREPAID" => Some(fields.need_number("lbChargePrepaid.period", 1..=MONTHS_MAX)?),
            _ => return Err(fields.bad("lbChargeType", "must be POSTPAID_BY_HOUR or PREPAID")),
        };
        let network = match reach {
            Reach::Public => Some(network(fields, months.is_some())?),
            Reach::Private => None,
        };
        let count = fields.number("goodsNum", 1..=GOODS_MAX)?.unwrap_or(1);
        let balancer = fields.text("loadBalancerId").map(str::to_owned);
        Ok(Wanted { reach, months, count, network, balancer })
    }

    fn price(&self, world: &World, project: ProjectId) -> Result<Body, Refusal> {
        if let Some(id) = &self.balancer {
            lb::find(world, project, id)?;
        }
        let bandwidth_price = self.network.map(|network| match network {
            // Traffic is priced by what is sent, however many send it and however fast.
            Network::ByTraffic => Price::ByUse { unit_price: GB_OF_TRAFFIC, charge_unit: "GB" },
            Network::ByBandwidth { mbps } => self.of_all(hour_of_bandwidth(mbps)),
        });
        Ok(Body {
            price: Prices { lb_id_price: self.of_all(hour_of(self.reach)), bandwidth_price },
        })
    }

    /// The price of all that are wanted, from that of an hour of one.
    fn of_all(&self, hour: prices::Price) -> Price {
        let hour = hour.times(u64::from(self.count));
        match self.months {
            None => Price::ByUse { unit_price: hour, charge_unit: "HOUR" },
            Some(months) => {
                let price = hour.months(months);
                Price::Ahead { original_price: price, discount_price: price }
            }
        }
    }
}

fn network(fields: &Fields<'_>, ahead: bool) -> Result<Network, Refusal> {
    const KIND: &str = "internetAccessible.internetChargeType";
    let mbps =
        fields.need_number("internetAccessible.internetMaxBandwidthOut", 0..=BANDWIDTH_MBPS_MAX)?;
    match (fields.need(KIND)?, ahead) {
        ("TRAFFIC_POSTPAID_BY_HOUR", _) => Ok(Network::ByTraffic),
        ("BANDWIDTH_POSTPAID_BY_HOUR", false) | ("BANDWIDTH_PREPAID", true) => {
            Ok(Network::ByBandwidth { mbps })
        }
        _ => {
            Err(fields.bad(KIND, "must suit lbChargeType: by traffic, or by bandwidth of its kind"))
        }
    }
}
