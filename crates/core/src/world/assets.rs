//! What projects own beside their servers: one table, and a typed look at each kind.

use std::sync::Arc;

use super::World;
use crate::model::{
    Asset, AssetKey, Fault, FaultKind, KeyPair, LaunchTemplate, LaunchTemplateId, NetworkId,
    ProjectId, SecurityGroup, Subnet, Vpc,
};

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
        self.forget_plan(&key);
        self.free_addresses(&key);
        if let Asset::ScheduledEvent(event) = &asset {
            self.planned.put(event);
        }
        if let Asset::Interface(interface) = &asset {
            self.addresses.take(interface.project, &interface.nic);
        }
        if let Asset::Image(own) = &asset {
            self.image_owners.insert(own.id(), own.project);
        }
        self.assets.insert(key, asset);
    }

    fn forget_plan(&mut self, key: &AssetKey) {
        if let Some(Asset::ScheduledEvent(event)) = self.assets.get(key) {
            self.planned.take(event);
        }
    }

    fn free_addresses(&mut self, key: &AssetKey) {
        if let Some(Asset::Interface(interface)) = self.assets.get(key) {
            self.addresses.give_back(interface.project, &interface.nic);
        }
    }

    pub(crate) fn remove_asset(&mut self, key: &AssetKey) {
        if let Some(dirty) = &mut self.dirty {
            dirty.assets.insert(key.clone());
        }
        self.forget_plan(key);
        self.free_addresses(key);
        if let AssetKey::Image(_, id) = key {
            self.image_owners.remove(id);
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

    /// Whether a server can be given this key pair, if it is given one.
    pub(crate) fn check_key_pair(
        &self,
        project: ProjectId,
        name: Option<&Arc<str>>,
    ) -> Result<(), Fault> {
        match name {
            Some(name) if self.key_pair(project, name).is_none() => {
                Err(Fault::with(FaultKind::KeyPairNotFound, name.clone()))
            }
            Some(_) | None => Ok(()),
        }
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

// Launch templates.
impl World {
    pub fn launch_template(
        &self,
        project: ProjectId,
        id: LaunchTemplateId,
    ) -> Option<&LaunchTemplate> {
        let Asset::LaunchTemplate(template) = self.asset(&AssetKey::LaunchTemplate(project, id))?
        else {
            return None;
        };
        Some(template)
    }

    /// A project's launch templates by id.
    pub fn launch_templates(&self, project: ProjectId) -> impl Iterator<Item = &LaunchTemplate> {
        let first = AssetKey::LaunchTemplate(project, LaunchTemplateId(0));
        self.assets.range(first..).map_while(move |(_, asset)| {
            let Asset::LaunchTemplate(template) = asset else { return None };
            (template.project == project).then_some(template)
        })
    }
}

// Networks.
impl World {
    pub fn vpc(&self, project: ProjectId, id: NetworkId) -> Option<&Vpc> {
        self.asset(&AssetKey::Vpc(project, id)).and_then(as_vpc)
    }

    /// A project's networks by id.
    pub fn vpcs(&self, project: ProjectId) -> impl Iterator<Item = &Vpc> {
        let ends = AssetKey::Vpc(project, LEAST)..=AssetKey::Vpc(project, MOST);
        self.assets.range(ends).filter_map(|(_, asset)| as_vpc(asset))
    }

    pub fn subnet(&self, project: ProjectId, id: NetworkId) -> Option<&Subnet> {
        self.asset(&AssetKey::Subnet(project, id)).and_then(as_subnet)
    }

    /// A project's subnets by id.
    pub fn subnets(&self, project: ProjectId) -> impl Iterator<Item = &Subnet> {
        let ends = AssetKey::Subnet(project, LEAST)..=AssetKey::Subnet(project, MOST);
        self.assets.range(ends).filter_map(|(_, asset)| as_subnet(asset))
    }

    pub fn security_group(&self, project: ProjectId, id: NetworkId) -> Option<&SecurityGroup> {
        self.asset(&AssetKey::SecurityGroup(project, id)).and_then(as_group)
    }

    /// A project's security groups by id.
    pub fn security_groups(&self, project: ProjectId) -> impl Iterator<Item = &SecurityGroup> {
        let ends = AssetKey::SecurityGroup(project, LEAST)..=AssetKey::SecurityGroup(project, MOST);
        self.assets.range(ends).filter_map(|(_, asset)| as_group(asset))
    }
}

const LEAST: NetworkId = NetworkId(0);
const MOST: NetworkId = NetworkId(u128::MAX);

const fn as_vpc(asset: &Asset) -> Option<&Vpc> {
    if let Asset::Vpc(vpc) = asset { Some(vpc) } else { None }
}

const fn as_subnet(asset: &Asset) -> Option<&Subnet> {
    if let Asset::Subnet(subnet) = asset { Some(subnet) } else { None }
}

const fn as_group(asset: &Asset) -> Option<&SecurityGroup> {
    if let Asset::SecurityGroup(group) = asset { Some(group) } else { None }
}
