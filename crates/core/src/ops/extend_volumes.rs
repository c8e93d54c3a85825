use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Force, Rules, ServerRules, Step, Verdict, at_rest};
use crate::model::{Activity, Fault, FaultKind, Server, Volume, VolumeId};
use crate::world::World;

/// Make data disks larger that were made with their server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtendVolumes {
    /// The disks and the sizes they shall have, in GiB.
    pub sizes: BTreeMap<VolumeId, u32>,
    pub running: Running,
}

/// What becomes of a server that runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Running {
    /// It refuses.
    Refuses,
    /// It is stopped and started again after.
    Restarts,
    /// It goes on running.
    #[default]
    Stays,
}

impl Rules for ExtendVolumes {
    fn name(&self) -> &'static str {
        "extend_volumes"
    }

    fn steps(&self, was_running: bool) -> &'static [Step] {
        match self.running {
            Running::Restarts if was_running => {
                &[Step::Stop(Force::SoftThenHard), Step::Disks, Step::Run]
            }
            Running::Refuses | Running::Restarts | Running::Stays => &[Step::Disks],
        }
    }
}

impl ServerRules for ExtendVolumes {
    fn activity(&self) -> Activity {
        Activity::ExtendingVolumes
    }

    fn admit(&self, server: &Server, world: &World) -> Verdict {
        if let Err(kind) = at_rest(server, self.running != Running::Refuses) {
            return Verdict::refuse(kind);
        }
        for (id, size_gib) in &self.sizes {
            let place = server.details.volumes.iter().position(|volume| volume.id == *id);
            let kind = match place {
                None => Some(FaultKind::VolumeNotAttached),
                Some(0) => Some(FaultKind::BootVolume),
                // It has a life of its own, and is made larger by itself.
                Some(_) if world.disk(server.project, *id).is_some() => {
                    Some(FaultKind::VolumeInUse)
                }
                Some(at) if server.details.volumes[at].size_gib >= *size_gib => {
                    Some(FaultKind::VolumeNotSmaller)
                }
                Some(_) => None,
            };
            if let Some(kind) = kind {
                return Verdict::Refuse(Fault::with(kind, id.to_string()));
            }
        }
        Verdict::Admit
    }

    /// A disk is in one server.
    fn targets_max(&self) -> usize {
        1
    }

    fn volumes_after(&self, _world: &World, server: &Server) -> Option<Vec<Volume>> {
        let mut volumes = server.details.volumes.clone();
        for volume in &mut volumes {
            if let Some(size_gib) = self.sizes.get(&volume.id) {
                volume.size_gib = *size_gib;
            }
        }
        Some(volumes)
    }
}
