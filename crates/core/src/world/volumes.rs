//! Which server has a volume.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

use super::{Index, World};
use crate::model::{ProjectId, Server, Volume, VolumeId};

/// From a digest of each volume's id to the slot of the server that has it: eight bytes a volume,
/// since each of a million servers has one. Who looks makes sure that the server really has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Whereabouts {
    first: Index<u32, u32>,
    /// What has a digest that another has, with how often; that one is in `first`.
    more: BTreeMap<(u32, u32), u32>,
}

fn digest(volume: &Volume) -> u32 {
    fold(volume.id)
}

#[expect(clippy::cast_possible_truncation, reason = "each quarter is wanted on its own")]
const fn fold(id: VolumeId) -> u32 {
    (id.0 ^ id.0 >> 32 ^ id.0 >> 64 ^ id.0 >> 96) as u32
}

impl Whereabouts {
    pub fn put(&mut self, volumes: &[Volume], slot: u32) {
        for digest in volumes.iter().map(digest) {
            match self.first.entry(digest) {
                Entry::Vacant(place) => drop(place.insert(slot)),
                Entry::Occupied(_) => *self.more.entry((digest, slot)).or_default() += 1,
            }
        }
    }

    pub fn take(&mut self, volumes: &[Volume], slot: u32) {
        for digest in volumes.iter().map(digest) {
            if self.less(digest, slot) {
                continue;
            }
            let others = self.more.range((digest, 0)..=(digest, u32::MAX));
            let next = others.map(|((_, other), _)| *other).next();
            match next {
                Some(other) => {
                    self.first.insert(digest, other);
                    self.less(digest, other);
                }
                None => drop(self.first.remove(&digest)),
            }
        }
    }

    /// Takes one from those beside the first, if it is there.
    fn less(&mut self, digest: u32, slot: u32) -> bool {
        let Some(count) = self.more.get_mut(&(digest, slot)) else { return false };
        *count -= 1;
        if *count == 0 {
            self.more.remove(&(digest, slot));
        }
        true
    }

    /// The slots of servers that may have the volume.
    fn of(&self, volume: VolumeId) -> impl Iterator<Item = u32> + '_ {
        let digest = fold(volume);
        let more = self.more.range((digest, 0)..=(digest, u32::MAX));
        self.first.get(&digest).copied().into_iter().chain(more.map(|((_, slot), _)| *slot))
    }

    /// How often each slot is known for each digest, in an order of its own.
    pub fn all(&self) -> BTreeMap<(u32, u32), u32> {
        let mut all = self.more.clone();
        for (digest, slot) in &self.first {
            *all.entry((*digest, *slot)).or_default() += 1;
        }
        all
    }
}

impl World {
    /// A server of the project that has this volume, and which of its volumes it is.
    pub fn server_with_volume(&self, project: ProjectId, id: VolumeId) -> Option<(&Server, usize)> {
        let known = self.whereabouts.of(id).filter_map(|slot| self.slot(slot));
        known.filter(|server| server.project == project).find_map(|server| {
            let at = server.details.volumes.iter().position(|volume| volume.id == id)?;
            Some((server, at))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn volume(id: u128) -> Volume {
        Volume {
            id: VolumeId(id),
            device: "/dev/vda".into(),
            size_gib: 1,
            class: "".into(),
            delete_with_server: true,
        }
    }

    proptest! {
        /// Ids of few digests, so that many are the same: what was put and not taken is found.
        #[test]
        fn what_was_put_is_found(
            steps in prop::collection::vec((any::<bool>(), 0u32..4, 0u128..3, 0u32..3), 0..80),
        ) {
            let mut whereabouts = Whereabouts::default();
            let mut plain: Vec<(u128, u32)> = Vec::new();
            for (put, high, low, slot) in steps {
                // The same digest as `low` has: what is above is there twice.
                let id = low | u128::from(high) << 64 | u128::from(high) << 96;
                if put {
                    whereabouts.put(&[volume(id)], slot);
                    plain.push((id, slot));
                } else if let Some(at) = plain.iter().position(|one| *one == (id, slot)) {
                    plain.swap_remove(at);
                    whereabouts.take(&[volume(id)], slot);
                }
                for (id, slot) in &plain {
                    prop_assert!(whereabouts.of(VolumeId(*id)).any(|one| one == *slot));
                }
                let counted: u32 = whereabouts.all().values().sum();
                prop_assert_eq!(counted as usize, plain.len());
            }
        }
    }
}
