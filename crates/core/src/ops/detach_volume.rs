use serde::{Deserialize, Serialize};

use super::{Rules, ServerRules, Step, Verdict, power_of};
use crate::model::{Activity, FaultKind, Server, Volume, VolumeId};
use crate::world::World;

/// Take data disks out of servers: out of each, those of them that it has. They go on by themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetachVolume {
    pub volumes: Vec<VolumeId>,
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
        match server.details.volumes.iter().position(|volume| self.volumes.contains(&volume.id)) {
            None => Verdict::refuse(FaultKind::VolumeNotAttached),
            Some(0) => Verdict::refuse(FaultKind::BootVolume),
            Some(_) => Verdict::Admit,
        }
    }

    fn heeds_resize(&self) -> bool {
        false
    }

    fn volumes(&self) -> &[VolumeId] {
        &self.volumes
    }

    fn volumes_after(&self, _world: &World, server: &Server) -> Option<Vec<Volume>> {
        let stays = |volume: &&Volume| !self.volumes.contains(&volume.id);
        Some(server.details.volumes.iter().filter(stays).cloned().collect())
    }
}
