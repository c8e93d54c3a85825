//! What can be told of each change, numbered so that a reader can go on where it stopped. The
//! numbers are part of the world: a restart does not repeat or skip one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::apply::{Change, JobAccepted, Marked, Next, Progress};
use crate::model::{Fault, JobId, Mark, ProjectId, SubJobId, SubState, Time};

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
    /// No fault: it succeeded.
    SubJobEnded {
        sub: SubJobId,
        fault: Option<Arc<Fault>>,
    },
    /// A wave began, waits or is held, or nothing begins any more.
    JobMarked {
        mark: Mark,
    },
    JobEnded,
}

impl Change {
    /// How many events this change is: what `events_from` gives, counted.
    pub(crate) fn events(&self) -> u64 {
        match self {
            Change::JobAccepted(accepted) => {
                let subs = &accepted.job.subs;
                let ended = subs.iter().filter(|sub| sub.state.ended()).count();
                1 + ended as u64 + u64::from(ended == subs.len())
            }
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
            | Change::Edited(_)
            | Change::PowerSeen(_)
            | Change::JobsArchived(_)
            | Change::TokensExpired(_) => 0,
        }
    }

    /// The events of this change, the first of them numbered `seq`.
    pub fn events_from(&self, seq: u64) -> Vec<Event> {
        let mut told = Vec::new();
        match self {
            Change::JobAccepted(accepted) => tell_accepted(accepted, &mut told),
            Change::Progress(progress) => tell_progress(progress, &mut told),
            Change::Marked(Marked { job, project, at, mark }) => told.push(Event {
                seq: 0,
                at: *at,
                project: *project,
                job: *job,
                kind: EventKind::JobMarked { mark: *mark },
            }),
            Change::ProjectAdded(_)
            | Change::CredentialAdded(_)
            | Change::FlavorAdded(_)
            | Change::ImageAdded(_)
            | Change::HostSet(_)
            | Change::ServersAdded(_)
            | Change::Edited(_)
            | Change::PowerSeen(_)
            | Change::JobsArchived(_)
            | Change::TokensExpired(_) => {}
        }
        for (event, number) in told.iter_mut().zip(seq..) {
            event.seq = number;
        }
        told
    }
}

fn tell_accepted(accepted: &JobAccepted, told: &mut Vec<Event>) {
    let job = &accepted.job;
    let mut tell = |kind| {
        told.push(Event { seq: 0, at: job.accepted_at, project: job.project, job: job.id, kind });
    };
    tell(EventKind::JobAccepted {
        operation: job.operation.name().into(),
        targets: u32::try_from(job.subs.len()).unwrap_or(u32::MAX),
    });
    for (sub, index) in job.subs.iter().zip(0..) {
        match sub.state {
            SubState::Succeeded | SubState::Failed | SubState::Refused | SubState::Cancelled => {
                tell(EventKind::SubJobEnded { sub: job.id.sub(index), fault: sub.fault.clone() });
            }
            SubState::Waiting | SubState::Running => {}
        }
    }
    if job.tally.ended() {
        tell(EventKind::JobEnded);
    }
}

fn tell_progress(progress: &Progress, told: &mut Vec<Event>) {
    let Progress { job, project, at, ends_job, moves, placed: _ } = progress;
    let mut tell = |kind| told.push(Event { seq: 0, at: *at, project: *project, job: *job, kind });
    for one in moves {
        for index in one.first..one.first + one.count {
            let sub = job.sub(index);
            match &one.next {
                Next::Start => tell(EventKind::SubJobStarted { sub }),
                Next::Advance => {}
                Next::Retry(at) | Next::Again(at, _) => {
                    tell(EventKind::SubJobRetried { sub, not_before: *at });
                }
                Next::Succeed => tell(EventKind::SubJobEnded { sub, fault: None }),
                Next::Fail(fault) | Next::Cancel(fault) => {
                    tell(EventKind::SubJobEnded { sub, fault: Some(fault.clone()) });
                }
            }
        }
    }
    if *ends_job {
        tell(EventKind::JobEnded);
    }
}
