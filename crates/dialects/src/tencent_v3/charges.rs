//! How instances are paid for, in this version's words.

use regiment_core::model::{HintChanges, Hints, Server, Time};
use serde::Deserialize;

use super::faults::Refusal;
use crate::charging::{MODE, SPOT};
use crate::tencent::charging::{self, Network, Renewal};
use crate::tencent::ids;

pub const PREPAID: &str = "PREPAID";
pub const BY_HOUR: &str = "POSTPAID_BY_HOUR";
pub const SPOT_PAID: &str = "SPOTPAID";

/// Months that can be paid for in one order.
const PERIODS: [u32; 16] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 24, 36, 48, 60];

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Prepaid {
    period: i64,
    renew_flag: Option<String>,
}

/// How something new is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge {
    InAdvance { months: u32, renewal: Option<Renewal> },
    ByHour,
    Spot,
}

impl Prepaid {
    /// The months, and what happens then if that was said.
    pub fn read(&self) -> Result<(u32, Option<Renewal>), Refusal> {
        let months = u32::try_from(self.period).ok().filter(|months| PERIODS.contains(months));
        let months = months.ok_or_else(|| {
            Refusal::bad("InvalidPeriod", "InstanceChargePrepaid.Period", self.period)
        })?;
        let renewal = self.renew_flag.as_deref().filter(|flag| !flag.is_empty());
        let read = |flag| renew_flag("InstanceChargePrepaid.RenewFlag", flag);
        Ok((months, renewal.map(read).transpose()?))
    }
}

pub fn renew_flag(name: &str, flag: &str) -> Result<Renewal, Refusal> {
    Renewal::of_word(flag).ok_or_else(|| Refusal::bad("InvalidParameterValue", name, flag))
}

impl Charge {
    pub fn read(kind: Option<&str>, prepaid: Option<&Prepaid>) -> Result<Charge, Refusal> {
        match kind.filter(|kind| !kind.is_empty()).unwrap_or(BY_HOUR) {
            PREPAID => {
                let prepaid = prepaid.ok_or_else(|| Refusal::missing("InstanceChargePrepaid"))?;
                let (months, renewal) = prepaid.read()?;
                Ok(Charge::InAdvance { months, renewal })
            }
            BY_HOUR => Ok(Charge::ByHour),
            SPOT_PAID => Ok(Charge::Spot),
            other => Err(Refusal::bad("InvalidParameterValue", "InstanceChargeType", other)),
        }
    }

    /// What a new record remembers of it.
    pub fn kept(self, now: Time) -> Hints {
        let changes = match self {
            Charge::InAdvance { months, renewal } => charging::prepay(now, months, renewal),
            Charge::Spot => HintChanges::from([(MODE.into(), Some(SPOT.into()))]),
            Charge::ByHour => HintChanges::new(),
        };
        changes.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    pub const fn is_in_advance(self) -> bool {
        matches!(self, Charge::InAdvance { .. })
    }
}

/// `InstanceChargeType`.
pub fn charge_type(hints: &Hints) -> &'static str {
    if charging::is_prepaid(hints) {
        PREPAID
    } else if charging::is_spot(hints) {
        SPOT_PAID
    } else {
        BY_HOUR
    }
}

/// `InternetChargeType`.
pub const fn network_word(network: Network) -> &'static str {
    match network {
        Network::Traffic => "TRAFFIC_POSTPAID_BY_HOUR",
        Network::Hourly => "BANDWIDTH_POSTPAID_BY_HOUR",
        Network::Monthly => "BANDWIDTH_PREPAID",
        Network::Package => "BANDWIDTH_PACKAGE",
    }
}

/// All there are.
pub const NETWORKS: [Network; 4] =
    [Network::Monthly, Network::Traffic, Network::Hourly, Network::Package];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Internet {
    pub internet_charge_type: Option<String>,
    pub internet_max_bandwidth_out: Option<i64>,
}

impl Internet {
    /// How it is paid for: bandwidth with its instance unless something else is said.
    pub fn network(&self, in_advance: bool) -> Result<Network, Refusal> {
        const NAME: &str = "InternetAccessible.InternetChargeType";
        let usual = if in_advance { Network::Monthly } else { Network::Hourly };
        let Some(word) = self.internet_charge_type.as_deref().filter(|word| !word.is_empty())
        else {
            return Ok(usual);
        };
        let network = NETWORKS.into_iter().find(|network| network_word(*network) == word);
        match network {
            None => Err(Refusal::bad("InvalidParameterValue", NAME, word)),
            Some(Network::Monthly | Network::Hourly) if network != Some(usual) => {
                Err(Refusal::conflict(NAME, "InstanceChargeType"))
            }
            Some(network) => Ok(network),
        }
    }

    pub fn mbps(&self) -> Result<u32, Refusal> {
        let name = "InternetAccessible.InternetMaxBandwidthOut";
        let out = self.internet_max_bandwidth_out.unwrap_or(0);
        u32::try_from(out).map_err(|_| Refusal::out_of_range(name, 0, i64::from(u32::MAX)))
    }
}

/// Only what is paid for in advance can be renewed.
pub fn must_be_prepaid(server: &Server) -> Result<(), Refusal> {
    if charging::is_prepaid(&server.details.hints) {
        return Ok(());
    }
    Err(Refusal::said_by_action(
        "InvalidInstance.NotSupported",
        "the instance is not paid for in advance",
        "该实例不是包年包月实例",
    )
    .about(&ids::instance(server.id.handle())))
}

/// What is done to one way of being paid for does not suit this instance's.
pub fn wrong_type(server: &Server) -> Refusal {
    Refusal::said_by_action(
        "UnsupportedOperation.InstanceChargeType",
        "the charge type of the instance does not allow it",
        "该实例的计费模式不支持此操作",
    )
    .about(&ids::instance(server.id.handle()))
}

/// Instances that are paid for in different ways do not go together.
pub fn mixed() -> Refusal {
    Refusal::said_by_action(
        "UnsupportedOperation.InstanceMixedPricingModel",
        "the instances are paid for in different ways",
        "不支持同时操作不同计费模式的实例",
    )
}
