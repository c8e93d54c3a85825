//! The recent past: the changes of the last turns, so that a reader can go on from any event still
//! kept. Bounded; one that asks for an older one is told so.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Event;
use crate::apply::Change;
use crate::limits::{PAST_EVENTS, PAST_TURNS_MAX};

/// The changes of one turn.
#[derive(Clone, Debug)]
struct Past {
    first: u64,
    end: u64,
    changes: Arc<Vec<Change>>,
}

/// The changes of the last turns.
#[derive(Clone, Debug)]
pub struct Recent {
    turns: VecDeque<Past>,
    next: u64,
}

/// The answer to "what came since".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    Events(Vec<Event>),
    /// Some are no longer kept; this is the oldest that is, or that will be.
    Lost {
        oldest: u64,
    },
    /// None of this number was given yet; this is the next that will be.
    Ahead {
        next: u64,
    },
}

impl Recent {
    /// Nothing is known of what was before event `next`.
    pub const fn new(next: u64) -> Recent {
        Recent { turns: VecDeque::new(), next }
    }

    /// The number that the next event gets.
    pub const fn next(&self) -> u64 {
        self.next
    }

    pub fn oldest(&self) -> u64 {
        self.turns.front().map_or(self.next, |past| past.first)
    }

    /// Remembers the next turn, whose last event is the one before `end`.
    pub fn push(&mut self, end: u64, changes: Vec<Change>) {
        let first = std::mem::replace(&mut self.next, end);
        if first == end {
            return;
        }
        self.turns.push_back(Past { first, end, changes: Arc::new(changes) });
        while self.turns.len() > PAST_TURNS_MAX
            || self.turns.len() > 1 && end.saturating_sub(self.turns[0].end) >= PAST_EVENTS
        {
            self.turns.pop_front();
        }
    }

    /// A cheap copy of what is needed to tell up to `count_max` events from number `seq` on.
    fn pick(&self, seq: u64, count_max: usize) -> Result<Vec<Past>, Since> {
        if seq > self.next {
            return Err(Since::Ahead { next: self.next });
        }
        if seq < self.oldest() {
            return Err(Since::Lost { oldest: self.oldest() });
        }
        let start = self.turns.partition_point(|past| past.end <= seq);
        let enough = seq.saturating_add(count_max as u64);
        let needed = self.turns.range(start..).take_while(|past| past.first < enough);
        Ok(needed.cloned().collect())
    }
}

/// The events from number `seq` on, at most `count_max` of them. What is shared is looked at
/// through `recent` for a moment only; they are made when it is let go.
pub fn since<R: std::ops::Deref<Target = Recent>>(
    recent: impl FnOnce() -> R,
    seq: u64,
    count_max: usize,
) -> Since {
    let picked = recent().pick(seq, count_max);
    let turns = match picked {
        Ok(turns) => turns,
        Err(since) => return since,
    };
    let mut told = Vec::new();
    for past in turns {
        let mut next = past.first;
        for change in past.changes.iter() {
            let end = next + change.events();
            let room = count_max - told.len();
            if end > seq && room > 0 {
                told.extend(change.events_within(next, seq, room));
            }
            next = end;
        }
    }
    Since::Events(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::{Move, Next, Progress};
    use crate::model::{JobId, ProjectId, Time};

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

    fn numbers(recent: &Recent, seq: u64, count_max: usize) -> Vec<u64> {
        match since(|| recent, seq, count_max) {
            Since::Events(events) => events.into_iter().map(|event| event.seq).collect(),
            Since::Lost { oldest } => panic!("lost before {oldest}"),
            Since::Ahead { next } => panic!("{next} is still to come"),
        }
    }

    #[test]
    fn a_reader_goes_on_where_it_stopped() {
        let mut recent = Recent::new(5);
        assert_eq!(numbers(&recent, 5, 100), Vec::<u64>::new());
        assert_eq!(since(|| &recent, 4, 100), Since::Lost { oldest: 5 });
        recent.push(8, vec![started(2), started(1)]);
        recent.push(8, Vec::new());
        recent.push(10, vec![started(2)]);
        assert_eq!(numbers(&recent, 5, 100), [5, 6, 7, 8, 9]);
        assert_eq!(numbers(&recent, 6, 2), [6, 7]);
        assert_eq!(numbers(&recent, 7, 2), [7, 8]);
        assert_eq!(numbers(&recent, 8, 100), [8, 9]);
        assert_eq!(numbers(&recent, 10, 100), Vec::<u64>::new());
        assert_eq!(since(|| &recent, 4, 100), Since::Lost { oldest: 5 });
        assert_eq!(since(|| &recent, 11, 100), Since::Ahead { next: 10 });
    }

    #[test]
    fn pieces_of_a_large_change_are_the_whole() {
        let mut recent = Recent::new(1);
        recent.push(1_101, vec![started(1_000), started(0), started(100)]);
        for size in [1, 7, 999, 1_000, 1_001, 5_000] {
            let (mut seen, mut next) = (Vec::new(), 1);
            while next < recent.next() {
                let piece = numbers(&recent, next, size);
                next = piece.last().unwrap() + 1;
                seen.extend(piece);
            }
            assert_eq!(seen, (1..=1_100).collect::<Vec<_>>(), "pieces of {size}");
        }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut recent = Recent::new(1);
        for turn in 0..3 * PAST_TURNS_MAX as u64 {
            recent.push(51 + turn * 50, vec![started(50)]);
        }
        assert!(recent.turns.len() <= PAST_TURNS_MAX);
        let kept = recent.next() - recent.oldest();
        assert!((PAST_EVENTS..PAST_EVENTS + 100).contains(&kept), "{kept}");
    }
}
