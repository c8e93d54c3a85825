use std::num::NonZeroU32;
use std::sync::Arc;

use regiment_core::model::Host;

use super::Pace;

/// What can be set of a simulated fleet.
#[derive(Clone, Debug)]
pub struct SimConfig {
    pub pace: Pace,
    /// Where jitter comes from. The same seed and the same calls give the same reports.
    pub seed: u64,
    /// Names are unique; of two with one name the first counts.
    pub hosts: Vec<Host>,
    /// One in so many servers does not shut down when asked to. Which ones is in their ids.
    pub stubborn: Option<NonZeroU32>,
}

/// Hosts in each zone: enough for the largest group of servers that are to stand apart, and for one
/// of them to move.
const HOSTS_PER_ZONE: usize = 20;

/// Far more than any real machine has, so that whoever did not ask for a full cloud never meets
/// one: the hosts of one zone hold 1,000,000 servers of 4 vCPUs and 8 GiB.
const HOST_VCPUS: u32 = 200_000;
const HOST_RAM_MIB: u32 = 409_600_000;

impl SimConfig {
    /// Generous hosts in each of these zones, at once and with seed 0.
    pub fn for_zones<Z: AsRef<str>>(zones: impl IntoIterator<Item = Z>) -> SimConfig {
        let hosts = zones
            .into_iter()
            .flat_map(|zone| {
                let zone: Arc<str> = zone.as_ref().into();
                (1..=HOSTS_PER_ZONE).map(move |number| Host {
                    name: format!("{zone}-host-{number}").into(),
                    zone: zone.clone(),
                    vcpus: HOST_VCPUS,
                    ram_mib: HOST_RAM_MIB,
                    up: true,
                    leaves_at: None,
                })
            })
            .collect();
        SimConfig { pace: Pace::Instant, seed: 0, hosts, stubborn: None }
    }
}
