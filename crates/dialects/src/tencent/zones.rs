//! Zones have numbers here. The first zone by name is 100001, the next 100002, and so on: what a
//! person would guess, and the same from run to run as long as no zone is added before another.

use std::sync::Arc;

use regiment_core::world::World;

const FIRST: u32 = 100_001;

/// The zones of a world, numbered once for many look-ups.
pub struct Zones(Vec<Arc<str>>);

impl Zones {
    pub fn of(world: &World) -> Zones {
        Zones(world.zones().cloned().collect())
    }

    /// 0 for a zone that has no host.
    pub fn number(&self, name: &str) -> u32 {
        match self.0.binary_search_by(|zone| (**zone).cmp(name)) {
            Ok(place) => FIRST + u32::try_from(place).expect("fewer than 2^32 zones"),
            Err(_) => 0,
        }
    }

    pub fn name(&self, number: u32) -> Option<&Arc<str>> {
        self.0.get(usize::try_from(number.checked_sub(FIRST)?).ok()?)
    }
}
