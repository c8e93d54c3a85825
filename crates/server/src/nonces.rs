//! Which nonces were used. Bounded: a full table refuses new ones rather than forget an old one
//! before its time, since that would let a request be replayed.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use parking_lot::Mutex;
use regiment_core::model::Time;

/// Nonces remembered: 5,000 a second for more than ten minutes. Each takes about 30 bytes.
const NONCES_MAX: usize = 4_000_000;

pub struct Nonces {
    table: Mutex<Table>,
    /// Only a keyed hash is kept, and nobody knows the key: two nonces that fall together cannot
    /// be found on purpose, and by chance not in a lifetime.
    hash: RandomState,
    room: usize,
}

#[derive(Default)]
struct Table {
    used: HashSet<u64>,
    /// By the second in which they may be forgotten.
    expiry: BTreeMap<i64, Vec<u64>>,
}

impl Default for Nonces {
    fn default() -> Nonces {
        Nonces::with_room_for(NONCES_MAX)
    }
}

impl Nonces {
    fn with_room_for(room: usize) -> Nonces {
        Nonces { table: Mutex::default(), hash: RandomState::new(), room }
    }

    /// Whether this nonce is new for this key; if so it is remembered until `forget_at`.
    pub fn first_use(&self, access_key: &str, nonce: &str, forget_at: Time, now: Time) -> bool {
        let hash = self.hash.hash_one((access_key, nonce));
        let mut table = self.table.lock();
        table.forget(now);
        if table.used.len() >= self.room || !table.used.insert(hash) {
            return false;
        }
        // Up to the end of its last second.
        table.expiry.entry(forget_at.seconds() + 1).or_default().push(hash);
        true
    }
}

impl Table {
    fn forget(&mut self, now: Time) {
        while let Some(first) = self.expiry.first_entry() {
            if *first.key() > now.seconds() {
                return;
            }
            for hash in first.remove() {
                self.used.remove(&hash);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_700_000_000_000);

    #[test]
    fn a_nonce_is_good_once_for_each_key_until_it_is_forgotten() {
        let nonces = Nonces::default();
        let forget_at = NOW.after_ms(5_000);
        assert!(nonces.first_use("a", "1", forget_at, NOW));
        assert!(!nonces.first_use("a", "1", forget_at, NOW));
        assert!(nonces.first_use("b", "1", forget_at, NOW));
        assert!(nonces.first_use("a", "2", forget_at, NOW));
        assert!(!nonces.first_use("a", "1", forget_at, forget_at));
        assert!(nonces.first_use("a", "1", forget_at, forget_at.after_ms(1_000)));
    }

    #[test]
    fn a_full_table_refuses_and_forgets_nothing() {
        let nonces = Nonces::with_room_for(2);
        let forget_at = NOW.after_ms(5_000);
        assert!(nonces.first_use("a", "1", forget_at, NOW));
        assert!(nonces.first_use("a", "2", forget_at, NOW));
        assert!(!nonces.first_use("a", "3", forget_at, NOW));
        assert!(!nonces.first_use("a", "1", forget_at, NOW));
        assert!(nonces.first_use("a", "3", forget_at, NOW.after_ms(6_000)));
    }
}
