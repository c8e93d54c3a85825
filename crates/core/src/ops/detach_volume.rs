use serde::{Deserialize, Serialize};

use super::{Rules, ServerRules, Step, Verdict, power_of};
use crate::model::{Activity, FaultKind, Server, Volume, VolumeId};
use crate::world::World;

/// Take a data disk out of servers. It goes on by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetachVolume {
    pub volume: VolumeId,
}

impl Rules for DetachVolume {
    fn name(&self) -> &'static str {
        "detach_volume"
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Disks]
    }
}

impl ServerRules for DetachVolume {
    fn activity(&self) -> Activity {
        Activity::DetachingVolume
    }

    fn admit(&self, server: &Server, _world: &World) -> Verdict {
        if let Err(kind) = power_of(server) {
            return Verdict::refuse(kind);
        }
        match server.details.volumes.iter().position(|volume| volume.id == self.volume) {
            None => Verdict::refuse(FaultKind::VolumeNotAttached),
            Some(0) => Verdict::refuse(FaultKind::BootVolume),
            Some(_) => Verdict::Admit,
        }
    }

    fn heeds_resize(&self) -> bool {
        false
    }

    fn volume(&self) -> Option<VolumeId> {
        Some(self.volume)
    }

    fn volumes_after(&self, _world: &World, server: &Server) -> Option<Vec<Volume>> {
        let stays = |volume: &&Volume| volume.id != self.volume;
        Some(server.details.volumes.iter().filter(stays).cloned().collect())
    }
}
