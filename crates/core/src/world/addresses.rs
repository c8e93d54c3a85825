use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use crate::model::{NetworkId, Nic, ProjectId};

/// A subnet of a project, or where nothing was said of one.
type Key = (ProjectId, Option<NetworkId>);

/// Which private addresses are taken, by subnet. A full fleet is one run of neighbours, so that it
/// costs next to nothing to keep and the next free address is found at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Addresses {
    pools: BTreeMap<Key, Pool>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Pool {
    /// First and last address of each run; no two runs touch.
    runs: BTreeMap<u32, u32>,
    /// How often beyond the first an address is taken, which only worlds of before know.
    more: BTreeMap<u32, u32>,
    /// How many interfaces share a virtual address.
    shared: BTreeMap<u32, u32>,
}

impl Addresses {
    pub fn take(&mut self, project: ProjectId, nic: &Nic) {
        let pool = self.pools.entry((project, nic.subnet)).or_default();
        pool.take(nic.address.to_bits());
        for address in &nic.virtual_addresses {
            *pool.shared.entry(address.to_bits()).or_default() += 1;
        }
    }

    pub fn give_back(&mut self, project: ProjectId, nic: &Nic) {
        let key = (project, nic.subnet);
        let Some(pool) = self.pools.get_mut(&key) else { return };
        pool.give_back(nic.address.to_bits());
        for address in nic.virtual_addresses.iter().map(|address| address.to_bits()) {
            less(&mut pool.shared, address);
        }
        if pool.runs.is_empty() && pool.shared.is_empty() {
            self.pools.remove(&key);
        }
    }

    pub fn taken(&self, project: ProjectId, subnet: Option<NetworkId>, address: Ipv4Addr) -> bool {
        let pool = self.pools.get(&(project, subnet));
        pool.is_some_and(|pool| pool.end_of(address.to_bits()).is_some())
    }

    /// Whether an interface has the address as its own.
    pub fn owned(&self, project: ProjectId, subnet: Option<NetworkId>, address: Ipv4Addr) -> bool {
        let pool = self.pools.get(&(project, subnet));
        pool.is_some_and(|pool| pool.run_of(address.to_bits()).is_some())
    }

    /// How many addresses of a subnet are taken.
    pub fn count(&self, project: ProjectId, subnet: NetworkId) -> u64 {
        let Some(pool) = self.pools.get(&(project, Some(subnet))) else { return 0 };
        let own: u64 = pool.runs.iter().map(|(first, last)| u64::from(last - first) + 1).sum();
        own + pool.shared.len() as u64
    }

    /// The first free address from `from` on.
    pub fn free_from(&self, project: ProjectId, subnet: Option<NetworkId>, from: u32) -> u32 {
        let Some(pool) = self.pools.get(&(project, subnet)) else { return from };
        let mut at = from;
        while let Some(last) = pool.end_of(at).filter(|last| *last < u32::MAX) {
            at = last + 1;
        }
        at
    }
}

impl Pool {
    /// The run that an address is in.
    fn run_of(&self, address: u32) -> Option<(u32, u32)> {
        let (first, last) = self.runs.range(..=address).next_back()?;
        (address <= *last).then_some((*first, *last))
    }

    /// The last address of the taken ones that this one is among.
    fn end_of(&self, address: u32) -> Option<u32> {
        let shared = || self.shared.contains_key(&address).then_some(address);
        self.run_of(address).map(|(_, last)| last).or_else(shared)
    }

    fn take(&mut self, address: u32) {
        if self.run_of(address).is_some() {
            *self.more.entry(address).or_default() += 1;
            return;
        }
        let before = address.checked_sub(1).and_then(|at| self.run_of(at));
        let first = before.map_or(address, |(first, _)| first);
        let after = address.checked_add(1).and_then(|at| self.runs.remove(&at));
        self.runs.insert(first, after.unwrap_or(address));
    }

    fn give_back(&mut self, address: u32) {
        if less(&mut self.more, address) {
            return;
        }
        let Some((first, last)) = self.run_of(address) else { return };
        self.runs.remove(&first);
        if first < address {
            self.runs.insert(first, address - 1);
        }
        if address < last {
            self.runs.insert(address + 1, last);
        }
    }
}

/// Counts one less; whether there was one.
fn less(counts: &mut BTreeMap<u32, u32>, address: u32) -> bool {
    let Some(count) = counts.get_mut(&address) else { return false };
    *count -= 1;
    if *count == 0 {
        counts.remove(&address);
    }
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_are_the_set_that_was_taken(steps in prop::collection::vec((any::<bool>(), 0..24u32), 0..120)) {
            let (mut pool, mut plain) = (Pool::default(), BTreeMap::<u32, u32>::new());
            for (take, address) in steps {
                if take {
                    pool.take(address);
                    *plain.entry(address).or_default() += 1;
                } else if let Some(count) = plain.get_mut(&address).filter(|count| **count > 0) {
                    *count -= 1;
                    pool.give_back(address);
                }
                for at in 0..24 {
                    let taken = plain.get(&at).is_some_and(|count| *count > 0);
                    prop_assert_eq!(pool.run_of(at).is_some(), taken, "{}", at);
                }
                let ends: Vec<(u32, u32)> = pool.runs.iter().map(|(a, b)| (*a, *b)).collect();
                prop_assert!(ends.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0), "runs touch");
            }
        }
    }

    #[test]
    fn the_ends_of_the_numbers_are_no_trap() {
        let mut pool = Pool::default();
        for address in [u32::MAX, 0, u32::MAX - 1, 1] {
            pool.take(address);
        }
        assert_eq!(pool.runs.len(), 2);
        pool.give_back(u32::MAX);
        assert_eq!(pool.run_of(u32::MAX), None);
    }
}
