use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, Put, with_details};
use crate::limits::DISKS_MAX;
use crate::model::{Asset, Disk, Fault, FaultKind, ServerId, VolumeId};

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

/// Make disks that no server has yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateDisks {
    pub count: u16,
    pub name: Arc<str>,
    pub zone: Arc<str>,
    pub size_gib: u32,
    pub class: Arc<str>,
    pub hints: BTreeMap<Arc<str>, Arc<str>>,
}

impl EditRules for CreateDisks {
    fn name(&self) -> &'static str {
        "create_disks"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        if desk.world.disks(desk.project).count() + usize::from(self.count) > DISKS_MAX {
            return Err(Fault::with(FaultKind::QuotaExceeded, format!("{DISKS_MAX} disks")));
        }
        let disk = |id| Disk {
            id: VolumeId(id),
            project: desk.project,
            name: self.name.clone(),
            description: "".into(),
            zone: self.zone.clone(),
            size_gib: self.size_gib,
            class: self.class.clone(),
            shareable: false,
            created_at: desk.now,
            attached_to: Vec::new(),
            hints: self.hints.clone(),
            held_by: Vec::new(),
        };
        let made = (0..self.count).map(|_| Put::Asset(Asset::Disk(disk(desk.chance.uuid()))));
        Ok(Edited { puts: made.collect(), answers: Vec::new() })
    }
}

/// Give a disk that no server has more room. It never gets less: then it stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrowDisk {
    pub volume: VolumeId,
    pub size_gib: u32,
}

impl EditRules for GrowDisk {
    fn name(&self) -> &'static str {
        "grow_disk"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let missing = || Fault::with(FaultKind::VolumeNotFound, self.volume.to_string());
        let disk = desk.world.disk(desk.project, self.volume).ok_or_else(missing)?;
        if !disk.is_free() {
            return Err(FaultKind::VolumeInUse.into());
        }
        let size_gib = self.size_gib.max(disk.size_gib);
        Ok(Put::Asset(Asset::Disk(Disk { size_gib, ..disk.clone() })).into())
    }
}
