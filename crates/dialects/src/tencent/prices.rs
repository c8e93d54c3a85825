//! The one table of prices, ours and plain, the same in both APIs: so much for an hour of each part.
//!
//! A month in advance costs as much as 360 hours, which is half of what they cost by use; a spot
//! instance a fifth. There are no discounts for more months, more instances or certain callers.

use regiment_core::model::{Flavor, Server};
use regiment_core::world::World;
use serde::Serialize;
use serde::ser::Serializer;

use super::shapes::mem_gib;

/// Hundredths of a yuan for an hour of each.
const CPU: u64 = 10;
const GIB_OF_MEMORY: u64 = 6;
const TEN_GIB_OF_DISK: u64 = 1;
const MBPS: u64 = 6;
/// Hundredths of a yuan for a gigabyte that is sent, at whatever speed.
pub const GB_OF_TRAFFIC: Price = Price(80);

/// An hour of a public load balancer.
pub const HOUR_OF_BALANCER: Price = Price(2);

/// The first gigabytes of a system disk are the instance's.
const ROOT_GIB_FREE: u32 = 50;
const HOURS_OF_A_MONTH: u64 = 360;
const SPOT_PERCENT: u64 = 20;
/// What is left of a month is reckoned by this one.
const MONTH_MS: u64 = 30 * 24 * 3_600_000;

/// Hundredths of a yuan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(pub u64);

impl Price {
    pub const fn times(self, count: u64) -> Price {
        Price(self.0.saturating_mul(count))
    }

    /// What so many months cost of something that costs this for an hour.
    pub const fn months(self, months: u32) -> Price {
        self.times(HOURS_OF_A_MONTH).times(months as u64)
    }

    /// What so many milliseconds of months cost of something that costs this for an hour.
    pub fn part_of_months(self, ms: i64) -> Price {
        let ms = u128::from(u64::try_from(ms).unwrap_or(0));
        let part = u128::from(self.months(1).0) * ms / u128::from(MONTH_MS);
        Price(u64::try_from(part).unwrap_or(u64::MAX))
    }

    /// Of an hour, for an instance that may be taken away.
    pub const fn of_spot(self) -> Price {
        Price(self.0 * SPOT_PERCENT / 100)
    }

    pub const fn beyond(self, other: Price) -> Price {
        Price(self.0.saturating_sub(other.0))
    }

    pub const fn and(self, other: Price) -> Price {
        Price(self.0.saturating_add(other.0))
    }

    /// As API 2.0 writes what an hour costs.
    pub fn yuan(self) -> String {
        format!("{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// As API 3.0 writes it: yuan, a number.
impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[expect(clippy::cast_precision_loss, reason = "no price is near 2^53")]
        serializer.serialize_f64(self.0 as f64 / 100.0)
    }
}

/// What an instance is paid for by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    cpus: u32,
    mem_gib: u32,
    root_gib: u32,
    /// Each disk is rounded up by itself.
    tens_of_gib: u32,
}

impl Parts {
    pub fn of(flavor: &Flavor, root_gib: u32, data_gib: impl IntoIterator<Item = u32>) -> Parts {
        let tens_of_gib = data_gib.into_iter().map(|gib| gib.div_ceil(10)).sum();
        Parts { cpus: flavor.vcpus, mem_gib: mem_gib(flavor), root_gib, tens_of_gib }
    }

    /// An instance as it is, but for the flavor if another is named and the sizes of its disks that
    /// `size` changes.
    pub fn of_server(
        server: &Server,
        world: &World,
        flavor: Option<&Flavor>,
        size: impl Fn(usize, u32) -> u32,
    ) -> Parts {
        let flavor = flavor.or_else(|| world.flavor(&server.flavor).map(|own| &**own));
        let Some(flavor) = flavor else { return Parts::default() };
        let mut sizes = server
            .details
            .volumes
            .iter()
            .enumerate()
            // A disk with a life of its own is paid for by itself.
            .filter(|(_, volume)| world.disk(server.project, volume.id).is_none())
            .map(|(at, volume)| size(at, volume.size_gib));
        let root_gib = sizes.next().unwrap_or(0);
        Parts::of(flavor, root_gib, sizes)
    }

    pub fn hour(self) -> Price {
        let tens = self.tens_of_gib + self.root_gib.saturating_sub(ROOT_GIB_FREE).div_ceil(10);
        Price(
            u64::from(self.cpus) * CPU
                + u64::from(self.mem_gib) * GIB_OF_MEMORY
                + u64::from(tens) * TEN_GIB_OF_DISK,
        )
    }
}

/// What an hour of bandwidth costs.
pub fn hour_of_bandwidth(mbps: u32) -> Price {
    Price(u64::from(mbps) * MBPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flavor() -> Flavor {
        Flavor { name: "s6".into(), vcpus: 2, ram_mib: 4096, class: "normal".into() }
    }

    #[test]
    fn prices_grow_with_each_part_and_with_time() {
        let hour = Parts::of(&flavor(), 50, []).hour();
        assert_eq!(hour, Price(44));
        assert_eq!(Parts::of(&flavor(), 51, []).hour(), Price(45), "a larger system disk");
        assert_eq!(Parts::of(&flavor(), 20, [10, 11]).hour(), Price(47), "each disk by itself");
        assert_eq!(hour.months(1), Price(15_840));
        assert_eq!(hour.months(12), hour.months(1).times(12));
        assert_eq!(hour.part_of_months(15 * 24 * 3_600_000), Price(7_920), "half a month");
        assert_eq!(hour.part_of_months(-1), Price(0));
        assert_eq!(hour.of_spot(), Price(8));
        assert_eq!(hour_of_bandwidth(5), Price(30));
        assert_eq!(Price(1_205).yuan(), "12.05");
    }
}
