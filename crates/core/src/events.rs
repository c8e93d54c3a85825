//! What can be told of each change, numbered so that a reader can go on where it stopped. The
//! numbers are part of the world: a restart does not repeat or skip one.

mod recent;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use recent::{Recent, Since, since};

use crate::apply::{Change, Marked, Next, Progress};
use crate::model::{
    Fault, Job, JobId, Mark, Outcome, ProjectId, SubJobId, SubState, SubTarget, Time,
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub seq: u64,
    pub at: Time,
    pub project: ProjectId,
    pub job: JobId,
    pub kind: EventKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    JobAccepted {
        operation: Arc<str>,
        targets: u32,
    },
    SubJobStarted {
        sub: SubJobId,
    },
    SubJobRetried {
        sub: SubJobId,
        not_before: Time,
    },
    SubJobEnded {
        sub: SubJobId,
        state: SubState,
        fault: Option<Arc<Fault>>,
    },
    /// A wave began, waits or is held, or nothing begins any more.
    JobMarked {
        mark: Mark,
    },
    JobEnded,
}

/// What kind of event it is, whatever it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventSort {
    JobAccepted,
    SubJobStarted,
    SubJobRetried,
    SubJobEnded,
    JobMarked,
    JobEnded,
}

impl EventKind {
    pub const fn sort(&self) -> EventSort {
        match self {
            EventKind::JobAccepted { operation: _, targets: _ } => EventSort::JobAccepted,
            EventKind::SubJobStarted { sub: _ } => EventSort::SubJobStarted,
            EventKind::SubJobRetried { sub: _, not_before: _ } => EventSort::SubJobRetried,
            EventKind::SubJobEnded { sub: _, state: _, fault: _ } => EventSort::SubJobEnded,
            EventKind::JobMarked { mark: _ } => EventSort::JobMarked,
            EventKind::JobEnded => EventSort::JobEnded,
        }
    }
}

/// An event with what it is about, so that it can be told without looking anything up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub event: Event,
    /// What was ordered; nothing, when the job is no longer kept.
    pub operation: Option<Arc<str>>,
    /// What the sub-job works on.
    pub target: Option<SubTarget>,
    /// What became of the job, when it ended.
    pub outcome: Option<Outcome>,
}

impl Told {
    pub fn of(event: Event, job: Option<&Job>) -> Told {
        let about = match event.kind {
            EventKind::SubJobStarted { sub }
            | EventKind::SubJobRetried { sub, not_before: _ }
            | EventKind::SubJobEnded { sub, state: _, fault: _ } => Some(sub),
            EventKind::JobAccepted { .. } | EventKind::JobMarked { .. } | EventKind::JobEnded => {
                None
            }
        };
        let target = job.zip(about).and_then(|(job, sub)| {
            let place = job.index_of(sub)?;
            job.subs.get(place).map(|sub| sub.target.clone())
        });
        Told {
            operation: job.map(|job| job.operation.name().into()),
            target,
            outcome: job.filter(|_| event.kind == EventKind::JobEnded).map(Job::outcome),
            event,
        }
    }
}

impl Change {
    /// How many events this change is: what `events_from` gives, counted.
    pub(crate) fn events(&self) -> u64 {
        match self {
            Change::JobAccepted(accepted) => events_of_new(&accepted.job),
            Change::Edited(edited) => edited.job.as_deref().map_or(0, events_of_new),
            Change::Progress(progress) => {
                let told = progress.moves.iter().filter(|one| one.next != Next::Advance);
                told.map(|one| u64::from(one.count)).sum::<u64>() + u64::from(progress.ends_job)
            }
            Change::Marked(_) => 1,
            Change::ProjectAdded(_)
            | Change::CredentialAdded(_)
            | Change::FlavorAdded(_)
            | Change::ImageAdded(_)
            | Change::HostSet(_)
            | Change::ServersAdded(_)
            | Change::PowerSeen(_)
            | Change::JobsArchived(_)
            | Change::TokensExpired(_) => 0,
        }
    }

    /// The events of this change, the first of them numbered `first`.
    pub fn events_from(&self, first: u64) -> Vec<Event> {
        self.events_within(first, first, usize::MAX)
    }

