//! What webhooks are still to be told: rows of events, written in the commit that makes them so, read
//! by whoever delivers them, and deleted once every webhook is past them. Nothing is written that no
//! webhook wants, and nothing is looked for while there is none.

use super::{Engine, Work};
use crate::apply::{Change, Edited};
use crate::edits::Put;
use crate::events::Told;
use crate::limits;
use crate::model::{Asset, Time, Webhook};
use crate::record;
use crate::store::{StoreError, Table};

impl Engine {
    /// Rows for what this turn came to, while its jobs are still in memory, and no rows for what every
    /// webhook was told.
    pub(super) fn turn_outbox(
        &mut self,
        first_event: u64,
        now: Time,
        work: &mut Work,
    ) -> Result<(), StoreError> {
        let some = self.world.all_webhooks().next().is_some();
        if some {
            self.pass_over(now, work);
            self.write_outbox(first_event, work);
            self.outbox_used = true;
        }
        if self.outbox_used {
            self.outbox_used = !self.sweep_outbox(work)? || some;
        }
        Ok(())
    }

    fn write_outbox(&self, first_event: u64, work: &mut Work) {
        let mut wanted: Vec<Told> = Vec::new();
        let mut next = first_event;
        for change in &work.changes {
            let events = change.events_from(next);
            next += events.len() as u64;
            for event in events {
                if self.world.all_webhooks().any(|webhook| webhook.wants(&event)) {
                    let job = self.world.job(event.job);
                    wanted.push(Told::of(event, job));
                }
            }
        }
        for piece in wanted.chunks(limits::OUTBOX_ROW_EVENTS) {
            let Some(last) = piece.last() else { continue };
            let row = Some(record::encode(&piece));
            work.batch.rows.push((Table::Outbox, record::number_key(last.event.seq), row));
        }
    }

    /// A webhook that is too far behind loses what is oldest: what is kept for it has a bound.
    fn pass_over(&mut self, now: Time, work: &mut Work) {
        let oldest = self.world.next_event.saturating_sub(limits::OUTBOX_EVENTS_MAX);
        let behind = self.world.all_webhooks().filter(|webhook| webhook.through < oldest);
        let puts: Vec<Put> = behind
            .map(|webhook| {
                let lost = webhook.lost + (oldest - webhook.through);
                Put::Asset(Asset::Webhook(Webhook { through: oldest, lost, ..webhook.clone() }))
            })
            .collect();
        if !puts.is_empty() {
            self.record(work, Change::Edited(Edited { at: now, puts, token: None, job: None }));
        }
    }

    /// Deletes rows that every webhook is past, a bounded number a turn. Says whether none is left.
    fn sweep_outbox(&mut self, work: &mut Work) -> Result<bool, StoreError> {
        let newest = self.world.next_event - 1;
        let through = self.world.all_webhooks().map(|webhook| webhook.through).min();
        let through = through.unwrap_or(newest);
        if through <= self.outbox_swept && through < newest {
            return Ok(false);
        }
        let archive = self.store.archive();
        for _ in 0..limits::OUTBOX_SWEPT_MAX {
            let from = record::number_key(self.outbox_swept + 1);
            match archive.outbox_from(&from)? {
                Some((key, _)) if record::number(&key).is_some_and(|last| last <= through) => {
                    self.outbox_swept = record::number(&key).unwrap_or(through);
                    work.batch.rows.push((Table::Outbox, key, None));
                }
                Some(_) => {
                    self.outbox_swept = self.outbox_swept.max(through);
                    return Ok(false);
                }
                None => {
                    self.outbox_swept = self.outbox_swept.max(through);
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
