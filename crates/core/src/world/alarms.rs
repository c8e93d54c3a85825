//! The servers that are to be taken away at a set time, and when each is next to be tried.

use super::World;
use crate::model::{Activity, Details, Server, ServerId, Time};

/// A deletion at a set time that failed is tried again after this long.
const AGAIN_AFTER_MS: i64 = 60_000;

impl World {
    /// The first time at which [`alarms_due`](Self::alarms_due) or [`events_due`](Self::events_due) has
    /// something to tell, if nothing else happens.
    pub(crate) fn next_alarm(&self) -> Option<Time> {
        let mut first = self.next_event_alarm();
        for (at, id) in &self.alarms {
            if first.is_some_and(|first| first <= *at) {
                break;
            }
            let due = self.server_or_recycled(*id).and_then(due_at);
            first = first.into_iter().chain(due).min();
        }
        first
    }

    /// The servers whose time has come and that nothing keeps busy. One that is busy is due as soon
    /// as it is free.
    pub(crate) fn alarms_due(&self, now: Time) -> impl Iterator<Item = &Server> {
        self.alarms
            .iter()
            .take_while(move |(at, _)| *at <= now)
            .filter_map(|(_, id)| self.server_or_recycled(*id))
            .filter(move |server| due_at(server).is_some_and(|at| at <= now))
    }

    pub(super) fn set_alarm(&mut self, id: ServerId, before: Option<Time>, after: Option<Time>) {
        if before == after {
            return;
        }
        if let Some(at) = before {
            self.alarms.remove(&(at, id));
        }
        if let Some(at) = after {
            self.alarms.insert((at, id));
        }
    }

    /// Whether the alarms are exactly what the servers say.
    pub(super) fn alarms_are_true(&self) -> bool {
        let said = |server: &Server| Some((of(&server.details)?, server.id));
        let said: std::collections::BTreeSet<_> = self.servers().filter_map(said).collect();
        said == self.alarms
    }
}

/// When a server is to be taken away: at the time set for it, or when its time in the recycle bin is
/// over.
pub(super) fn of(details: &Details) -> Option<Time> {
    details.recycled.map_or(details.auto_terminate_at, |recycled| Some(recycled.until))
}

/// When a server that has a time set is to be tried; never while it is busy.
fn due_at(server: &Server) -> Option<Time> {
    let at = of(&server.details)?;
    if server.busy.is_some() {
        return None;
    }
    let failed = server.last.as_ref().is_some_and(|last| {
        last.activity == Activity::Deleting && last.ended && last.fault.is_some()
    });
    Some(if failed { at.max(server.updated_at.after_ms(AGAIN_AFTER_MS)) } else { at })
}
