use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, Put, with_details};
use crate::limits::{CREATE_MAX, DISKS_MAX};
use crate::model::{Asset, AssetKey, Disk, Fault, FaultKind, ServerId, VolumeId};

/// Make disks that no server has, one for each name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddDisks {
    pub names: Vec<Arc<str>>,
    pub description: Arc<str>,
    pub zone: Arc<str>,
    pub size_gib: u32,
    pub class: Arc<str>,
    pub shareable: bool,
}

impl EditRules for AddDisks {
    fn name(&self) -> &'static str {
        "add_disks"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let AddDisks { names, description, zone, size_gib, class, shareable } = self;
        let Desk { world, project, now, chance } = desk;
        if names.is_empty() {
            return Err(FaultKind::NoTargets.into());
        }
        if names.len() > CREATE_MAX {
            return Err(FaultKind::TooManyTargets.into());
        }
        if world.disks(project).count() + names.len() > DISKS_MAX {
            return Err(FaultKind::QuotaExceeded.into());
        }
        if !world.zones().any(|known| known == zone) {
            return Err(Fault::with(FaultKind::ZoneNotFound, zone.clone()));
        }
        let disk = |name: &Arc<str>| Disk {
            id: VolumeId(chance.uuid()),
            project,
            name: name.clone(),
            description: description.clone(),
            zone: zone.clone(),
            size_gib: *size_gib,
            class: class.clone(),
            shareable: *shareable,
            created_at: now,
            attached_to: Vec::new(),
            held_by: Vec::new(),
        };
        let puts = names.iter().map(disk).map(|disk| Put::Asset(Asset::Disk(disk))).collect();
        Ok(Edited { puts, answers: Vec::new() })
    }
}

/// Destroy a disk that no server has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveDisk {
    pub disk: VolumeId,
}

impl EditRules for RemoveDisk {
    fn name(&self) -> &'static str {
        "remove_disk"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let words = self.disk.to_string();
        match desk.world.disk(desk.project, self.disk) {
            None => Err(Fault::with(FaultKind::VolumeNotFound, words)),
            Some(disk) if !disk.is_free() => Err(Fault::with(FaultKind::VolumeInUse, words)),
            Some(disk) => Ok(Put::NoAsset(AssetKey::Disk(disk.project, disk.id)).into()),
        }
    }
}

/// Say whether a volume goes away with its server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindVolume {
    pub server: ServerId,
    pub volume: VolumeId,
    pub delete_with_server: bool,
}

impl EditRules for BindVolume {
    fn name(&self) -> &'static str {
        "bind_volume"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let server = desk.server(self.server)?;
        let place = server.details.volumes.iter().position(|volume| volume.id == self.volume);
        let place = place
            .ok_or_else(|| Fault::with(FaultKind::VolumeNotAttached, self.volume.to_string()))?;
        let put = with_details(server, |details| {
            details.volumes[place].delete_with_server = self.delete_with_server;
        });
        Ok(put.into())
    }
}
