//! `ResetInstancesInternetMaxBandwidth`.

use regiment_core::model::{Server, Time};
use regiment_core::view::View;
use serde::Deserialize;

use super::change_charging;
use crate::Action;
use crate::tencent::charging::{self, Network, Raise};
use crate::tencent_v3::call::{Call, named, targets};
use crate::tencent_v3::charges::{self, Internet};
use crate::tencent_v3::faults::Refusal;

const DAY_MS: i64 = 86_400_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_ids: Vec<String>,
    #[serde(flatten)]
    change: Change,
}

/// Another bandwidth, for a time if it is paid for in advance.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Change {
    internet_accessible: Internet,
    start_time: Option<String>,
    end_time: Option<String>,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let Wanted { instance_ids, change } = call.read()?;
    let targets = targets("InstanceIds", &instance_ids)?;
    change.mbps()?;
    Ok(call.consult(move |view, issuer| {
        let mut servers = Vec::with_capacity(targets.len());
        for target in &targets {
            servers.push(named(view, issuer.project, target)?);
        }
        check_together(&servers)?;
        change_charging::order(view, issuer, targets, |server| {
            let said = &server.details.hints;
            Ok(match change.raise(server, view)? {
                Some(raise) => charging::raise_bandwidth(said, view.now, raise),
                None => charging::set_bandwidth(change.mbps()?),
            })
        })
    }))
}

/// Several at once must be paid for in the same way, and not by their bandwidth.
pub fn check_together(servers: &[&Server]) -> Result<(), Refusal> {
    let mut networks = servers.iter().map(|server| Network::of(&server.details.hints));
    let Some(first) = networks.next() else { return Ok(()) };
    if networks.any(|network| network != first) {
        return Err(charges::mixed());
    }
    match first {
        Network::Monthly | Network::Hourly if servers.len() > 1 => {
            Err(Refusal::too_many("InstanceIds", 1))
        }
        Network::Monthly | Network::Hourly | Network::Traffic | Network::Package => Ok(()),
    }
}

impl Change {
    pub fn mbps(&self) -> Result<u32, Refusal> {
        if self.internet_accessible.internet_max_bandwidth_out.is_none() {
            return Err(Refusal::missing("InternetAccessible.InternetMaxBandwidthOut"));
        }
        self.internet_accessible.mbps()
    }

    /// What is paid for in advance is raised from one day to another; everything else is changed
    /// from now on.
    pub fn raise(&self, server: &Server, view: &View<'_>) -> Result<Option<Raise>, Refusal> {
        let said = &server.details.hints;
        let network = Network::of(said);
        let named = self.internet_accessible.internet_charge_type.as_deref();
        if named.is_some_and(|word| word != charges::network_word(network)) {
            return Err(Refusal::not_served("InternetAccessible.InternetChargeType"));
        }
        let (start, end) = (self.start_time.as_deref(), self.end_time.as_deref());
        if network != Network::Monthly {
            return match start.or(end) {
                Some(_) => Err(Refusal::conflict("StartTime", "InternetChargeType")),
                None => Ok(None),
            };
        }
        let start = start.ok_or_else(|| Refusal::missing("StartTime"))?;
        let end = end.ok_or_else(|| Refusal::missing("EndTime"))?;
        let (from, until) = charging::days(start, end, view.now)
            .filter(|(_, until)| within(charging::paid_until(said, view.now), *until))
            .ok_or_else(|| Refusal::bad("InvalidParameterValue", "EndTime", end))?;
        let mbps = self.mbps()?;
        if mbps < charging::bandwidth(said, view.now) {
            let name = "InternetAccessible.InternetMaxBandwidthOut";
            return Err(Refusal::bad("InvalidParameterValue", name, mbps));
        }
        Ok(Some(Raise { mbps, from, until }))
    }
}

/// The last day counts, and the instance's own last day is one that it has.
fn within(deadline: Option<Time>, until: Time) -> bool {
    deadline.is_none_or(|deadline| until.ms_since(deadline) < DAY_MS)
}
