//! Configurations are said as a number of CPUs and gigabytes; the core has named flavors.

use std::sync::Arc;

use regiment_core::model::{Fault, FaultKind, Flavor};
use regiment_core::world::World;

/// The flavor with this shape. Where several have it, one of the class preferred, then the first by
/// name.
pub fn find(world: &World, cpu: u32, mem_gib: u32, class: &str) -> Result<Arc<Flavor>, Fault> {
    let fits = |flavor: &&Arc<Flavor>| {
        flavor.vcpus == cpu && u64::from(flavor.ram_mib) == u64::from(mem_gib) * 1024
    };
    world
        .flavors()
        .filter(fits)
        .min_by_key(|flavor| (*flavor.class != *class, flavor.name.clone()))
        .cloned()
        .ok_or_else(|| Fault::with(FaultKind::FlavorNotFound, format!("cpu={cpu} mem={mem_gib}")))
}

/// Gigabytes, rounded up, as configurations are shown.
pub const fn mem_gib(flavor: &Flavor) -> u32 {
    flavor.ram_mib.div_ceil(1024)
}
