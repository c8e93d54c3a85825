//! What the hosts have left, zone by zone.

use std::sync::Arc;

use regiment_core::model::{Flavor, Server};
use regiment_core::world::{Room, World};

pub(super) const AVAILABLE: &str = "available";
pub(super) const SOLD_OUT: &str = "sellout";

/// A host's name and what it has left.
type HostRoom<'a> = (&'a Arc<str>, Room);

pub(super) struct Stock<'a> {
    /// Every zone, in order, with what its hosts have left.
    zones: Vec<(&'a Arc<str>, Vec<HostRoom<'a>>)>,
}

impl<'a> Stock<'a> {
    pub fn of(world: &'a World) -> Stock<'a> {
        let zone = |zone: &'a Arc<str>| (zone, world.rooms(zone).collect());
        Stock { zones: world.zones().map(zone).collect() }
    }

    pub fn zones(&self) -> impl Iterator<Item = &'a Arc<str>> + '_ {
        self.zones.iter().map(|(zone, _)| *zone)
    }

    fn rooms(&self, zone: &str) -> impl Iterator<Item = &HostRoom<'a>> {
        let wanted = self.zones.iter().filter(move |(name, _)| ***name == *zone);
        wanted.flat_map(|(_, rooms)| rooms)
    }

    /// How many more servers of this flavor a zone holds.
    pub fn count(&self, zone: &str, flavor: &Flavor) -> u64 {
        self.rooms(zone).map(|(_, room)| room.holds(flavor)).sum()
    }

    pub fn has(&self, zone: &str, flavor: &Flavor) -> bool {
        self.rooms(zone).any(|(_, room)| room.holds(flavor) > 0)
    }

    /// Whether a server could have this flavor: on its own host, where it gives back what it takes
    /// up now, or on another of its zone.
    pub fn has_for(&self, server: &Server, now: Option<&Flavor>, wanted: &Flavor) -> bool {
        self.rooms(&server.details.zone).any(|(host, room)| {
            let mut room = *room;
            if let Some(now) = now.filter(|_| server.host.as_ref() == Some(host)) {
                room.vcpus += u64::from(now.vcpus);
                room.ram_mib += u64::from(now.ram_mib);
            }
            room.holds(wanted) > 0
        })
    }

    pub fn status(&self, zone: &str, flavor: &Flavor) -> &'static str {
        if self.has(zone, flavor) { AVAILABLE } else { SOLD_OUT }
    }

    /// A flavor's state in every zone, in the form of an extra spec: `az1(normal), az2(sellout)`.
    pub fn states(&self, flavor: &Flavor) -> String {
        let state = |zone: &Arc<str>| {
            let state = if self.has(zone, flavor) { "normal" } else { SOLD_OUT };
            format!("{zone}({state})")
        };
        self.zones().map(state).collect::<Vec<_>>().join(", ")
    }
}
