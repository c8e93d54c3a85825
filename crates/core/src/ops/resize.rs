use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Force, Rules, ServerRules, Step, Verdict, at_rest};
use crate::model::{Activity, Fault, FaultKind, Flavor, ProjectId, Server};
use crate::world::World;

/// Give servers another shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resize {
    pub flavor: Arc<str>,
    /// Stop a running server first and start it again after; else a running server is refused.
    pub stop_first: bool,
    /// Refuse a flavor with fewer vCPUs or less memory.
    pub upgrade_only: bool,
    /// Remember the old flavor until somebody confirms the new one or goes back.
    #[serde(default)]
    pub on_trial: bool,
}

/// Whether the quota has room for the server in this shape.
pub(super) fn has_room_for(world: &World, server: &Server, new: &Flavor) -> bool {
    let old = world.flavor(&server.flavor).map_or((0, 0), |old| (old.vcpus, old.ram_mib));
    let more_vcpus = i64::from(new.vcpus) - i64::from(old.0);
    let more_ram_mib = i64::from(new.ram_mib) - i64::from(old.1);
    world.has_room(server.project, 0, more_vcpus, more_ram_mib)
}

impl Rules for Resize {
    fn name(&self) -> &'static str {
        "resize"
    }

    fn check(&self, world: &World, _project: ProjectId) -> Result<(), Fault> {
        match world.flavor(&self.flavor) {
            Some(_) => Ok(()),
            None => Err(Fault::with(FaultKind::FlavorNotFound, self.flavor.clone())),
        }
    }

    fn steps(&self, was_running: bool) -> &'static [Step] {
        if was_running {
            &[Step::Stop(Force::SoftThenHard), Step::Shape, Step::Run]
        } else {
            &[Step::Shape]
        }
    }
}

impl ServerRules for Resize {
    fn activity(&self) -> Activity {
        Activity::Resizing
    }

    fn admit(&self, server: &Server, world: &World) -> Verdict {
        if let Err(kind) = at_rest(server, self.stop_first) {
            return Verdict::refuse(kind);
        }
        if server.flavor == self.flavor {
            return Verdict::refuse(FaultKind::SameFlavor);
        }
        let (Some(new), old) = (world.flavor(&self.flavor), world.flavor(&server.flavor)) else {
            return Verdict::refuse(FaultKind::FlavorNotFound);
        };
        let smaller = old.is_some_and(|old| new.vcpus < old.vcpus || new.ram_mib < old.ram_mib);
        if self.upgrade_only && smaller {
            return Verdict::refuse(FaultKind::FlavorTooSmall);
        }
        if has_room_for(world, server, new) {
            Verdict::Admit
        } else {
            Verdict::refuse(FaultKind::QuotaExceeded)
        }
    }
}
