use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Attempt, Course, Fault, ImageId, JobId, LoadBalancerId, Orders, ProjectId, RequestId, ServerId,
    SubJobId, Time, VolumeId,
};
use crate::ops::Operation;

/// What a sub-job works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Target {
    // Short in records: there may be a million of them in one.
    #[serde(rename = "s")]
    Server(ServerId),
    #[serde(rename = "b")]
    Balancer(LoadBalancerId),
    #[serde(rename = "d")]
    Disk(VolumeId),
    #[serde(rename = "i")]
    Image(ImageId),
}

impl Target {
    pub const fn server(self) -> Option<ServerId> {
        match self {
            Target::Server(id) => Some(id),
            Target::Balancer(_) | Target::Disk(_) | Target::Image(_) => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SubState {
    #[serde(rename = "w")]
    Waiting,
    #[serde(rename = "r")]
    Running,
    #[serde(rename = "s")]
    Succeeded,
    /// It was tried and failed.
    #[serde(rename = "f")]
    Failed,
    /// It was refused at planning; nothing was tried.
    #[serde(rename = "x")]
    Refused,
    /// It was not tried: the job was stopped before its turn came.
    #[serde(rename = "c")]
    Cancelled,
}

impl SubState {
    pub const fn ended(self) -> bool {
        match self {
            SubState::Waiting | SubState::Running => false,
            SubState::Succeeded | SubState::Failed | SubState::Refused | SubState::Cancelled => {
                true
            }
        }
    }
}

/// The job's work on one target. How it stands in a record is [`super::runs`]'s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubJob {
    pub target: SubTarget,
    pub state: SubState,
    /// The step it is at, or the number of steps once it ended well.
    pub step: u8,
    /// How often the present step was tried again.
    pub retries: u8,
    /// Whether the server ran when the order came; some operations start it again at the end.
    pub was_running: bool,
    pub began_at: Option<Time>,
    pub ended_at: Option<Time>,
    pub fault: Option<Arc<Fault>>,
}

/// A target that was found, or the words the client used for one that was not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SubTarget {
    #[serde(rename = "k")]
    Known(Target),
    #[serde(rename = "u")]
    Unknown(Arc<str>),
}

impl SubTarget {
    pub const fn known(&self) -> Option<Target> {
        match self {
            SubTarget::Known(target) => Some(*target),
            SubTarget::Unknown(_) => None,
        }
    }
}

/// How many sub-jobs are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub waiting: u32,
    pub running: u32,
    pub succeeded: u32,
    /// Failed or refused.
    pub failed: u32,
    pub cancelled: u32,
}

impl Tally {
    pub fn of(subs: &[SubJob]) -> Tally {
        let mut tally = Tally::default();
        for sub in subs {
            *tally.place(sub.state) += 1;
        }
        tally
    }

    pub fn shift(&mut self, from: SubState, to: SubState) {
        *self.place(from) -= 1;
        *self.place(to) += 1;
    }

    fn place(&mut self, state: SubState) -> &mut u32 {
        match state {
            SubState::Waiting => &mut self.waiting,
            SubState::Running => &mut self.running,
            SubState::Succeeded => &mut self.succeeded,
            SubState::Failed | SubState::Refused => &mut self.failed,
            SubState::Cancelled => &mut self.cancelled,
        }
    }

    pub const fn ended(&self) -> bool {
        self.waiting == 0 && self.running == 0
    }
}

/// What became of a job: a fold of its sub-jobs, never stored. What was cancelled has not succeeded;
/// the tally says how much of it there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Outcome {
    Running,
    AllSucceeded,
    SomeFailed,
    AllFailed,
}

/// An accepted command: one durable row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub id: JobId,
    pub project: ProjectId,
    pub request: RequestId,
    /// The dialect it was ordered in, and by whom.
    pub dialect: Arc<str>,
    pub principal: Arc<str>,
    pub operation: Operation,
    #[serde(default)]
    pub orders: Orders,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<Box<Course>>,
    /// The job whose failed part this one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<JobId>,
    /// Whether it came with a password, which is forgotten when the job ends.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub with_secret: bool,
    pub accepted_at: Time,
    #[serde(default)]
    pub ended_at: Option<Time>,
    #[serde(with = "super::runs")]
    pub subs: Vec<SubJob>,
    /// Counted from `subs`.
    #[serde(skip)]
    pub tally: Tally,
}

impl Job {
    pub fn outcome(&self) -> Outcome {
        let Tally { waiting: _, running: _, succeeded, failed, cancelled } = self.tally;
        if !self.tally.ended() {
            Outcome::Running
        } else if failed + cancelled == 0 {
            Outcome::AllSucceeded
        } else if succeeded == 0 {
            Outcome::AllFailed
        } else {
            Outcome::SomeFailed
        }
    }

    /// The place in `subs` of a public sub-job number, if it is this job's.
    pub fn index_of(&self, sub: SubJobId) -> Option<usize> {
        let index = usize::try_from(sub.0.checked_sub(self.id.0 + 1)?).ok()?;
        (index < self.subs.len()).then_some(index)
    }

    /// What was tried on a sub-job and failed, before its present try.
    pub fn attempts(&self, index: u32) -> &[Attempt] {
        let course = self.course.as_ref();
        course.and_then(|course| course.attempts.get(&index)).map_or(&[], Vec::as_slice)
    }

    /// The place from which on no sub-job may begin yet.
    pub(crate) fn opened(&self) -> usize {
        self.course.as_ref().map_or(self.subs.len(), |course| course.mark.opened as usize)
    }

    /// The first number after this job's own.
    pub fn numbers_end(&self) -> u64 {
        self.id.0 + 1 + self.subs.len() as u64
    }
}
