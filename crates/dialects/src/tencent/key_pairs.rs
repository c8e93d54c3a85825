//! Key pairs as both versions name and find them.

use std::collections::BTreeMap;
use std::sync::Arc;

use regiment_core::edits::{AddKeyPair, Edit};
use regiment_core::model::{KeyPair, ProjectId, Server};
use regiment_core::ops::Operation;
use regiment_core::world::World;

use super::ids;
use crate::keys::{Kind, Public};

pub const NAME_CHARS_MAX: usize = 25;

/// Its id, which does not change with its name.
pub fn id(pair: &KeyPair) -> String {
    ids::key_pair(pair.root())
}

/// The id of the pair of this name; of one that is there no more what its id was.
pub fn id_of(world: &World, project: ProjectId, name: &str) -> String {
    world.key_pair(project, name).map_or_else(|| ids::key_pair(name), id)
}

/// The project's key pair that a client names.
pub fn find<'w>(world: &'w World, project: ProjectId, text: &str) -> Option<&'w KeyPair> {
    world.key_pairs(project).find(|pair| id(pair) == text)
}

/// The servers that each key pair lets into.
pub fn associated(world: &World, project: ProjectId) -> BTreeMap<&str, Vec<&Server>> {
    let mut associated: BTreeMap<&str, Vec<&Server>> = BTreeMap::new();
    for server in world.servers_of(project) {
        if let Some(name) = &server.details.key_name {
            associated.entry(name).or_default().push(server);
        }
    }
    associated
}

/// The order to keep a public key.
pub fn add(name: &Arc<str>, public: Public, user: Arc<str>) -> Operation {
    let Public { text, fingerprint } = public;
    Operation::from(Edit::AddKeyPair(AddKeyPair {
        name: name.clone(),
        public_key: text.into(),
        fingerprint: fingerprint.into(),
        kind: Kind::Ssh.word().into(),
        user,
    }))
}

/// Why a name is not one of a key pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadName {
    Empty,
    TooLong,
    IllegalChar,
}

pub fn check_name(name: &str) -> Result<(), BadName> {
    if name.is_empty() {
        Err(BadName::Empty)
    } else if name.chars().count() > NAME_CHARS_MAX {
        Err(BadName::TooLong)
    } else if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        Ok(())
    } else {
        Err(BadName::IllegalChar)
    }
}
