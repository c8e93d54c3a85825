//! What can be asked of the core, and what it answers at once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{
    AssetKey, Fault, Handle, ImageId, JobId, LoadBalancerId, Orders, ProjectId, RequestId,
    ServerId, SubJobId, Target, VolumeId,
};
use crate::ops::{Operation, Verdict};
use crate::vault::Secret;

/// One request for change.
#[derive(Clone, Debug)]
pub struct Command {
    pub project: ProjectId,
    /// Who asks: an access key.
    pub principal: Arc<str>,
    /// The name of the dialect it was asked in.
    pub dialect: &'static str,
    pub request: RequestId,
    pub operation: Operation,
    /// Empty for operations that make their own targets.
    pub targets: Vec<TargetRef>,
    pub admission: Admission,
    pub already_so: AlreadySo,
    pub orders: Orders,
    /// The job whose failed part this orders once more.
    pub parent: Option<JobId>,
    pub token: Option<TokenClaim>,
    /// The password of the operation, if it has one. Sealed before it is stored.
    pub secret: Option<Secret>,
    /// Only judge; change nothing.
    pub dry_run: bool,
    /// Whether an edit, which is done at once, gets a job that has ended, so that it can be asked for by
    /// a number like work that takes its time.
    pub numbered: bool,
    /// Whether locked servers take it on like others: what the plane itself orders.
    pub past_locks: bool,
    /// Servers that are refused whatever they are, by their places among the targets, in their order.
    pub refused: Vec<(usize, Fault)>,
}

impl Command {
    /// A command with the plainest answers to what most callers leave open.
    pub fn new(
        project: ProjectId,
        principal: Arc<str>,
        dialect: &'static str,
        request: RequestId,
        operation: Operation,
        targets: Vec<TargetRef>,
    ) -> Command {
        Command {
            project,
            principal,
            dialect,
            request,
            operation,
            targets,
            admission: Admission::EachOnItsOwn,
            already_so: AlreadySo::Succeeds,
            orders: Orders::default(),
            parent: None,
            token: None,
            secret: None,
            dry_run: false,
            numbered: false,
            past_locks: false,
            refused: Vec::new(),
        }
    }
}

/// A target as the client named it, once its dialect has read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetRef {
    Server(ServerId),
    /// A server by its short id.
    Short(Handle),
    Balancer(LoadBalancerId),
    Disk(VolumeId),
    Image(ImageId),
    /// Words that can be no id: nothing has such a name.
    Unreadable(Arc<str>),
}

/// Whether one refused target stops the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// A verdict per target; the admitted go on.
    EachOnItsOwn,
    /// One refusal refuses all, and nothing is changed.
    AllOrNothing,
}

/// What a target that already is as ordered counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlreadySo {
    /// A success without work.
    Succeeds,
    /// A refusal.
    Refused,
}

/// A client's token and what the request it belongs to looked like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenClaim {
    pub token: Arc<str>,
    /// A digest of everything in the request that matters.
    pub digest: [u8; 32],
}

/// The core's answer to a command: given once it is durable, and the same for a repeated token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Absent when nothing was accepted: a dry run, a refused all-or-nothing command, or a command
    /// none of whose targets exists.
    pub job: Option<JobId>,
    /// One for each target, in the order of the command; for new things, in the order of names.
    pub answers: Vec<TargetAnswer>,
    /// The assets an edit made or changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<AssetKey>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "TargetAnswerRow", into = "TargetAnswerRow")]
pub struct TargetAnswer {
    pub verdict: Verdict,
    /// What the target turned out to be.
    pub target: Option<Target>,
    /// The number of its sub-job, if there is a job.
    pub sub: Option<SubJobId>,
}

/// How an answer stands in a record: a sequence, since one receipt may hold very many.
#[derive(Serialize, Deserialize)]
struct TargetAnswerRow(Verdict, Option<Target>, Option<SubJobId>);

impl From<TargetAnswerRow> for TargetAnswer {
    fn from(TargetAnswerRow(verdict, target, sub): TargetAnswerRow) -> TargetAnswer {
        TargetAnswer { verdict, target, sub }
    }
}

impl From<TargetAnswer> for TargetAnswerRow {
    fn from(answer: TargetAnswer) -> TargetAnswerRow {
        let TargetAnswer { verdict, target, sub } = answer;
        TargetAnswerRow(verdict, target, sub)
    }
}

impl TargetAnswer {
    pub const fn refused(&self) -> bool {
        matches!(self.verdict, Verdict::Refuse(_))
    }
}

impl Receipt {
    pub fn servers(&self) -> impl Iterator<Item = ServerId> {
        self.answers.iter().filter_map(|answer| answer.target?.server())
    }

    pub fn balancers(&self) -> impl Iterator<Item = LoadBalancerId> {
        self.answers.iter().filter_map(|answer| match answer.target? {
            Target::Balancer(id) => Some(id),
            Target::Server(_) | Target::Disk(_) | Target::Image(_) => None,
        })
    }

    pub fn disks(&self) -> impl Iterator<Item = VolumeId> {
        self.answers.iter().filter_map(|answer| match answer.target? {
            Target::Disk(id) => Some(id),
            Target::Server(_) | Target::Balancer(_) | Target::Image(_) => None,
        })
    }

    pub fn images(&self) -> impl Iterator<Item = ImageId> {
        self.answers.iter().filter_map(|answer| match answer.target? {
            Target::Image(id) => Some(id),
            Target::Server(_) | Target::Balancer(_) | Target::Disk(_) => None,
        })
    }
}
