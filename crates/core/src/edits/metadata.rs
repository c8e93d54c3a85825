use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, with_details};
use crate::model::{Fault, FaultKind, Phase, ServerId};

/// Change what a client noted, under keys of its own, of a server that is made and whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeMetadata {
    pub server: ServerId,
    /// Forget all keys first.
    pub afresh: bool,
    pub put: BTreeMap<Arc<str>, Arc<str>>,
    pub remove: Vec<Arc<str>>,
    /// How many keys the server may have after.
    pub count_max: usize,
}

impl EditRules for ChangeMetadata {
    fn name(&self) -> &'static str {
        "change_metadata"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let server = desk.server(self.server)?;
        match server.phase {
            Phase::Creating => return Err(FaultKind::ServerBusy.into()),
            Phase::Broken => return Err(FaultKind::ServerBroken.into()),
            Phase::Ready => {}
        }
        if server.details.locked {
            return Err(FaultKind::ServerLocked.into());
        }
        if server.details.resized_from.is_some() {
            return Err(FaultKind::ResizeUnconfirmed.into());
        }
        let before = &server.details.metadata;
        let mut metadata = if self.afresh { BTreeMap::new() } else { before.clone() };
        metadata.retain(|key, _| !self.remove.contains(key));
        metadata.extend(self.put.clone());
        let grows = metadata.len() > before.len();
        if grows && metadata.len() > self.count_max {
            return Err(FaultKind::QuotaExceeded.into());
        }
        Ok(with_details(server, |details| details.metadata = metadata).into())
    }
}
