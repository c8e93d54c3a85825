//! How servers, jobs and sub-jobs are shown.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use regiment_core::model::{
    Activity, Fault, Job, Outcome, Server, SubJob, SubState, SubTarget, Tally, Target,
};
use regiment_core::select::Status;
use serde::Serialize;

use super::faults;
use super::orders::{ShownCourse, ShownOrders};
use super::times::time;

/// Why something failed or was refused.
#[derive(Serialize)]
pub(super) struct ShownFault {
    code: String,
    message: String,
}

impl ShownFault {
    pub fn of(fault: &Fault) -> ShownFault {
        ShownFault { code: faults::code(fault.kind), message: fault.to_string() }
    }
}

#[derive(Serialize)]
pub(super) struct ShownServer<'a> {
    id: String,
    short_id: String,
    name: &'a str,
    status: &'static str,
    activity: Option<&'static str>,
    flavor: &'a str,
    image_id: String,
    zone: &'a str,
    host: Option<&'a str>,
    addresses: Vec<Ipv4Addr>,
    tags: BTreeMap<&'a str, &'a str>,
    created_at: String,
    updated_at: String,
    fault: Option<ShownFault>,
    last_sub_job_id: Option<String>,
}

impl ShownServer<'_> {
    pub fn of(server: &Server) -> ShownServer<'_> {
        let details = &server.details;
        ShownServer {
            id: server.id.to_string(),
            short_id: server.id.handle().to_string(),
            name: &server.name,
            status: Status::of(server).word(),
            activity: server.busy.map(|busy| activity(busy.activity)),
            flavor: &server.flavor,
            image_id: server.image.to_string(),
            zone: &details.zone,
            host: server.host.as_deref(),
            addresses: details.nics.iter().map(|nic| nic.address).collect(),
            tags: details.tags.iter().map(|tag| (&*tag.key, &*tag.value)).collect(),
            created_at: time(server.created_at),
            updated_at: time(server.updated_at),
            fault: server.fault.as_deref().map(ShownFault::of),
            last_sub_job_id: server.last.as_ref().map(|last| last.sub.0.to_string()),
        }
    }
}

const fn activity(activity: Activity) -> &'static str {
    match activity {
        Activity::Rebooting | Activity::RebootingHard => "rebooting",
        Activity::Creating => "creating",
        Activity::Deleting => "deleting",
        Activity::Starting => "starting",
        Activity::Stopping => "stopping",
        Activity::Dumping => "dumping",
        Activity::ResettingPassword => "resetting_password",
        Activity::Resizing => "resizing",
        Activity::Reinstalling => "reinstalling",
        Activity::Renaming => "renaming",
        Activity::ChangingNics => "changing_interfaces",
        Activity::AttachingVolume => "attaching_disk",
        Activity::Charging => "charging",
        Activity::DetachingVolume => "detaching_disk",
        Activity::ExtendingVolumes => "extending_disks",
        Activity::Migrating => "migrating",
        Activity::ConfirmingResize => "confirming_resize",
        Activity::Locking => "locking",
        Activity::Restoring => "restoring",
        Activity::RevertingResize => "reverting_resize",
        Activity::MakingImage => "making_image",
        Activity::BindingKeyPair => "binding_key_pair",
        Activity::UnbindingKeyPair => "unbinding_key_pair",
    }
}

#[derive(Serialize)]
pub(super) struct ShownJob {
    pub id: String,
    operation: &'static str,
    state: &'static str,
    sub_jobs: Counts,
    orders: ShownOrders,
    course: Option<ShownCourse>,
    parent_id: Option<String>,
    dialect: String,
    principal: String,
    request_id: String,
    accepted_at: String,
    ended_at: Option<String>,
}

#[derive(Serialize)]
struct Counts {
    total: usize,
    waiting: u32,
    running: u32,
    succeeded: u32,
    failed: u32,
    cancelled: u32,
}

