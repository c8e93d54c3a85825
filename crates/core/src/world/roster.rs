/// A project's servers in the order they were made, in chunks, so that the n-th newest is found
/// without walking over the n before it, and one in the middle can leave.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    /// Oldest first; none is empty.
    chunks: Vec<Vec<(u64, u32)>>,
    len: usize,
}

/// Large enough that a million servers are 2,000 chunks, small enough to shift within.
const CHUNK: usize = 512;

impl Roster {
    pub const fn len(&self) -> usize {
        self.len
    }

    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn insert(&mut self, order: u64, slot: u32) {
        self.len += 1;
        let at = self.chunk_of(order);
        let Some(chunk) = self.chunks.get_mut(at) else {
            self.chunks.push(vec![(order, slot)]);
            return;
        };
        let place = chunk.partition_point(|(other, _)| *other < order);
        if chunk.len() < CHUNK {
            chunk.insert(place, (order, slot));
        } else if place == CHUNK {
            self.chunks.insert(at + 1, vec![(order, slot)]);
        } else {
            let mut upper = chunk.split_off(CHUNK / 2);
            if place <= CHUNK / 2 {
                chunk.insert(place, (order, slot));
            } else {
                upper.insert(place - CHUNK / 2, (order, slot));
            }
            self.chunks.insert(at + 1, upper);
        }
    }

    pub(crate) fn remove(&mut self, order: u64) {
        let at = self.chunk_of(order);
        let Some(chunk) = self.chunks.get_mut(at) else { return };
        if let Ok(place) = chunk.binary_search_by_key(&order, |(other, _)| *other) {
            chunk.remove(place);
            self.len -= 1;
            if chunk.is_empty() {
                self.chunks.remove(at);
            }
        }
    }

    /// The last chunk that begins at or before `order`, or the first.
    fn chunk_of(&self, order: u64) -> usize {
        self.chunks.partition_point(|chunk| chunk[0].0 <= order).saturating_sub(1)
    }

    /// How many are as new as `order` or newer: where the older ones begin, counted from the newest.
    pub(crate) fn rank_older_than(&self, order: u64) -> usize {
        let at = self.chunks.partition_point(|chunk| chunk[0].0 < order);
        let newer: usize = self.chunks[at..].iter().map(Vec::len).sum();
        let within = at.checked_sub(1).map_or(0, |at| {
            let chunk = &self.chunks[at];
            chunk.len() - chunk.partition_point(|(other, _)| *other < order)
        });
        newer + within
    }

    pub(crate) fn newest_first(&self) -> impl Iterator<Item = u32> {
        self.newest_first_from(0)
    }

    pub(crate) fn newest_first_from(&self, mut skip: usize) -> impl Iterator<Item = u32> {
        let mut chunks = self.chunks.len();
        while chunks > 0 && self.chunks[chunks - 1].len() <= skip {
            skip -= self.chunks[chunks - 1].len();
            chunks -= 1;
        }
        self.chunks[..chunks]
            .iter()
            .rev()
            .flat_map(|chunk| chunk.iter().rev())
            .skip(skip)
            .map(|(_, slot)| *slot)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_sorted_list(
            steps in prop::collection::vec((any::<bool>(), 0u64..3_000), 0..4_000),
            skip in 0usize..3_000,
            order in 0u64..3_000,
        ) {
            let mut roster = Roster::default();
            let mut model = std::collections::BTreeMap::new();
            for (insert, order) in steps {
                if insert {
                    if model.insert(order, u32::try_from(order).unwrap()).is_none() {
                        roster.insert(order, u32::try_from(order).unwrap());
                    }
                } else {
                    model.remove(&order);
                    roster.remove(order);
                }
            }
            prop_assert_eq!(roster.len(), model.len());
            let newest: Vec<u32> = model.values().rev().copied().collect();
            prop_assert_eq!(roster.newest_first().collect::<Vec<_>>(), newest.clone());
            prop_assert_eq!(
                roster.newest_first_from(skip).collect::<Vec<_>>(),
                newest.iter().copied().skip(skip).collect::<Vec<_>>()
            );
            let rank = roster.rank_older_than(order);
            prop_assert_eq!(rank, model.range(order..).count());
        }
    }
}
