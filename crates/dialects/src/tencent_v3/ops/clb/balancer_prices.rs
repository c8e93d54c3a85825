//! `InquiryPriceCreateLoadBalancer`: what load balancers cost. The prices are ours, and plain.

use regiment_core::model::Reach;
use serde::{Deserialize, Serialize};

use super::create_load_balancers::{Internet, check_isp};
use crate::Action;
use crate::tencent::prices::{GB_OF_TRAFFIC, HOUR_OF_BALANCER, Price, hour_of_bandwidth};
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb;
use crate::tencent_v3::faults::Refusal;

const GOODS_MAX: u64 = 100;
const MONTHS_MAX: i64 = 36;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_type: String,
    load_balancer_charge_type: String,
    load_balancer_charge_prepaid: Option<Prepaid>,
    internet_accessible: Option<Internet>,
    goods_num: Option<u64>,
    #[serde(rename = "AddressIPVersion")]
    address_version: Option<String>,
    vip_isp: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Prepaid {
    period: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    price: Prices,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Prices {
    instance_price: Cost,
    /// Of public ones.
    bandwidth_price: Option<Cost>,
    lcu_price: Option<Cost>,
}

/// What is paid by use has a price for a unit of it, what is paid in advance one for all.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Cost {
    unit_price: Option<Price>,
    charge_unit: Option<&'static str>,
    original_price: Option<Price>,
    discount_price: Option<Price>,
    unit_price_discount: Option<Price>,
    discount: Option<f64>,
}

/// Nothing is taken off.
const WHOLE: Option<f64> = Some(100.0);

impl Cost {
    fn by_use(price: Price, unit: &'static str) -> Cost {
        let price = Some(price);
        Cost {
            unit_price: price,
            charge_unit: Some(unit),
            original_price: None,
            discount_price: None,
            unit_price_discount: price,
            discount: WHOLE,
        }
    }

    fn ahead(price: Price) -> Cost {
        let price = Some(price);
        Cost {
            unit_price: None,
            charge_unit: None,
            original_price: price,
            discount_price: price,
            unit_price_discount: None,
            discount: WHOLE,
        }
    }

    /// By what an hour costs.
    fn of(hour: Price, months: Option<u32>) -> Cost {
        match months {
            None => Cost::by_use(hour, "HOUR"),
            Some(months) => Cost::ahead(hour.months(months)),
        }
    }
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    Ok(Action::Answer(call.reply.success(Body { price: wanted.price()? })))
}

impl Wanted {
    fn months(&self) -> Result<Option<u32>, Refusal> {
        match &*self.load_balancer_charge_type {
            "POSTPAID" | "POSTPAID_BY_HOUR" => Ok(None),
            "PREPAID" => {
                let said = self.load_balancer_charge_prepaid.as_ref().and_then(|one| one.period);
                let name = "LoadBalancerChargePrepaid.Period";
                let said = said.ok_or_else(|| Refusal::missing(name))?;
                let months = u32::try_from(said).ok().filter(|_| (1..=MONTHS_MAX).contains(&said));
                months.map(Some).ok_or_else(|| Refusal::out_of_range(name, 1, MONTHS_MAX))
            }
            word => Err(Refusal::bad("InvalidParameterValue", "LoadBalancerChargeType", word)),
        }
    }

    fn price(&self) -> Result<Prices, Refusal> {
        let reach = clb::read_reach(&self.load_balancer_type)?;
        check_isp(self.vip_isp.as_deref())?;
        let v4 = |said: &str| said.eq_ignore_ascii_case("IPV4");
        if let Some(version) = self.address_version.as_deref().filter(|said| !v4(said)) {
            return Err(Refusal::bad("InvalidParameterValue", "AddressIPVersion", version));
        }
        let count = self.goods_num.unwrap_or(1);
        if !(1..=GOODS_MAX).contains(&count) {
            return Err(Refusal::out_of_range("GoodsNum", 1, 100));
        }
        let months = self.months()?;
        let bandwidth_price = match (reach, &self.internet_accessible) {
            (Reach::Public, Some(internet)) => {
                let (by_traffic, mbps) = internet.priced()?;
                // Traffic is priced by what is sent, however many send it and however fast.
                Some(if by_traffic {
                    Cost::by_use(GB_OF_TRAFFIC, "GB")
                } else {
                    Cost::of(hour_of_bandwidth(mbps).times(count), months)
                })
            }
            (Reach::Public, None) => Some(Cost::by_use(GB_OF_TRAFFIC, "GB")),
            (Reach::Private, _) => None,
        };
        let hour = match reach {
            Reach::Public => HOUR_OF_BALANCER,
            // Private ones cost nothing.
            Reach::Private => Price::default(),
        };
        Ok(Prices {
            instance_price: Cost::of(hour.times(count), months),
            bandwidth_price,
            lcu_price: None,
        })
    }
}
