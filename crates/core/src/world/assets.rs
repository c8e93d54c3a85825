//! What projects own beside their servers: one table, and a typed look at each kind.

use super::World;
use crate::model::{Asset, AssetKey, KeyPair, ProjectId};

impl World {
    pub fn asset(&self, key: &AssetKey) -> Option<&Asset> {
        self.assets.get(key)
    }

    /// Every asset, kind by kind.
    pub fn assets(&self) -> impl Iterator<Item = &Asset> {
        self.assets.values()
    }

    pub(crate) fn put_asset(&mut self, asset: Asset) {
        let key = asset.key();
        if let Some(dirty) = &mut self.dirty {
            dirty.assets.insert(key.clone());
        }
        self.assets.insert(key, asset);
    }

    pub(crate) fn remove_asset(&mut self, key: &AssetKey) {
        if let Some(dirty) = &mut self.dirty {
            dirty.assets.insert(key.clone());
        }
        self.assets.remove(key);
    }
}

// Key pairs.
impl World {
    pub fn key_pair(&self, project: ProjectId, name: &str) -> Option<&KeyPair> {
        let Asset::KeyPair(pair) = self.asset(&AssetKey::KeyPair(project, name.into()))? else {
            return None;
        };
        Some(pair)
    }

    /// A project's key pairs by name.
    pub fn key_pairs(&self, project: ProjectId) -> impl Iterator<Item = &KeyPair> {
        let first = AssetKey::KeyPair(project, "".into());
        self.assets.range(first..).map_while(move |(_, asset)| {
            let Asset::KeyPair(pair) = asset else { return None };
            (pair.project == project).then_some(pair)
        })
    }
}
