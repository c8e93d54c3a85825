//! A store that lives as long as the process: for `--ephemeral` and for tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use regiment_core::store::{
    Archive, Batch, KeyAndRow, Loaded, Store, StoreError, Swept, Table, Visit,
};

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// A handle on a disk made of memory. What was committed stays as long as any handle does, so a
/// test keeps a clone, drops the engine as a crash would, and opens another on the clone.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    disk: Arc<Disk>,
}

#[derive(Debug, Default)]
struct Disk {
    /// Whether rows and the log are dropped instead of kept.
    forgetful: bool,
    state: Mutex<State>,
    /// Apart from the rest, so that its readers wait for nothing but its own rows.
    finished: RwLock<Finished>,
}

/// What an archive reads.
#[derive(Clone, Debug, Default)]
struct Finished {
    jobs: Rows,
    requests: Rows,
    outbox: Rows,
}

impl Finished {
    /// The rows of a table that is read here and not loaded.
    const fn rows(&mut self, table: Table) -> Option<&mut Rows> {
        match table {
            Table::Archive => Some(&mut self.jobs),
            Table::Requests => Some(&mut self.requests),
            Table::Outbox => Some(&mut self.outbox),
            Table::Meta
            | Table::Catalog
            | Table::Servers
            | Table::Balancers
            | Table::Assets
            | Table::Jobs
            | Table::Tokens
            | Table::Secrets => None,
        }
    }
}

#[derive(Clone, Debug, Default)]
struct State {
    rows: [Rows; Table::LOADED.len()],
    log: BTreeMap<u64, Vec<u8>>,
}

impl MemoryStore {
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// Keeps only what readers ask for: a process that keeps nothing when it ends
    /// need not hold its world twice. Loads as empty.
    pub fn forgetful() -> MemoryStore {
        MemoryStore { disk: Arc::new(Disk { forgetful: true, ..Disk::default() }) }
    }

    /// A disk of its own with what is committed now: later commits to one are not seen by the other.
    #[must_use]
    pub fn snapshot(&self) -> MemoryStore {
        // Both locks at once, so that no commit falls between them.
        let state = self.disk.state.lock();
        let finished = self.disk.finished.read();
        MemoryStore {
            disk: Arc::new(Disk {
                forgetful: self.disk.forgetful,
                state: Mutex::new(state.clone()),
                finished: RwLock::new(finished.clone()),
            }),
        }
    }
}

/// The place of a loaded table in [`State::rows`]; none for what is kept apart.
fn place(table: Table) -> Option<usize> {
    Table::LOADED.iter().position(|loaded| *loaded == table)
}

fn put(rows: &mut Rows, key: Vec<u8>, value: Option<Vec<u8>>) {
    match value {
        Some(value) => {
            rows.insert(key, value);
        }
        None => {
            rows.remove(&key);
        }
    }
}

impl Store for MemoryStore {
    fn load(&mut self, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        let state = self.disk.state.lock();
        for (table, rows) in Table::LOADED.iter().zip(&state.rows) {
            for (key, value) in rows {
                visit(Loaded::Row(*table, key, value))?;
            }
        }
        for (seq, entry) in &state.log {
            visit(Loaded::Log(*seq, entry))?;
        }
        Ok(())
    }

    fn commit(&mut self, batch: Batch) -> Result<(), StoreError> {
        let Batch { log, rows, trim_log } = batch;
        let mut state = self.disk.state.lock();
        if let Some((seq, entry)) = log
            && !self.disk.forgetful
        {
            // Nothing else can fail, so nothing was done yet.
            if state.log.last_key_value().is_some_and(|(last, _)| *last >= seq) {
                let text = format!("log entry {seq} does not follow the last one");
                return Err(StoreError::Corrupt(text));
            }
            state.log.insert(seq, entry);
        }
        let finishes = rows.iter().any(|(table, _, _)| place(*table).is_none());
        let mut finished = finishes.then(|| self.disk.finished.write());
        for (table, key, value) in rows {
            match place(table) {
                Some(_) if self.disk.forgetful => {}
                Some(place) => put(&mut state.rows[place], key, value),
                None => {
                    if let Some(kept) = finished.as_mut().and_then(|all| all.rows(table)) {
                        put(kept, key, value);
                    }
                }
            }
        }
        if let Some(through) = trim_log {
            state.log = state.log.split_off(&through.saturating_add(1));
        }
        Ok(())
    }

    fn archive(&self) -> Arc<dyn Archive> {
        Arc::new(MemoryArchive(self.disk.clone()))
    }

    fn sweep(
        &mut self,
        rows_max: usize,
        judge: &mut dyn FnMut(&[u8]) -> Swept,
    ) -> Result<usize, StoreError> {
        let mut finished = self.disk.finished.write();
        let Finished { jobs, requests, outbox: _ } = &mut *finished;
        let mut gone = 0;
        while gone < rows_max
            && let Some(oldest) = jobs.first_entry()
            && let Swept::Goes { request } = judge(oldest.get())
        {
            oldest.remove();
            if let Some(request) = request {
                requests.remove(&request);
            }
            gone += 1;
        }
        Ok(gone)
    }
}

struct MemoryArchive(Arc<Disk>);

impl Archive for MemoryArchive {
    fn at_or_before(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        use std::ops::Bound::{Included, Unbounded};
        let finished = self.0.finished.read();
        let at = finished.jobs.range::<[u8], _>((Unbounded, Included(key))).next_back();
        Ok(at.map(|(_, row)| row.clone()))
    }

    fn of_request(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.finished.read().requests.get(key).cloned())
    }

    fn outbox_from(&self, key: &[u8]) -> Result<Option<KeyAndRow>, StoreError> {
        use std::ops::Bound::{Included, Unbounded};
        let finished = self.0.finished.read();
        let first = finished.outbox.range::<[u8], _>((Included(key), Unbounded)).next();
        Ok(first.map(|(key, row)| (key.clone(), row.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::{Contents, numbered_batch};

    #[test]
    fn a_snapshot_goes_its_own_way() {
        let mut store = MemoryStore::new();
        let mut expected = Contents::default();
        for n in 1..=20 {
            expected.commit(&numbered_batch(n));
            store.commit(numbered_batch(n)).expect("a commit");
        }
        let mut snapshot = store.snapshot();
        store.commit(numbered_batch(21)).expect("a commit");
        assert!(Contents::of(&mut snapshot, &expected.archived()) == expected);
        snapshot.commit(numbered_batch(21)).expect("a commit of its own");
        expected.commit(&numbered_batch(21));
        assert!(Contents::of(&mut snapshot, &expected.archived()) == expected);
        assert!(Contents::of(&mut store, &expected.archived()) == expected);
    }

    #[test]
    fn a_forgetful_one_keeps_finished_jobs_only() {
        let mut store = MemoryStore::forgetful();
        let mut expected = Contents::default();
        for n in 1..=40 {
            expected.commit(&numbered_batch(n));
            store.commit(numbered_batch(n)).expect("a commit");
        }
        expected.rows.retain(|(table, _), _| !Table::LOADED.contains(table));
        expected.log.clear();
        assert!(!expected.rows.is_empty());
        assert_eq!(Contents::of(&mut store.clone(), &expected.archived()), expected);
        assert!(store.sweep(1_000, &mut |_| Swept::Goes { request: None }).expect("a sweep") > 0);
        assert_eq!(store.archive().at_or_before(&[255; 8]).expect("a look-up"), None);
    }
}
