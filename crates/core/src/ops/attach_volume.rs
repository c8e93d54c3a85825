use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Rules, ServerRules, Step, Verdict, power_of};
use crate::limits::{DISK_SERVERS_MAX, VOLUMES_MAX};
use crate::model::{
    Activity, Disk, DiskPhase, Fault, FaultKind, ProjectId, Server, ServerId, Volume, VolumeId,
};
use crate::world::World;

/// Put disks into servers: into several only those that may be shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachVolume {
    pub volumes: Vec<VolumeId>,
    /// The servers, each with the name of the device that its first new disk should be, if one was
    /// asked for.
    pub places: BTreeMap<ServerId, Option<Arc<str>>>,
}

impl Rules for AttachVolume {
    fn name(&self) -> &'static str {
        "attach_volume"
    }

    fn check(&self, world: &World, project: ProjectId) -> Result<(), Fault> {
        for volume in &self.volumes {
            let disk = disk(world, project, *volume)?;
            if self.places.len() > 1 && !disk.shareable {
                return Err(Fault::with(FaultKind::VolumeNotShareable, disk.id.to_string()));
            }
            let new = self.places.keys().filter(|server| !disk.is_in(**server)).count();
            if disk.attached_to.len() + disk.held_by.len() + new > DISK_SERVERS_MAX {
                return Err(Fault::with(FaultKind::TooManySharers, disk.id.to_string()));
            }
        }
        Ok(())
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Disks]
    }
}

impl ServerRules for AttachVolume {
    fn activity(&self) -> Activity {
        Activity::AttachingVolume
    }

    fn admit(&self, server: &Server, world: &World) -> Verdict {
        if let Err(kind) = power_of(server) {
            return Verdict::refuse(kind);
        }
        for volume in &self.volumes {
            if let Err(fault) = fits(world, server, *volume) {
                return Verdict::Refuse(fault);
            }
        }
        let volumes = &server.details.volumes;
        if volumes.len() + self.volumes.len() > VOLUMES_MAX {
            return Verdict::refuse(FaultKind::TooManyVolumes);
        }
        match self.wanted(server.id) {
            Some(device) if taken(volumes, letter(device)) => {
                Verdict::Refuse(Fault::with(FaultKind::DeviceInUse, device.clone()))
            }
            Some(_) | None => Verdict::Admit,
        }
    }

    fn heeds_resize(&self) -> bool {
        false
    }

    fn volumes(&self) -> &[VolumeId] {
        &self.volumes
    }

    /// None if there is no such disk, or no place for one.
    fn volumes_after(&self, world: &World, server: &Server) -> Option<Vec<Volume>> {
        let mut volumes = server.details.volumes.clone();
        let mut wanted = self.wanted(server.id);
        for volume in &self.volumes {
            let disk = disk(world, server.project, *volume).ok()?;
            let device = match wanted.take() {
                Some(device) => device.clone(),
                None => free_device(&volumes)?,
            };
            volumes.push(Volume {
                id: disk.id,
                device,
                size_gib: disk.size_gib,
                class: disk.class.clone(),
                delete_with_server: false,
            });
        }
        Some(volumes)
    }
}

impl AttachVolume {
    fn wanted(&self, server: ServerId) -> Option<&Arc<str>> {
        self.places.get(&server)?.as_ref()
    }
}

fn disk(world: &World, project: ProjectId, volume: VolumeId) -> Result<&Disk, Fault> {
    world
        .disk(project, volume)
        .ok_or_else(|| Fault::with(FaultKind::VolumeNotFound, volume.to_string()))
}

/// Whether this disk can come into this server, whatever else does.
pub fn fits(world: &World, server: &Server, volume: VolumeId) -> Result<(), Fault> {
    let disk = disk(world, server.project, volume)?;
    if server.details.volumes.iter().any(|one| one.id == volume) {
        return Err(FaultKind::VolumeAttached.into());
    }
    if disk.phase != DiskPhase::Ready || !disk.shareable && !disk.is_free() {
        return Err(FaultKind::VolumeInUse.into());
    }
    if disk.zone != server.details.zone {
        return Err(FaultKind::VolumeElsewhere.into());
    }
    Ok(())
}

/// What a guest tells its disks apart by: `b` of `/dev/vdb`.
fn letter(device: &str) -> Option<char> {
    device.chars().next_back()
}

fn taken(volumes: &[Volume], wanted: Option<char>) -> bool {
    volumes.iter().any(|volume| letter(&volume.device) == wanted)
}

/// The first name after the boot disk's that no volume has.
pub fn free_device(volumes: &[Volume]) -> Option<Arc<str>> {
    let free = ('b'..='z').find(|free| !taken(volumes, Some(*free)))?;
    Some(format!("/dev/vd{free}").into())
}
