//! A store that is timed: what a commit costs is the first thing to know of a slow plane.

use std::sync::Arc;
use std::time::Instant;

use regiment_core::store::{Archive, Batch, Store, StoreError, Swept, Visit};

use crate::metrics::Metrics;

pub struct MeasuredStore {
    store: Box<dyn Store>,
    metrics: Arc<Metrics>,
    log_bytes: usize,
}

impl MeasuredStore {
    pub fn new(store: Box<dyn Store>, metrics: Arc<Metrics>) -> MeasuredStore {
        MeasuredStore { store, metrics, log_bytes: 0 }
    }
}

impl Store for MeasuredStore {
    fn load(&mut self, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        self.store.load(visit)
    }

    fn commit(&mut self, batch: Batch) -> Result<(), StoreError> {
        let logged = batch.log.as_ref().map_or(0, |(_, entry)| entry.len());
        let row = |(_, key, value): &(_, Vec<u8>, Option<Vec<u8>>)| {
            key.len() + value.as_ref().map_or(0, Vec::len)
        };
        let written = logged + batch.rows.iter().map(row).sum::<usize>();
        let trims = batch.trim_log.is_some();
        let began = Instant::now();
        self.store.commit(batch)?;
        self.log_bytes = if trims { 0 } else { self.log_bytes + logged };
        self.metrics.commit(written, self.log_bytes, began.elapsed());
        Ok(())
    }

    fn archive(&self) -> Arc<dyn Archive> {
        self.store.archive()
    }

    fn sweep(
        &mut self,
        rows_max: usize,
        judge: &mut dyn FnMut(&[u8]) -> Swept,
    ) -> Result<usize, StoreError> {
        self.store.sweep(rows_max, judge)
    }
}
