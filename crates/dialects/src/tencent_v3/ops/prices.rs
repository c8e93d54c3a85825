//! The actions that tell what something would cost: `InquiryPrice…`. The prices are ours, and plain.

mod orders;

use regiment_core::model::Server;
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

pub use orders::{
    change_charging, extend_volumes, reinstall, renew, reset_bandwidth, resize, run, terminate,
};

use crate::tencent::charging::{self, Network};
use crate::tencent::prices::{GB_OF_TRAFFIC, Parts, Price, hour_of_bandwidth};
use crate::tencent_v3::charges::Charge;

/// One thing's price, in advance for so many months or for each unit of use.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ItemPrice {
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_price: Option<Price>,
    #[serde(skip_serializing_if = "Option::is_none")]
    charge_unit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_price_discount: Option<Price>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_price: Option<Price>,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_price: Option<Price>,
    /// Per cent of the price.
    discount: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Told {
    price: Prices,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Prices {
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_price: Option<ItemPrice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bandwidth_price: Option<ItemPrice>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DiskSize {
    disk_size: Option<i64>,
}

impl ItemPrice {
    /// Paid once, for whatever time.
    pub fn at_once(price: Price) -> ItemPrice {
        ItemPrice {
            original_price: Some(price),
            discount_price: Some(price),
            discount: 100.0,
            ..ItemPrice::default()
        }
    }

    pub fn per(unit: &'static str, price: Price) -> ItemPrice {
        ItemPrice {
            unit_price: Some(price),
            charge_unit: Some(unit),
            unit_price_discount: Some(price),
            discount: 100.0,
            ..ItemPrice::default()
        }
    }

    /// Of an instance that costs this for an hour.
    pub fn of(charge: Charge, hour: Price) -> ItemPrice {
        match charge {
            Charge::InAdvance { months, renewal: _ } => ItemPrice::at_once(hour.months(months)),
            Charge::ByHour => ItemPrice::per("HOUR", hour),
            Charge::Spot => {
                let unit_price_discount = Some(hour.of_spot());
                ItemPrice { unit_price_discount, discount: 20.0, ..ItemPrice::per("HOUR", hour) }
            }
        }
    }

    /// Of the public network of so many instances.
    fn of_network(network: Network, charge: Charge, mbps: u32, count: u64) -> ItemPrice {
        let hour = hour_of_bandwidth(mbps).times(count);
        match (network, charge) {
            (Network::Traffic, _) => ItemPrice::per("GB", GB_OF_TRAFFIC),
            (Network::Package, _) => ItemPrice::per("HOUR", Price::default()),
            (Network::Monthly, Charge::InAdvance { months, renewal: _ }) => {
                ItemPrice::at_once(hour.months(months))
            }
            (Network::Monthly | Network::Hourly, _) => ItemPrice::per("HOUR", hour),
        }
    }
}

/// What an hour of an instance costs.
fn hour(server: &Server, view: &View<'_>) -> Price {
    Parts::of_server(server, view.world, None, |_, gib| gib).hour()
}

/// What an hour of its bandwidth costs if that is paid for with it in advance.
fn hour_of_network(server: &Server, view: &View<'_>) -> Price {
    let said = &server.details.hints;
    match Network::of(said) {
        Network::Monthly => hour_of_bandwidth(charging::bandwidth(said, view.now)),
        Network::Traffic | Network::Hourly | Network::Package => Price::default(),
    }
}

/// The time that is paid for and not over.
fn left_ms(server: &Server, view: &View<'_>) -> i64 {
    let until = charging::paid_until(&server.details.hints, view.now);
    until.map_or(0, |until| until.ms_since(view.now).max(0))
}

/// A change of an instance from what costs one for an hour to what costs the other: the difference for
/// the time that is left, or what an hour will cost.
fn of_change(server: &Server, view: &View<'_>, from: Price, to: Price) -> ItemPrice {
    if charging::is_prepaid(&server.details.hints) {
        ItemPrice::at_once(to.beyond(from).part_of_months(left_ms(server, view)))
    } else {
        ItemPrice::per("HOUR", to)
    }
}
