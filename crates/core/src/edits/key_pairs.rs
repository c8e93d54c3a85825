use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, Put};
use crate::limits::KEY_PAIRS_MAX;
use crate::model::{Asset, AssetKey, Fault, FaultKind, KeyPair};

/// Keep a public key under a name that is free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddKeyPair {
    pub name: Arc<str>,
    pub public_key: Arc<str>,
    pub fingerprint: Arc<str>,
    pub kind: Arc<str>,
    pub user: Arc<str>,
}

impl EditRules for AddKeyPair {
    fn name(&self) -> &'static str {
        "add_key_pair"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let AddKeyPair { name, public_key, fingerprint, kind, user } = self.clone();
        if desk.world.key_pair(desk.project, &name).is_some() {
            return Err(Fault::with(FaultKind::KeyPairExists, name));
        }
        if desk.world.key_pairs(desk.project).count() >= KEY_PAIRS_MAX {
            return Err(FaultKind::QuotaExceeded.into());
        }
        let (project, created_at) = (desk.project, desk.now);
        let pair = KeyPair { project, name, public_key, fingerprint, kind, user, created_at };
        Ok(Put::Asset(Asset::KeyPair(pair)).into())
    }
}

/// Forget a public key. Servers made with it keep it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveKeyPair {
    pub name: Arc<str>,
}

impl EditRules for RemoveKeyPair {
    fn name(&self) -> &'static str {
        "remove_key_pair"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        match desk.world.key_pair(desk.project, &self.name) {
            Some(pair) => {
                Ok(Put::NoAsset(AssetKey::KeyPair(pair.project, pair.name.clone())).into())
            }
            None => Err(Fault::with(FaultKind::KeyPairNotFound, self.name.clone())),
        }
    }
}
