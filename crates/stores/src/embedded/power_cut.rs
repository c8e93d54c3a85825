//! A killed process leaves its writes to the system; a cut of power does not. Here any part of what
//! was written since the last sync may be lost, in any order and torn between sectors, at every
//! sync of a story; the store must open on what is left with every batch that was committed.

use std::io;
use std::sync::Arc;

use parking_lot::Mutex;
use redb::{Database, StorageBackend};
use regiment_core::chance::Chance;
use regiment_core::store::{Loaded, Store};

use super::{RedbStore, check_ours, lay_out};
use crate::conformance::{Contents, numbered_batch};

const BATCHES: u64 = 120;
/// A disk writes these whole or not at all.
const SECTOR_BYTES: usize = 512;

#[derive(Debug)]
struct Disk {
    now: Vec<u8>,
    durable: Vec<u8>,
    /// Written since the last sync: where, and how much.
    unsynced: Vec<(usize, usize)>,
    chance: Chance,
    /// What cuts of power would have left since they were last looked at.
    cuts: Vec<Vec<u8>>,
}

impl Disk {
    /// What is left when power is cut now.
    fn cut(&mut self) -> Vec<u8> {
        let mut left = self.durable.clone();
        left.resize(self.now.len(), 0);
        // From nothing was written to nearly all was.
        let share = self.chance.below(11);
        for &(from, bytes) in &self.unsynced {
            for sector in (from..from + bytes).step_by(SECTOR_BYTES) {
                if self.chance.below(10) < share {
                    let end = (sector + SECTOR_BYTES).min(from + bytes);
                    left[sector..end].copy_from_slice(&self.now[sector..end]);
                }
            }
        }
        left
    }
}

#[derive(Clone, Debug)]
struct Cuttable(Arc<Mutex<Disk>>);

impl Cuttable {
    fn with(content: Vec<u8>, seed: u64) -> Cuttable {
        let (durable, chance) = (content.clone(), Chance::new(seed));
        let disk = Disk { now: content, durable, unsynced: Vec::new(), chance, cuts: Vec::new() };
        Cuttable(Arc::new(Mutex::new(disk)))
    }

    /// Opens it as `RedbStore::open` opens a file.
    fn store(&self) -> RedbStore {
        let fresh = self.0.lock().now.is_empty();
        let db = Database::builder().create_with_backend(self.clone()).expect("it opens");
        if fresh || check_ours(&db).expect("it is ours") {
            lay_out(&db).expect("it can be laid out");
        }
        RedbStore { db: Arc::new(db) }
    }
}

fn place(offset: u64, bytes: usize, disk: &Disk) -> io::Result<std::ops::Range<usize>> {
    let from = usize::try_from(offset).map_err(io::Error::other)?;
    if from + bytes > disk.now.len() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(from..from + bytes)
}

impl StorageBackend for Cuttable {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().now.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let disk = self.0.lock();
        out.copy_from_slice(&disk.now[place(offset, out.len(), &disk)?]);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut disk = self.0.lock();
        let len = usize::try_from(len).map_err(io::Error::other)?;
        disk.now.resize(len, 0);
        disk.unsynced.retain(|(from, bytes)| from + bytes <= len);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut disk = self.0.lock();
        if !disk.unsynced.is_empty() {
            let left = disk.cut();
            disk.cuts.push(left);
        }
        disk.durable = disk.now.clone();
        disk.unsynced.clear();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut disk = self.0.lock();
        let place = place(offset, data.len(), &disk)?;
        disk.unsynced.push((place.start, data.len()));
        disk.now[place].copy_from_slice(data);
        Ok(())
    }
}

/// The newest batch on a disk, all of which must be what whole batches make.
fn newest_on(left: Vec<u8>, story: &[Contents]) -> usize {
    let mut store = Cuttable::with(left, 0).store();
    let mut newest = 0;
    let visit = &mut |loaded: Loaded<'_>| {
        if let Loaded::Log(seq, _) = loaded {
            newest = usize::try_from(seq).expect("small");
        }
        Ok(())
    };
    store.load(visit).expect("it can be loaded");
    let expected = &story[newest];
    let found = Contents::of(&mut store, &expected.archived());
    assert!(found == *expected, "what is left is not what {newest} whole batches make");
    newest
}

#[test]
fn a_cut_of_power_loses_nothing_committed() {
    let mut story = vec![Contents::default()];
    for n in 1..=BATCHES {
        let mut next = story.last().expect("there is a first").clone();
        next.commit(&numbered_batch(n));
        story.push(next);
    }
    let disk = Cuttable::with(Vec::new(), 2026);
    let mut store = disk.store();
    disk.0.lock().cuts.clear();
    let (mut cuts, mut early) = (0, 0);
    for n in 1..=BATCHES {
        store.commit(numbered_batch(n)).expect("a commit");
        let n = usize::try_from(n).expect("small");
        // While this commit was under way the one before it had been promised.
        for left in std::mem::take(&mut disk.0.lock().cuts) {
            let newest = newest_on(left, &story);
            assert!((n - 1..=n).contains(&newest), "{newest} is left while {n} was committed");
            cuts += 1;
            early += usize::from(newest == n);
        }
        let left = disk.0.lock().cut();
        assert_eq!(newest_on(left, &story), n, "power was cut right after a commit");
    }
    assert!(cuts >= BATCHES && early > 0, "{cuts} cuts, {early} of them with the batch there");
}
