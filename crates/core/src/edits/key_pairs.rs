use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, Put, with_details};
use crate::limits::KEY_PAIRS_MAX;
use crate::model::{Asset, AssetKey, Fault, FaultKind, KeyPair, Server};

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
        // A name may have been another pair's before that was given a new one.
        let free =
            |root: &Arc<str>| desk.world.key_pairs(project).all(|pair| pair.root() != &**root);
        let root = (!free(&name)).then(|| {
            let numbered = |number| format!("{name}/{number}").into();
            (1..=KEY_PAIRS_MAX).map(numbered).find(free).unwrap_or_default()
        });
        let pair = KeyPair {
            project,
            name,
            public_key,
            fingerprint,
            kind,
            user,
            created_at,
            root,
            description: "".into(),
        };
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

/// Say something else of a key pair. What is not named stays; servers know it by its new name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DescribeKeyPair {
    pub name: Arc<str>,
    pub new_name: Option<Arc<str>>,
    pub description: Option<Arc<str>>,
}

impl EditRules for DescribeKeyPair {
    fn name(&self) -> &'static str {
        "describe_key_pair"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let Desk { world, project, now: _, chance: _ } = desk;
        let known = world
            .key_pair(project, &self.name)
            .ok_or_else(|| Fault::with(FaultKind::KeyPairNotFound, self.name.clone()))?;
        let mut pair = known.clone();
        if let Some(description) = &self.description {
            pair.description = description.clone();
        }
        let Some(name) = self.new_name.as_ref().filter(|name| **name != known.name) else {
            return Ok(Put::Asset(Asset::KeyPair(pair)).into());
        };
        if world.key_pair(project, name).is_some() {
            return Err(Fault::with(FaultKind::KeyPairExists, name.clone()));
        }
        pair.root = Some(known.root().into());
        pair.name = name.clone();
        let mut puts = vec![
            Put::NoAsset(AssetKey::KeyPair(project, known.name.clone())),
            Put::Asset(Asset::KeyPair(pair)),
        ];
        let has_it = |server: &&Server| server.details.key_name.as_ref() == Some(&known.name);
        let servers = world.servers_of(project).chain(world.recycled_of(project));
        puts.extend(
            servers.filter(has_it).map(|server| {
                with_details(server, |details| details.key_name = Some(name.clone()))
            }),
        );
        Ok(Edited { puts, answers: Vec::new() })
    }
}
