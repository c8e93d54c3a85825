//! How full each host is, as far as it is known what lives there. A driver that places servers knows
//! better; this is for those who only want to look.

use std::sync::Arc;

use super::{Usage, World};
use crate::model::{Flavor, Host};

/// What is left on a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    pub vcpus: u64,
    pub ram_mib: u64,
}

impl Room {
    /// How many more servers of this shape it holds.
    pub fn holds(self, flavor: &Flavor) -> u64 {
        let vcpus = self.vcpus / u64::from(flavor.vcpus.max(1));
        vcpus.min(self.ram_mib / u64::from(flavor.ram_mib.max(1)))
    }
}

impl World {
    /// What lives on a host.
    pub fn host_usage(&self, host: &str) -> Usage {
        self.host_usage.get(host).copied().unwrap_or_default()
    }

    /// What is left on each host of a zone that takes servers in.
    pub fn rooms(&self, zone: &str) -> impl Iterator<Item = (&Arc<str>, Room)> {
        let takes_in = |host: &Host| host.up && host.leaves_at.is_none();
        self.hosts().filter(move |host| takes_in(host) && *host.zone == *zone).map(|host| {
            let used = self.host_usage(&host.name);
            let room = Room {
                vcpus: u64::from(host.vcpus).saturating_sub(used.vcpus),
                ram_mib: u64::from(host.ram_mib).saturating_sub(used.ram_mib),
            };
            (&host.name, room)
        })
    }

    pub(super) fn count_on_host(&mut self, host: Option<&Arc<str>>, flavor: &str, sign: i64) {
        let Some(host) = host else { return };
        let shape = self.shape(flavor);
        match self.host_usage.get_mut(host) {
            Some(usage) => usage.count(shape, sign),
            None => self.host_usage.entry(host.clone()).or_default().count(shape, sign),
        }
    }

    /// The vCPUs and MiB of a flavor; nothing for one that is not there.
    pub(super) fn shape(&self, flavor: &str) -> (i64, i64) {
        self.flavors
            .get(flavor)
            .map_or((0, 0), |flavor| (i64::from(flavor.vcpus), i64::from(flavor.ram_mib)))
    }
}

impl Usage {
    /// One server more or less.
    pub(super) fn count(&mut self, (vcpus, ram_mib): (i64, i64), sign: i64) {
        self.servers = self.servers.saturating_add_signed(sign);
        self.vcpus = self.vcpus.saturating_add_signed(sign * vcpus);
        self.ram_mib = self.ram_mib.saturating_add_signed(sign * ram_mib);
    }
}
