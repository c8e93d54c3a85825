use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, with_details};
use crate::model::{Fault, ServerId};

/// Change what a client noted of a server under keys of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeMetadata {
    pub server: ServerId,
    /// Forget all keys first.
    pub afresh: bool,
    pub put: BTreeMap<Arc<str>, Arc<str>>,
    pub remove: Vec<Arc<str>>,
}

impl EditRules for ChangeMetadata {
    fn name(&self) -> &'static str {
        "change_metadata"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let server = desk.server(self.server)?;
        let put = with_details(server, |details| {
            if self.afresh {
                details.metadata.clear();
            }
            details.metadata.retain(|key, _| !self.remove.contains(key));
            details.metadata.extend(self.put.clone());
        });
        Ok(put.into())
    }
}
