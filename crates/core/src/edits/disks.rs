use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, with_details};
use crate::model::{Fault, FaultKind, ServerId, VolumeId};

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
