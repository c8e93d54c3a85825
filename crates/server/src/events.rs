//! The recent past: the changes of the last turns, so that a reader can go on from any event still
//! kept. Bounded by the number of events; one that asks for an older one is told so.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use regiment_core::apply::Change;
use regiment_core::events::Event;

/// Events kept at least, as long as the turn they came in is kept whole.
const EVENTS_KEPT: u64 = 100_000;
/// Turns kept at most.
const TURNS_KEPT: usize = 10_000;

/// The changes of one turn.
#[derive(Clone, Debug)]
struct Past {
    first: u64,
    end: u64,
    changes: Arc<Vec<Change>>,
}

#[derive(Debug, Default)]
pub struct Events {
    turns: Mutex<VecDeque<Past>>,
}

/// The answer to "what came since".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    Events(Vec<Event>),
    /// Some are no longer kept; this is the oldest that is.
    Lost {
        oldest: u64,
    },
}

impl Events {
    /// Remembers a turn whose events are numbered from `first` up to, not including, `end`.
    pub fn push(&self, first: u64, end: u64, changes: Vec<Change>) {
        if first == end {
            return;
        }
        let mut turns = self.turns.lock();
        turns.push_back(Past { first, end, changes: Arc::new(changes) });
        while turns.len() > TURNS_KEPT
            || turns.len() > 1 && end.saturating_sub(turns[0].end) >= EVENTS_KEPT
        {
            turns.pop_front();
        }
    }

    /// The events from number `seq` on, at most about `count_max` of them.
    pub fn since(&self, seq: u64, count_max: usize) -> Since {
        let turns: Vec<Past> = {
            let turns = self.turns.lock();
            if let Some(oldest) = turns.front().map(|past| past.first).filter(|first| seq < *first)
            {
                return Since::Lost { oldest };
            }
            let start = turns.partition_point(|past| past.end <= seq);
            turns.range(start..).cloned().collect()
        };
        let mut told = Vec::new();
        for past in turns {
            let mut next = past.first;
            for change in past.changes.iter() {
                let events = change.events_from(next);
                next += events.len() as u64;
                told.extend(events.into_iter().filter(|event| event.seq >= seq));
                if told.len() >= count_max {
                    told.truncate(count_max);
                    return Since::Events(told);
                }
            }
        }
        Since::Events(told)
    }
}

#[cfg(test)]
mod tests {
    use regiment_core::apply::{Move, Next, Progress};
    use regiment_core::model::{JobId, ProjectId, Time};

    use super::*;

    fn started(count: u32) -> Change {
        Change::Progress(Progress {
            job: JobId(1),
            project: ProjectId(1),
            at: Time::ZERO,
            ends_job: false,
            moves: vec![Move { first: 0, count, next: Next::Start }],
            placed: Vec::new(),
        })
    }

    fn numbers(since: Since) -> Vec<u64> {
        match since {
            Since::Events(events) => events.into_iter().map(|event| event.seq).collect(),
            Since::Lost { oldest } => panic!("lost before {oldest}"),
        }
    }

    #[test]
    fn a_reader_goes_on_where_it_stopped() {
        let events = Events::default();
        assert_eq!(numbers(events.since(5, 100)), Vec::<u64>::new());
        events.push(5, 8, vec![started(2), started(1)]);
        events.push(8, 8, Vec::new());
        events.push(8, 10, vec![started(2)]);
        assert_eq!(numbers(events.since(5, 100)), [5, 6, 7, 8, 9]);
        assert_eq!(numbers(events.since(6, 2)), [6, 7]);
        assert_eq!(numbers(events.since(8, 100)), [8, 9]);
        assert_eq!(numbers(events.since(10, 100)), Vec::<u64>::new());
        assert_eq!(events.since(4, 100), Since::Lost { oldest: 5 });
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let events = Events::default();
        for turn in 0..3 * TURNS_KEPT as u64 {
            events.push(1 + turn * 50, 51 + turn * 50, vec![started(50)]);
        }
        let turns = events.turns.lock();
        assert!(turns.len() <= TURNS_KEPT);
        let kept = turns.back().unwrap().end - turns.front().unwrap().first;
        assert!((EVENTS_KEPT..EVENTS_KEPT + 100).contains(&kept), "{kept}");
    }
}
