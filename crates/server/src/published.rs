//! The world as readers see it: a copy that gets each turn's changes once they are durable.

use std::sync::Arc;

use parking_lot::{RwLock, RwLockWriteGuard};
use regiment_core::driver::Machines;
use regiment_core::store::Archive;
use regiment_core::view::View;
use regiment_core::world::World;

use crate::clock::Clock;

/// What every look is made at. A look never waits for a commit, only for changes being applied.
pub struct Published {
    world: RwLock<World>,
    archive: Arc<dyn Archive>,
    machines: Arc<dyn Machines>,
    clock: Arc<dyn Clock>,
}

impl Published {
    pub fn new(
        world: World,
        archive: Arc<dyn Archive>,
        machines: Arc<dyn Machines>,
        clock: Arc<dyn Clock>,
    ) -> Published {
        Published { world: RwLock::new(world), archive, machines, clock }
    }

    pub fn look<R>(&self, look: impl FnOnce(&View<'_>) -> R) -> R {
        let world = self.world.read();
        look(&View::new(&world, &*self.archive, &*self.machines, self.clock.now()))
    }

    /// For the engine's thread alone.
    pub(crate) fn world_mut(&self) -> RwLockWriteGuard<'_, World> {
        self.world.write()
    }
}