impl ShownJob {
    pub fn of(job: &Job) -> ShownJob {
        let Tally { waiting, running, succeeded, failed, cancelled } = job.tally;
        let total = job.subs.len();
        ShownJob {
            id: job.id.0.to_string(),
            operation: job.operation.name(),
            state: outcome(job.outcome()),
            sub_jobs: Counts { total, waiting, running, succeeded, failed, cancelled },
            orders: ShownOrders::of(&job.orders),
            course: job.course.as_deref().map(|course| ShownCourse::of(course.mark)),
            parent_id: job.parent.map(|parent| parent.0.to_string()),
            dialect: job.dialect.to_string(),
            principal: job.principal.to_string(),
            request_id: job.request.plain(),
            accepted_at: time(job.accepted_at),
            ended_at: job.ended_at.map(time),
        }
    }
}

/// What became of a job.
pub(super) const OUTCOMES: [Outcome; 4] =
    [Outcome::Running, Outcome::AllSucceeded, Outcome::SomeFailed, Outcome::AllFailed];

pub(super) const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Running => "running",
        Outcome::AllSucceeded => "all_succeeded",
        Outcome::SomeFailed => "some_failed",
        Outcome::AllFailed => "all_failed",
    }
}

#[derive(Serialize)]
pub(super) struct ShownSubJob {
    id: String,
    target: ShownTarget,
    state: &'static str,
    retries: u8,
    began_at: Option<String>,
    ended_at: Option<String>,
    fault: Option<ShownFault>,
    /// The tries that failed and were followed by another.
    attempts: Vec<ShownAttempt>,
}

#[derive(Serialize)]
struct ShownAttempt {
    failed_at: String,
    fault: ShownFault,
}

/// What a sub-job works on, or the words for what was not found.
#[derive(Serialize)]
pub(super) struct ShownTarget {
    kind: &'static str,
    id: String,
}

impl ShownSubJob {
    pub fn of(job: &Job, index: usize, sub: &SubJob) -> ShownSubJob {
        let SubJob { target, state, step: _, retries, was_running: _, began_at, ended_at, fault } =
            sub;
        ShownSubJob {
            id: (job.id.0 + 1 + index as u64).to_string(),
            target: ShownTarget::of(target),
            state: sub_state(*state),
            retries: *retries,
            began_at: began_at.map(time),
            ended_at: ended_at.map(time),
            fault: fault.as_deref().map(ShownFault::of),
            attempts: attempts(job, index),
        }
    }
}

fn attempts(job: &Job, index: usize) -> Vec<ShownAttempt> {
    let place = u32::try_from(index).ok();
    let course = job.course.as_deref().zip(place);
    let made = course.and_then(|(course, place)| course.attempts.get(&place));
    made.into_iter()
        .flatten()
        .map(|attempt| ShownAttempt {
            failed_at: time(attempt.failed_at),
            fault: ShownFault::of(&attempt.fault),
        })
        .collect()
}

impl ShownTarget {
    pub fn of(target: &SubTarget) -> ShownTarget {
        let (kind, id) = match target {
            SubTarget::Known(Target::Server(id)) => ("server", id.to_string()),
            SubTarget::Known(Target::Balancer(id)) => ("load_balancer", id.0.to_string()),
            SubTarget::Known(Target::Disk(id)) => ("disk", id.to_string()),
            SubTarget::Known(Target::Image(id)) => ("image", id.to_string()),
            SubTarget::Unknown(words) => ("unknown", words.to_string()),
        };
        ShownTarget { kind, id }
    }
}

pub(super) const SUB_STATES: [SubState; 6] = [
    SubState::Waiting,
    SubState::Running,
    SubState::Succeeded,
    SubState::Failed,
    SubState::Refused,
    SubState::Cancelled,
];

pub(super) const fn sub_state(state: SubState) -> &'static str {
    match state {
        SubState::Waiting => "waiting",
        SubState::Running => "running",
        SubState::Succeeded => "succeeded",
        SubState::Failed => "failed",
        SubState::Refused => "refused",
        SubState::Cancelled => "cancelled",
    }
}