    /// Those of them that are numbered `from` or higher, at most so many. A change may be a million
    /// events, which a reader takes piece by piece: what comes before a piece costs next to nothing.
    pub(crate) fn events_within(&self, first: u64, from: u64, count_max: usize) -> Vec<Event> {
        let mut piece = Piece { next: first, from, room: count_max, told: Vec::new() };
        match self {
            Change::JobAccepted(accepted) => {
                tell_new(&accepted.job, &mut piece);
            }
            Change::Edited(edited) => {
                if let Some(job) = &edited.job {
                    tell_new(job, &mut piece);
                }
            }
            Change::Progress(progress) => tell_progress(progress, &mut piece),
            Change::Marked(Marked { job, project, at, mark }) => {
                piece.about(*project, *job, *at).tell(|| EventKind::JobMarked { mark: *mark });
            }
            Change::ProjectAdded(_)
            | Change::CredentialAdded(_)
            | Change::FlavorAdded(_)
            | Change::ImageAdded(_)
            | Change::HostSet(_)
            | Change::ServersAdded(_)
            | Change::PowerSeen(_)
            | Change::JobsArchived(_)
            | Change::TokensExpired(_) => {}
        }
        piece.told
    }
}

/// A piece of a change's events in the making.
struct Piece {
    next: u64,
    from: u64,
    room: usize,
    told: Vec<Event>,
}

/// Adds events about one job to a piece.
struct Teller<'a> {
    piece: &'a mut Piece,
    project: ProjectId,
    job: JobId,
    at: Time,
}

impl Piece {
    const fn about(&mut self, project: ProjectId, job: JobId, at: Time) -> Teller<'_> {
        Teller { piece: self, project, job, at }
    }
}

impl Teller<'_> {
    fn tell(&mut self, kind: impl FnOnce() -> EventKind) {
        let seq = self.piece.next;
        self.piece.next += 1;
        if seq >= self.piece.from && self.piece.told.len() < self.piece.room {
            let Teller { piece, project, job, at } = self;
            piece.told.push(Event { seq, at: *at, project: *project, job: *job, kind: kind() });
        }
    }

    /// Tells the same of neighbours.
    fn tell_each(&mut self, first: u32, count: u32, kind: impl Fn(u32) -> EventKind) {
        let piece = &mut *self.piece;
        let skipped = piece.from.saturating_sub(piece.next).min(count.into());
        let end = piece.next + u64::from(count);
        piece.next += skipped;
        let begin = first + u32::try_from(skipped).unwrap_or(count);
        for index in begin..first + count {
            if self.piece.told.len() == self.piece.room {
                break;
            }
            self.tell(|| kind(index));
        }
        self.piece.next = end;
    }
}

fn events_of_new(job: &Job) -> u64 {
    let ended = job.subs.iter().filter(|sub| sub.state.ended()).count();
    1 + ended as u64 + u64::from(ended == job.subs.len())
}

fn tell_new(job: &Job, piece: &mut Piece) {
    let mut teller = piece.about(job.project, job.id, job.accepted_at);
    teller.tell(|| EventKind::JobAccepted {
        operation: job.operation.name().into(),
        targets: u32::try_from(job.subs.len()).unwrap_or(u32::MAX),
    });
    for (sub, index) in job.subs.iter().zip(0..) {
        if sub.state.ended() {
            teller.tell(|| EventKind::SubJobEnded {
                sub: job.id.sub(index),
                state: sub.state,
                fault: sub.fault.clone(),
            });
        }
    }
    // Not by its tally, which a job just read from disk does not have.
    if job.subs.iter().all(|sub| sub.state.ended()) {
        teller.tell(|| EventKind::JobEnded);
    }
}

fn tell_progress(progress: &Progress, piece: &mut Piece) {
    let Progress { job, project, at, ends_job, moves, placed: _ } = progress;
    let mut teller = piece.about(*project, *job, *at);
    let ended = |index, state, fault: Option<&Arc<Fault>>| EventKind::SubJobEnded {
        sub: job.sub(index),
        state,
        fault: fault.cloned(),
    };
    for one in moves {
        let (first, count) = (one.first, one.count);
        match &one.next {
            Next::Start => teller
                .tell_each(first, count, |index| EventKind::SubJobStarted { sub: job.sub(index) }),
            Next::Advance => {}
            Next::Retry(at) | Next::Again(at, _) => {
                teller.tell_each(first, count, |index| EventKind::SubJobRetried {
                    sub: job.sub(index),
                    not_before: *at,
                });
            }
            Next::Succeed => {
                teller.tell_each(first, count, |index| ended(index, SubState::Succeeded, None));
            }
            Next::Fail(fault) => {
                let failed = |index| ended(index, SubState::Failed, Some(fault));
                teller.tell_each(first, count, failed);
            }
            Next::Cancel(fault) => {
                let cancelled = |index| ended(index, SubState::Cancelled, Some(fault));
                teller.tell_each(first, count, cancelled);
            }
        }
    }
    if *ends_job {
        teller.tell(|| EventKind::JobEnded);
    }
}
