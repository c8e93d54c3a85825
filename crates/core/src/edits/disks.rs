use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, Put, with_details};
use crate::model::{Asset, Fault, FaultKind, ServerId, VolumeId, reword};
use crate::ops::Terms;

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

/// Have a disk with a life of its own paid for in another way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeDiskTerms {
    pub volume: VolumeId,
    pub terms: Terms,
}

impl EditRules for ChangeDiskTerms {
    fn name(&self) -> &'static str {
        "change_disk_terms"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let disk = desk.world.disk(desk.project, self.volume);
        let mut disk = disk
            .ok_or_else(|| Fault::with(FaultKind::VolumeNotFound, self.volume.to_string()))?
            .clone();
        if !self.terms.hold(&disk.hints) {
            return Err(Fault::with(FaultKind::VolumeInUse, self.volume.to_string()));
        }
        reword(&mut disk.hints, &self.terms.hints);
        Ok(Put::Asset(Asset::Disk(disk)).into())
    }
}
